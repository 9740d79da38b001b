// What becomes of the text that a dead runtime was streaming.
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Ids from "../../src/schema/Ids.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import { sharedHouse } from "../support/runtimes.ts"
import { letTimePass } from "../support/time.ts"

describe("the draft of a dead runtime", () => {
  /** The same event as one of another session, which nobody owns. */
  const of =
    (session: Ids.SessionId) =>
    (event: SessionEvent.StoredEvent): ReadonlyArray<SessionEvent.SessionEvent> => {
      if (event.type === "Unknown") return []
      return event.type === "SessionCreated" ? [{ type: event.type, data: { ...event.data, root: session } }] : [event]
    }

  /** Leaves a runtime in the middle of a text, lets the draft be saved, and gives the log as a dead one would leave it. */
  const draftOf = Effect.gen(function* () {
    const house = yield* sharedHouse
    const runtime = yield* house.start([
      {
        answer: [
          {
            parts: [
              { type: "text-start", id: "a" },
              { type: "text-delta", id: "a", text: "half a thought" }
            ]
          },
          { end: "never" }
        ]
      }
    ])
    const session = yield* runtime.sessions.create({ directory: "/project" })
    const input = yield* runtime.sessions.prompt(session, "go")
    const saved = yield* house.store.readDraft(session).pipe(
      Effect.tap(() => Effect.yieldNow),
      Effect.repeat({ until: (draft) => draft !== undefined }),
      Effect.forkChild
    )
    const draft = yield* letTimePass(saved)
    const events = yield* house.store.read(session, 0)
    const copy = Ids.make.session()
    return { house, session: copy, draft: draft ?? "", events: events.flatMap(of(copy)), input }
  })

  it.effect("becomes an interrupted part of the step that it belongs to", () =>
    Effect.gen(function* () {
      const { draft, events, house, input, session } = yield* draftOf
      yield* house.store.create(session, events)
      const fence = yield* house.store.claim(session)
      yield* house.store.saveDraft(session, fence, draft)
      yield* house.store.release(fence)
      const runtime = yield* house.start([{ expects: ["half a thought"], answer: [{ text: "and the rest" }] }])
      assert.strictEqual((yield* runtime.sessions.outcome(session, input))._tag, "completed")
      const parts = (yield* house.store.read(session, 0)).flatMap((event) =>
        event.type === "PartFinished" && event.data.part.type === "text" ? [event.data.part] : []
      )
      assert.deepStrictEqual(
        parts.map((part) => [part.text, part.interrupted]),
        [
          ["half a thought", true],
          ["and the rest", undefined]
        ]
      )
      assert.isUndefined(yield* house.store.readDraft(session))
    })
  )

  it.effect("is not added to a part that was stored before it was overwritten", () =>
    Effect.gen(function* () {
      const { draft, events, house, input, session } = yield* draftOf
      const [begun] = JSON.parse(draft) as ReadonlyArray<{ id: Ids.PartId; step: Ids.StepId }>
      if (begun === undefined) return assert.fail("no draft")
      const part = { type: "text", id: begun.id, text: "half a thought, finished" } as const
      yield* house.store.create(session, [...events, SessionEvent.make("PartFinished", { step: begun.step, part })])
      const fence = yield* house.store.claim(session)
      yield* house.store.saveDraft(session, fence, draft)
      yield* house.store.release(fence)
      const runtime = yield* house.start([{ answer: [{ text: "done" }] }])
      yield* runtime.sessions.outcome(session, input)
      const texts = (yield* house.store.read(session, 0)).flatMap((event) =>
        event.type === "PartFinished" && event.data.part.type === "text" ? [event.data.part.text] : []
      )
      assert.deepStrictEqual(texts, ["half a thought, finished", "done"])
    })
  )

  it.effect("of an earlier step says nothing of the one that is open", () =>
    Effect.gen(function* () {
      const { draft, events, house, input, session } = yield* draftOf
      const [before] = events.flatMap((event) => (event.type === "StepStarted" ? [event.data] : []))
      const step = before?.step ?? Ids.make.step()
      const [part] = JSON.parse(draft) as ReadonlyArray<{ id: Ids.PartId }>
      const turn = before?.turn ?? Ids.make.turn()
      // The step ended well, another one began, and the draft was not overwritten before the crash.
      yield* house.store.create(session, [
        ...events,
        SessionEvent.make("PartFinished", {
          step,
          part: { type: "text", id: part?.id ?? Ids.make.part(), text: "half a thought, finished" }
        }),
        SessionEvent.make("StepFinished", {
          step,
          finish: "stop",
          usage: { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 },
          cost: "unknown",
          durationMillis: 1
        }),
        SessionEvent.make("StepStarted", { step: Ids.make.step(), turn, index: 1, fingerprint: "" })
      ])
      const fence = yield* house.store.claim(session)
      yield* house.store.saveDraft(session, fence, draft)
      yield* house.store.release(fence)
      const runtime = yield* house.start([{ answer: [{ text: "done" }] }])
      yield* runtime.sessions.outcome(session, input)
      const texts = (yield* house.store.read(session, 0)).flatMap((event) =>
        event.type === "PartFinished" && event.data.part.type === "text" ? [event.data.part.text] : []
      )
      assert.deepStrictEqual(texts, ["half a thought, finished", "done"])
    })
  )
})
