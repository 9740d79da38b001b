import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { atOnce } from "../../src/loop/Draft.ts"
import type { Piece } from "../../src/testing/ScriptedModel.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { ScriptedModel } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import { rounds, until } from "../support/time.ts"

const text = (length: number): Piece => ({ parts: [{ type: "text-delta", id: "a", text: "x".repeat(length) }] })
const start: Piece = { parts: [{ type: "text-start", id: "a" }] }

/** How long each saved draft was, 0 where it was removed. */
const saving = (saved: Array<number>) =>
  Layer.provide(
    Layer.effect(
      SessionStore,
      Effect.map(SessionStore, (store) =>
        SessionStore.of({
          ...store,
          saveDraft: (session, fence, draft) => {
            const parts = draft === undefined ? [] : (JSON.parse(draft) as ReadonlyArray<{ text: string }>)
            saved.push(parts.reduce((sum, part) => sum + part.text.length, 0))
            return store.saveDraft(session, fence, draft)
          }
        })
      )
    ),
    TestRuntime.storeForTests
  )

const begin = Effect.gen(function* () {
  const sessions = yield* Sessions
  const session = yield* sessions.create({ directory: "/project" })
  yield* sessions.prompt(session, "go")
  const scripted = yield* ScriptedModel
  yield* until(() => scripted.given().includes("text-delta"))
  yield* rounds(20)
  return { sessions, session }
})

it.effect("open text is saved after a second, and at once when there is much of it; in silence nothing is", () => {
  const saved: Array<number> = []
  return Effect.gen(function* () {
    yield* begin
    assert.deepStrictEqual(saved, [])
    yield* TestClock.adjust("999 millis")
    assert.deepStrictEqual(saved, [])
    yield* TestClock.adjust("1 millis")
    assert.deepStrictEqual(saved, [10])
    yield* TestClock.adjust("4 minutes")
    assert.deepStrictEqual(saved, [10, 10 + atOnce])
  }).pipe(
    Effect.provide(
      TestRuntime.layerWith(
        [
          {
            answer: [start, text(10), { delayMillis: 2_000 }, text(atOnce - 1), text(1), { end: "never" }]
          }
        ],
        [],
        saving(saved)
      )
    )
  )
})

it.effect("much text at once does not wait for the second", () => {
  const saved: Array<number> = []
  return Effect.gen(function* () {
    yield* begin
    yield* until(() => saved.length > 0)
    assert.deepStrictEqual(saved, [atOnce])
  }).pipe(
    Effect.provide(TestRuntime.layerWith([{ answer: [start, text(atOnce), { end: "never" }] }], [], saving(saved)))
  )
})

it.effect("a draft goes with its turn, and a turn that is fast writes none", () => {
  const saved: Array<number> = []
  return Effect.gen(function* () {
    const store = yield* SessionStore
    const { session, sessions } = yield* begin
    yield* TestClock.adjust("1 seconds")
    assert.isDefined(yield* store.readDraft(session))
    yield* sessions.interrupt(session)
    yield* rounds(50)
    assert.isUndefined(yield* store.readDraft(session))
    saved.length = 0
    const input = yield* sessions.prompt(session, "again")
    assert.strictEqual((yield* sessions.outcome(session, input))._tag, "completed")
    yield* TestClock.adjust("1 hour")
    assert.deepStrictEqual(saved, [])
  }).pipe(
    Effect.provide(
      TestRuntime.layerWith(
        [{ answer: [start, text(10), { end: "never" }] }, { answer: [{ text: "done" }] }],
        [],
        saving(saved)
      )
    )
  )
})
