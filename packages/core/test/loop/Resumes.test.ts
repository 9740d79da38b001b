// A turn that ends its process each time must not do so for ever: after three times a person has to want it.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { resumeLimit } from "../../src/session/Due.ts"
import type { SessionEvent } from "../../src/schema/SessionEvent.ts"
import * as Event from "../../src/schema/SessionEvent.ts"
import type { ScriptedStep } from "../../src/testing/ScriptedModel.ts"
import { ids, openTurn, sharedHouse, type TurnIds } from "../support/runtimes.ts"
import { letTimePass, rounds, until } from "../support/time.ts"

const crashed = ({ turn }: TurnIds): SessionEvent => Event.make("TurnResumed", { turn, rein: "0.0.0" })

/** A turn whose owner died, and those that went on with it so many times. */
const log = (all: TurnIds, resumes: number) => [
  ...openTurn(all),
  ...Array.from({ length: resumes }, () => crashed(all))
]

const found = Effect.fnUntraced(function* (
  resumes: number,
  script: ReadonlyArray<ScriptedStep> = [{ answer: [{ text: "done" }] }]
) {
  const house = yield* sharedHouse
  const all = ids()
  yield* house.store.create(all.session, log(all, resumes))
  const types = Effect.map(house.store.read(all.session, 0), (events) => events.map(({ type }) => type))
  return { all, house, types, runtime: yield* house.start(script) }
})

/** Somebody waits for the outcome, as a service does that was started again. */
const suspended = Effect.gen(function* () {
  const all = yield* found(resumeLimit)
  const { runtime, types } = all
  const waiting = yield* Effect.forkChild(runtime.sessions.outcome(all.all.session, all.all.input))
  yield* types.pipe(
    Effect.tap(() => Effect.yieldNow),
    Effect.repeat({ until: (now) => now.includes("TurnSuspended") })
  )
  yield* runtime.sessions.idle(all.all.session)
  return { ...all, waiting }
})

describe("a turn whose owners die", () => {
  it.effect("goes on by itself three times", () =>
    Effect.gen(function* () {
      const { all, runtime, types } = yield* found(resumeLimit - 1)
      const done = yield* Effect.forkChild(runtime.sessions.outcome(all.session, all.input))
      assert.strictEqual((yield* letTimePass(done))._tag, "completed")
      assert.strictEqual((yield* types).filter((type) => type === "TurnResumed").length, resumeLimit)
    })
  )

  it.effect("then waits for a person, in every process, and says so", () =>
    Effect.gen(function* () {
      const { all, house, runtime, types, waiting } = yield* suspended
      assert.isUndefined(waiting.pollUnsafe())
      assert.strictEqual(runtime.scripted.requests().length, 0)
      const other = yield* house.start([])
      const again = yield* Effect.forkChild(other.sessions.outcome(all.session, all.input))
      yield* other.sessions.resume(all.session, { automatic: true })
      yield* rounds(50)
      assert.isUndefined(again.pollUnsafe())
      assert.strictEqual(other.scripted.requests().length, 0)
      for (const { sessions } of [runtime, other]) {
        const { doing, stepIn } = yield* sessions.status(all.session)
        assert.deepStrictEqual(doing, { _tag: "suspended", resumes: resumeLimit })
        assert.deepInclude(stepIn, { _tag: "resume" })
      }
      const now = yield* types
      assert.strictEqual(now.filter((type) => type === "TurnSuspended").length, 1)
      assert.strictEqual(now.filter((type) => type === "TurnResumed").length, resumeLimit)
    })
  )

  it.effect("goes on when a person wants it, also in another process, and then by itself again", () =>
    Effect.gen(function* () {
      const { all, house, waiting } = yield* suspended
      const other = yield* house.start([{ expects: ["go"], answer: [{ text: "half" }, { end: "never" }] }])
      yield* other.sessions.resume(all.session)
      yield* until(() => other.scripted.requests().length === 1)
      // Dies again: whoever waits takes it over, since the count has begun anew.
      yield* other.die
      assert.strictEqual((yield* letTimePass(waiting))._tag, "completed")
      const resumed = (yield* house.store.read(all.session, 0)).flatMap((event) =>
        event.type === "TurnResumed" ? [event.data.asked] : []
      )
      assert.deepStrictEqual(resumed, [undefined, undefined, undefined, true, undefined])
    })
  )

  it.effect("goes on with what a person says to it", () =>
    Effect.gen(function* () {
      const { all, runtime, waiting } = yield* suspended
      yield* runtime.sessions.prompt(all.session, "and mind the gap")
      assert.strictEqual((yield* letTimePass(waiting))._tag, "completed")
      assert.include(JSON.stringify(runtime.scripted.requests()[0]), "mind the gap")
    })
  )

  it.effect("can be interrupted without going on", () =>
    Effect.gen(function* () {
      const { all, runtime, waiting } = yield* suspended
      yield* runtime.sessions.interrupt(all.session)
      assert.strictEqual((yield* letTimePass(waiting))._tag, "interrupted")
      assert.strictEqual(runtime.scripted.requests().length, 0)
      assert.strictEqual((yield* runtime.sessions.status(all.session)).doing._tag, "idle")
    })
  )
})

it.effect("a turn that ends each of its owners is run four times in all, whoever starts how many of them", () =>
  Effect.gen(function* () {
    const house = yield* sharedHouse
    let runs = 0
    const session = yield* Effect.gen(function* () {
      const first = yield* house.start([{ answer: [{ end: "never" }] }])
      const session = yield* first.sessions.create({ directory: "/project" })
      yield* first.sessions.prompt(session, "go")
      yield* until(() => first.scripted.requests().length === 1)
      yield* first.die
      runs++
      return session
    })
    for (let more = 0; more < 6; more++) {
      const next = yield* house.start([{ answer: [{ end: "never" }] }], [], Layer.empty)
      yield* next.sessions.resume(session, { automatic: true })
      yield* rounds(200)
      runs += next.scripted.requests().length
      yield* next.die
    }
    assert.strictEqual(runs, 1 + resumeLimit)
  })
)
