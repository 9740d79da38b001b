// A runtime that is killed in the middle of a call: `dying.ts DATA DIRECTORY before|after TOOL INPUT`.
import * as NodeProcesses from "@rein/core/node/NodeProcesses"
import * as Agents from "@rein/core/agent/Agents"
import { SessionStore } from "@rein/core/session/SessionStore"
import * as Jobs from "@rein/core/process/Jobs"
import * as Settings from "@rein/core/settings/Settings"
import { TestRuntime } from "@rein/core/testing"
import { codingTools } from "@rein/tools"
import { Effect, Layer } from "effect"
import { sqlite } from "./sqlite.ts"

const [data = "", directory = "", when = "", tool = "", input = "{}"] = process.argv.slice(2)

const die = Effect.sync(() => process.kill(process.pid, "SIGKILL")).pipe(Effect.andThen(Effect.never))

/** Right behind the event that says that the call starts, or right before the one that would say how it ended. */
const store = Layer.effect(
  SessionStore,
  Effect.map(SessionStore, (store) =>
    SessionStore.of({
      ...store,
      append: (session, fence, after, events) => {
        const has = (type: string) => events.some((event) => event.type === type)
        if (when === "after" && has("CallSettled")) return die
        const append = store.append(session, fence, after, events)
        return when === "before" && has("CallStarted") ? Effect.andThen(append, die) : append
      }
    })
  )
).pipe(Layer.provide(sqlite(data)))

const program = Effect.gen(function* () {
  const tools = yield* codingTools({ environment: {} })
  // An input is what the test gave.
  const call = { call: tool, input: JSON.parse(input) as unknown }
  yield* TestRuntime.prompt("go", { directory }).pipe(
    Effect.provide(TestRuntime.layerWith([{ answer: [call] }], tools, store))
  )
})

await Effect.runPromise(Effect.provide(program, [NodeProcesses.layer, Jobs.layerNone, Settings.layer, Agents.layer]))
