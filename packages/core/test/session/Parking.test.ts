// A turn that only waits for people can give up its fibers; an answer wakes it, whoever stores it and wherever.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Metric } from "effect"
import { TestClock } from "effect/testing"
import { z } from "zod"
import * as Permission from "../../src/permission/Permission.ts"
import * as Questions from "../../src/question/Questions.ts"
import { make as makeId, type QuestionId, type SessionId } from "../../src/schema/Ids.ts"
import { Parking } from "../../src/session/Parking.ts"
import type { SessionStore } from "../../src/session/SessionStore.ts"
import * as Settings from "../../src/settings/Settings.ts"
import type { Sessions } from "../../src/session/Sessions.ts"
import type { ScriptedStep } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import * as Tool from "../../src/tool/Tool.ts"
import { sharedHouse } from "../support/runtimes.ts"
import { letTimePass, rounds, until } from "../support/time.ts"

const allSessions = 10_000
const sessionCount = process.env["REIN_TEST_FULL"] === "1" ? allSessions : 100
const batchSize = 100

const careful = (ran: Array<string>) =>
  Tool.make("careful", {
    description: "Asks before it does anything.",
    parameters: z.object({ what: z.string() }),
    safety: "once",
    permissions: ({ what }) => Effect.succeed([{ permission: "careful", patterns: [what], title: `do ${what}` }]),
    execute: ({ what }) => Effect.sync(() => ({ output: `did ${what} as number ${ran.push(what)}` }))
  })

const asking = Layer.provideMerge(
  Permission.layer,
  Layer.merge(Questions.layer, Settings.layerValues({ model: TestRuntime.scripted, rules: [] }))
)

const parking = Layer.merge(asking, Layer.succeed(Parking, { after: "5 seconds" }))

const wants = (...all: ReadonlyArray<string>): ScriptedStep => ({
  answer: all.map((what) => ({ call: "careful", input: { what } }))
})
const done: ScriptedStep = { answer: [{ text: "done" }] }

const questionIn = (sessions: Sessions["Service"], session: SessionId) =>
  sessions.state(session).pipe(
    Effect.tap(() => Effect.yieldNow),
    Effect.repeat({ until: (state) => state.questions.length > 0 && state.step?.finish !== undefined }),
    Effect.map(({ questions }) => questions[0]?.id ?? makeId.question())
  )

/** Lets the time pass after which a turn is parked, and waits until nothing runs for the session. */
const parked = Effect.fnUntraced(function* (sessions: Sessions["Service"], session: SessionId) {
  yield* rounds(20)
  yield* TestClock.adjust("5 seconds")
  yield* sessions.idle(session)
})

const typesIn = (store: SessionStore["Service"], session: SessionId) =>
  Effect.map(store.read(session, 0), (events) => events.map(({ type }) => type))

/** A session whose turn waits for a person and is parked. */
const waiting = Effect.fnUntraced(function* (own: Layer.Layer<never> = parking, ...calls: ReadonlyArray<string>) {
  const ran: Array<string> = []
  const house = yield* sharedHouse
  const tools = [careful(ran)]
  const runtime = yield* house.start([wants(...(calls.length === 0 ? ["it"] : calls)), done], tools, own)
  const session = yield* runtime.sessions.create({ directory: "/project" })
  const input = yield* runtime.sessions.prompt(session, "go")
  const question = yield* questionIn(runtime.sessions, session)
  return { house, input, question, ran, runtime, session, tools }
})

describe("a turn that only waits for a person", () => {
  it.effect("keeps its fibers unless it is told to park, and loses nothing when it parks", () =>
    Effect.gen(function* () {
      const kept = yield* waiting(asking)
      const idle = yield* Effect.forkChild(kept.runtime.sessions.idle(kept.session))
      yield* TestClock.adjust("1 hour")
      yield* rounds(20)
      assert.isUndefined(idle.pollUnsafe())

      const { house, runtime, session } = yield* waiting()
      const before = yield* typesIn(house.store, session)
      yield* parked(runtime.sessions, session)
      assert.deepStrictEqual(yield* typesIn(house.store, session), before)
      assert.deepStrictEqual((yield* runtime.sessions.status(session)).doing, { _tag: "waiting", questions: 1 })
      // Nobody owns it, so that any process can go on with it.
      yield* house.store.release(yield* house.store.claim(session))
    })
  )

  it.effect("goes on with the answer, once, and whoever waits for its outcome gets it", () =>
    Effect.gen(function* () {
      const { house, input, question, ran, runtime, session } = yield* waiting()
      const outcome = yield* Effect.forkChild(runtime.sessions.outcome(session, input))
      yield* parked(runtime.sessions, session)
      assert.isUndefined(outcome.pollUnsafe())
      yield* runtime.sessions.answer(session, question, { _tag: "once" })
      assert.strictEqual((yield* letTimePass(outcome))._tag, "completed")
      assert.deepStrictEqual(ran, ["it"])
      const types = yield* typesIn(house.store, session)
      for (const type of ["QuestionAsked", "QuestionSettled", "CallStarted", "TurnResumed", "TurnEnded"] as const) {
        assert.strictEqual(types.filter((one) => one === type).length, 1, type)
      }
    })
  )

  it.effect("hears of an answer that somebody else only stores", () =>
    Effect.gen(function* () {
      const { house, question, ran, runtime, session } = yield* waiting()
      yield* parked(runtime.sessions, session)
      // Long enough for the open session to be given up.
      yield* TestClock.adjust("5 minutes")
      const answer = { _tag: "answer", question, answer: { _tag: "once" } } as const
      yield* house.store.submit(session, makeId.command(), answer)
      yield* until(() => ran.length === 1)
      yield* runtime.sessions.idle(session)
      assert.include(yield* typesIn(house.store, session), "TurnEnded")
    })
  )

  it.effect("goes on in a new process, when it is answered there", () =>
    Effect.gen(function* () {
      const { house, input, question, ran, runtime, session, tools } = yield* waiting()
      yield* parked(runtime.sessions, session)
      yield* runtime.close
      const next = yield* house.start([done], tools, parking)
      yield* next.sessions.resume(session)
      yield* next.sessions.idle(session)
      assert.deepStrictEqual(ran, [])
      yield* next.sessions.answer(session, question, { _tag: "once" })
      const outcome = yield* Effect.forkChild(next.sessions.outcome(session, input))
      assert.strictEqual((yield* letTimePass(outcome))._tag, "completed")
      assert.deepStrictEqual(ran, ["it"])
    })
  )

  it.effect("can be interrupted", () =>
    Effect.gen(function* () {
      const { input, ran, runtime, session } = yield* waiting()
      yield* parked(runtime.sessions, session)
      yield* runtime.sessions.interrupt(session)
      const outcome = yield* Effect.forkChild(runtime.sessions.outcome(session, input))
      assert.strictEqual((yield* letTimePass(outcome))._tag, "interrupted")
      assert.deepStrictEqual(ran, [])
    })
  )

  it.effect("is not woken by what does not concern it, and gets it in its time", () =>
    Effect.gen(function* () {
      const { house, input, question, runtime, session } = yield* waiting()
      yield* parked(runtime.sessions, session)
      yield* runtime.sessions.prompt(session, "and then that")
      yield* runtime.sessions.idle(session)
      yield* rounds(20)
      assert.notInclude(yield* typesIn(house.store, session), "TurnResumed")
      yield* runtime.sessions.answer(session, question, { _tag: "reject", message: "no" })
      const outcome = yield* Effect.forkChild(runtime.sessions.outcome(session, input))
      assert.strictEqual((yield* letTimePass(outcome))._tag, "completed")
      assert.include(JSON.stringify(runtime.scripted.requests()[1]), "and then that")
    })
  )

  it.effect("parks as often as it has to wait, without being taken for one that crashes", () =>
    Effect.gen(function* () {
      const calls = ["a", "b", "c", "d", "e", "f"]
      const { house, input, ran, runtime, session } = yield* waiting(parking, ...calls)
      for (const _ of calls) {
        const question = yield* questionIn(runtime.sessions, session)
        yield* parked(runtime.sessions, session)
        // Stored by a process that does no more than that.
        const answer = { _tag: "answer", question, answer: { _tag: "once" } } as const
        yield* house.store.submit(session, makeId.command(), answer)
        yield* runtime.sessions.state(session).pipe(
          Effect.tap(() => Effect.yieldNow),
          Effect.repeat({ until: (state) => state.questions.every(({ id }) => id !== question) })
        )
      }
      const outcome = yield* Effect.forkChild(runtime.sessions.outcome(session, input))
      assert.strictEqual((yield* letTimePass(outcome))._tag, "completed")
      assert.deepStrictEqual(ran, calls)
      assert.notInclude(yield* typesIn(house.store, session), "TurnSuspended")
    })
  )
})

it.effect(
  "parked questions cost no fibers",
  () => {
    let active = 0
    const counting: Metric.FiberRuntimeMetricsService = {
      recordFiberStart: () => void active++,
      recordFiberEnd: () => void active--
    }
    return Effect.gen(function* () {
      const ran: Array<string> = []
      const script = [
        ...Array.from({ length: sessionCount }, () => wants("it")),
        ...Array.from({ length: sessionCount }, () => done)
      ]
      const house = yield* sharedHouse
      const runtime = yield* house.start(script, [careful(ran)], parking)
      const before = active
      const open: Array<{ readonly session: SessionId; readonly question: QuestionId }> = []
      let during = 0
      while (open.length < sessionCount) {
        // In batches, because the test clock is slow with thousands that sleep.
        const batch = yield* Effect.forEach(Array.from({ length: batchSize }), () =>
          Effect.gen(function* () {
            const session = yield* runtime.sessions.create({ directory: "/project" })
            yield* runtime.sessions.prompt(session, "go")
            return { session, question: yield* questionIn(runtime.sessions, session) }
          })
        )
        during = Math.max(during, active - before)
        yield* TestClock.adjust("5 seconds")
        for (const { session } of batch) yield* runtime.sessions.idle(session)
        open.push(...batch)
      }
      yield* TestClock.adjust("5 minutes")
      yield* rounds(20)
      console.log(
        `${sessionCount} of ${allSessions} sessions that wait for a person: ${during} fibers for ${batchSize} of them, ${active - before} when all are parked`
      )
      assert.isAtLeast(during, batchSize)
      assert.isAtMost(active - before, 2)
      for (const { question, session } of open) {
        yield* runtime.sessions.answer(session, question, { _tag: "once" })
      }
      yield* until(() => ran.length === sessionCount)
      for (const { session } of open) yield* runtime.sessions.idle(session)
      assert.strictEqual(runtime.scripted.unused(), 0)
    }).pipe(Effect.provideService(Metric.FiberRuntimeMetrics, counting))
  },
  300_000
)
