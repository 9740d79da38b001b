// A process that owns a session: its model calls bash, which says its own pid through a file and then sleeps.
import { sqlite } from "@rein/core/node"
import * as NodeProcesses from "@rein/core/node/NodeProcesses"
import * as Jobs from "@rein/core/process/Jobs"
import { SessionId } from "@rein/core/schema/Ids"
import { Sessions } from "@rein/core/session/Sessions"
import { TestRuntime } from "@rein/core/testing"
import { Bash } from "@rein/tools"
import { Effect } from "effect"

/** So that the pids that a command tells are those of this machine. */
const tracked = NodeProcesses.layerWith({ containment: "never" })

const [file = "", id = "", command = ""] = process.argv.slice(2)
const session = SessionId.make(id)

const program = Effect.gen(function* () {
  const bash = yield* Bash.make({ environment: process.env })
  const layer = TestRuntime.layerWith([{ answer: [{ call: "bash", input: { command } }] }], [bash], sqlite(file))
  yield* Effect.gen(function* () {
    const sessions = yield* Sessions
    yield* sessions.outcome(session, yield* sessions.prompt(session, "go"))
  }).pipe(Effect.provide(layer))
}).pipe(Effect.provide([tracked, Jobs.layerNone]))

await Effect.runPromise(program)
