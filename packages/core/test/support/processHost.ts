// A runtime in a process of its own: runs each command of its arguments with bash, until it is killed. The first argument is the level.
import { Effect } from "effect"
import * as NodeProcesses from "@rein/core/node/NodeProcesses"
import { Processes } from "@rein/core/process/Processes"
import * as Ids from "@rein/core/schema/Ids"

const session = Ids.make.session()
const [level, ...commands] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const processes = yield* Processes
  yield* Effect.forEach(
    commands,
    (command) =>
      processes.run({
        command: "bash",
        args: ["--noprofile", "--norc", "-c", command],
        directory: "/",
        environment: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
        owner: { session, call: Ids.make.call() },
        onOutput: (_, bytes) => Effect.sync(() => process.stdout.write(bytes))
      }),
    { concurrency: "unbounded" }
  )
  process.stdout.write("ended\n")
  yield* Effect.never
})

const containment = level === "contained" ? "always" : "never"
await Effect.runPromise(Effect.provide(program, NodeProcesses.layerWith({ containment })))
