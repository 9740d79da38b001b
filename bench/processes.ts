// What a run of a program costs on each level, beside a bare spawn; and how long an interrupt of a long one takes.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { Ids, Processes } from "@rein/core"
import { NodeProcesses } from "@rein/core/node"
import { Deferred, Effect, Fiber, ManagedRuntime } from "effect"
import { compare, median, report } from "./support/measure.ts"

const runs = 20
const owner = { session: Ids.make.session(), call: Ids.make.call() }
const program = (script: string) => ({
  command: "/bin/bash",
  args: ["-c", script],
  directory: "/",
  environment: { PATH: "/usr/bin:/bin" },
  owner
})

const bare = async () => {
  for (let run = 0; run < runs; run++) {
    const child = spawn("/bin/bash", ["-c", "true"], { stdio: ["ignore", "pipe", "pipe"], detached: true })
    await once(child, "close")
  }
}

const runtimeOf = (containment: "auto" | "never") => ManagedRuntime.make(NodeProcesses.layerWith({ containment }))

const several = (runtime: ReturnType<typeof runtimeOf>) => () =>
  runtime.runPromise(
    Effect.flatMap(Processes.Processes, (processes) =>
      Effect.repeat(processes.run(program("true")), { times: runs - 1 })
    )
  )

const interrupt = Effect.gen(function* () {
  const processes = yield* Processes.Processes
  const ready = yield* Deferred.make<void>()
  const onOutput = () => Effect.asVoid(Deferred.succeed(ready, undefined))
  const fiber = yield* Effect.forkChild(processes.run({ ...program("echo ready; sleep 300"), onOutput }))
  yield* Deferred.await(ready)
  const began = performance.now()
  yield* Fiber.interrupt(fiber)
  return performance.now() - began
})

const [tracked, contained] = [runtimeOf("never"), runtimeOf("auto")]
const level = await contained.runPromise(Effect.flatMap(Processes.Processes, (processes) => processes.level))
const results = await compare(
  {
    "bare spawn": bare,
    tracked: several(tracked),
    ...(level === "contained" ? { contained: several(contained) } : {})
  },
  5
)
report(`${runs} runs of \`bash -c true\``, results, { floor: "bare spawn", units: runs, unit: "run" })
for (const [name, { wall }] of Object.entries(results)) console.log(`  ${name}: ${(wall / runs).toFixed(2)} ms per run`)
for (const [name, runtime] of Object.entries({ tracked, [level]: contained })) {
  const millis = await runtime.runPromise(Effect.all(Array.from({ length: 9 }, () => interrupt)))
  console.log(`  interrupt of \`sleep 300\`, ${name}: ${median(millis).toFixed(0)} ms`)
  await runtime.dispose()
}
