// A runtime in a process of its own: runs each command of its arguments with bash, until it is killed.
import { Effect } from "effect"
import * as NodeProcesses from "@rein/core/node/NodeProcesses"
import { Processes } from "@rein/core/process/Processes"
import * as Ids from "@rein/core/schema/Ids"

const session = Ids.make.session()

const program = Effect.gen(function* () {
  const processes = yield* Processes
  yield* Effect.forEach(
    process.argv.slice(2),
    (command) =>
      processes.run({
        command: "bash",
        args: ["--noprofile", "--norc", "-c", command],
        directory: "/",
        environment: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
        owner: { session, call: Ids.make.call() }
      }),
    { concurrency: "unbounded" }
  )
  process.stdout.write("ended\n")
  yield* Effect.never
})

await Effect.runPromise(Effect.provide(program, NodeProcesses.layer))
