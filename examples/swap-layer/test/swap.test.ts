import { assert, it } from "@effect/vitest"
import { Sessions, SessionState } from "@rein/core"
import { Effect } from "effect"
import { layer } from "../runtime.ts"

it.effect("the own model answers and the own compaction policy shrinks the history", () =>
  Effect.gen(function* () {
    const sessions = yield* Sessions.Sessions
    const session = yield* sessions.create({ directory: "/" })
    const said: Array<string> = []
    for (const prompt of ["one", "two", "three", "four"]) {
      const input = yield* sessions.prompt(session, prompt)
      yield* sessions.outcome(session, input)
      said.push(SessionState.lastText(yield* sessions.state(session)))
    }
    // Environment note and prompt; then two more each turn, until more than six entries are cut to a summary and two.
    assert.deepStrictEqual(said, ["I see 2 messages.", "I see 4 messages.", "I see 6 messages.", "I see 3 messages."])
    const [first] = (yield* sessions.state(session)).history
    assert.strictEqual(first?.type, "summary")
  }).pipe(Effect.provide(layer))
)
