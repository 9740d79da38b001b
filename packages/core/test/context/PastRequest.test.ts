// The request of a step is built again from the log as it was made then.
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Blobs } from "../../src/blob/Blobs.ts"
import * as PastRequest from "../../src/context/PastRequest.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { ScriptedModel } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import { echo } from "../support/tools.ts"

const script = [
  { answer: [{ text: "I look." }, { call: "echo", input: { text: "x" } }] },
  { answer: [{ text: "one" }] },
  { answer: [{ text: "two" }] }
]

describe("a past request", () => {
  it.effect("is the one that was sent, in every step and epoch; without a number the last", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const { session } = yield* TestRuntime.prompt("go")
      yield* sessions.switchModel(session, { provider: "scripted", model: "other" })
      yield* TestRuntime.prompt("more", { session })
      const events = yield* (yield* SessionStore).read(session, 0)
      const blobs = yield* Blobs
      const sent = (yield* ScriptedModel).requests()
      assert.lengthOf(sent, 3)
      for (const [index, request] of sent.entries()) {
        const past = yield* PastRequest.load(blobs, session, events, index + 1)
        assert.deepStrictEqual(past, { request, step: index + 1, steps: 3, isSame: true })
      }
      assert.deepStrictEqual((yield* PastRequest.load(blobs, session, events)).request, sent[2])
      for (const wrong of [0, 4, -1, 1.5]) {
        const missing = yield* Effect.flip(PastRequest.load(blobs, session, events, wrong))
        assert.match(missing.message, /has no step .* It has the steps 1 to 3\./)
      }
    }).pipe(Effect.provide(TestRuntime.layer(script, [echo()])))
  )
})
