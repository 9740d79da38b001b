// A runtime that is killed while a job of it runs: `leaving.ts DATA DIRECTORY COMMAND`. It says when the model has the job.
import * as Blobs from "@rein/core/blob/Blobs"
import * as NodeProcesses from "@rein/core/node/NodeProcesses"
import { Jobs as JobsService, layer } from "@rein/core/process/Jobs"
import { TestRuntime } from "@rein/core/testing"
import { Bash } from "@rein/tools"
import { Effect, Layer } from "effect"
import { sqlite } from "./sqlite.ts"

const [data = "", directory = "", command = ""] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const bash = yield* Bash.make({ environment: process.env })
  const jobs = Layer.succeed(JobsService, yield* JobsService)
  const script = [
    { answer: [{ call: "bash", input: { command, background: true } }] },
    {
      answer: () => {
        process.stdout.write("ready\n")
        return [{ end: "never" as const }]
      }
    }
  ]
  yield* TestRuntime.prompt("go", { directory }).pipe(
    Effect.provide(TestRuntime.layerWith(script, [bash], Layer.merge(sqlite(data), jobs)))
  )
})

const services = Layer.provideMerge(layer, Layer.merge(NodeProcesses.layer, Blobs.layerMemory))
await Effect.runPromise(Effect.provide(program, services))
