import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as Compaction from "../../src/context/Compaction.ts"
import * as ModelCatalog from "../../src/model/ModelCatalog.ts"
import * as Retry from "../../src/model/Retry.ts"
import * as Permission from "../../src/permission/Permission.ts"
import * as Questions from "../../src/question/Questions.ts"
import * as Ids from "../../src/schema/Ids.ts"
import { ModelError } from "../../src/schema/ModelError.ts"
import type { Call } from "../../src/schema/Part.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import * as Usage from "../../src/schema/Usage.ts"
import { fold } from "../../src/session/Fold.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { statusOf, touches } from "../../src/session/Status.ts"
import * as Settings from "../../src/settings/Settings.ts"
import { ScriptedModel } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import { callOf, ids, openStep, openTurn, requested, sharedHouse, started, type TurnIds } from "../support/runtimes.ts"
import { letTimePass, rounds } from "../support/time.ts"
import { echo, hang } from "../support/tools.ts"

/** The status that this log gives; event `n` was stored `n` seconds after 1970. */
const statusAt = (now: number, all: TurnIds, events: ReadonlyArray<SessionEvent.SessionEvent>) =>
  statusOf(
    fold(
      all.session,
      events.map((event, index): SessionEvent.StoredEvent => ({
        session: all.session,
        sequence: index + 1,
        id: Ids.make.event(),
        time: (index + 1) * 1_000,
        version: 1,
        ...event
      }))
    ),
    now
  )

const said = ({ step }: TurnIds, text: string) =>
  SessionEvent.make("PartFinished", { step, part: { type: "text", id: Ids.make.part(), text } })

const asked = (call: Call) =>
  SessionEvent.make("QuestionAsked", {
    question: {
      id: Ids.make.question(),
      request: { call: call.id, tool: call.tool, permission: "bash", patterns: ["rm x"], title: "rm x" }
    }
  })

describe("the status of a log", () => {
  const all = ids()
  const call = callOf("bash", { command: "npm test", other: 1 })

  it("of an idle session", () => {
    const [created] = openTurn(all)
    const { doing, stepIn, why } = statusAt(0, all, created === undefined ? [] : [created])
    assert.deepStrictEqual([doing, stepIn, why], [{ _tag: "idle" }, [{ _tag: "prompt" }], undefined])
  })

  it("names the call, what it touches and the last sentence before it", () => {
    const events = [...openStep(all), said(all, "I have read it all. Now I run the tests:\n"), requested(all, call)]
    const { calls, doing, why } = statusAt(0, all, [...events, started(call, "once"), said(all, "Something later.")])
    assert.deepStrictEqual(doing, { _tag: "calling", call: call.id, tool: "bash", touches: "npm test" })
    assert.strictEqual(why, "Now I run the tests:")
    assert.deepStrictEqual(calls, [call])
  })

  it("names the call that runs before one that waits for its turn", () => {
    const second = callOf("read", { path: "a.ts" })
    const events = [...openStep(all), requested(all, call), requested(all, second), started(second, "read")]
    assert.deepInclude(statusAt(0, all, events).doing, { call: second.id, touches: "a.ts" })
  })

  it("waits for people, and says how to step in", () => {
    const waiting = SessionEvent.make("CommandSubmitted", {
      command: Ids.make.command(),
      request: {
        _tag: "input",
        input: Ids.make.input(),
        delivery: "queue",
        parts: [{ type: "text", text: "and  then\nthis" }]
      }
    })
    const status = statusAt(0, all, [...openStep(all), requested(all, call), asked(call), waiting])
    assert.deepStrictEqual(status.doing, { _tag: "waiting", questions: 1 })
    assert.deepStrictEqual(
      status.stepIn.map((way) => (way._tag === "withdraw" ? way.text : way._tag)),
      ["answer", "steer", "interrupt", "and then this"]
    )
    assert.strictEqual(status.waiting, 1)
  })

  it("retries until a time, and thinks after it", () => {
    const failed = SessionEvent.make("AttemptFailed", {
      step: all.step,
      attempt: 1,
      reason: { _tag: "Overloaded" },
      message: "busy",
      retryInMillis: 4_000
    })
    const events = [...openStep(all), failed]
    assert.deepStrictEqual(statusAt(9_999, all, events).doing, {
      _tag: "retrying",
      attempt: 1,
      inMillis: 4_000,
      until: 10_000,
      reason: { _tag: "Overloaded" }
    })
    assert.deepStrictEqual(statusAt(10_000, all, events).doing, { _tag: "thinking" })
    assert.deepStrictEqual(statusAt(9_999, all, [...events, said(all, "It works.")]).doing, { _tag: "thinking" })
  })

  it("gives no reason that belongs to an earlier turn", () => {
    const ended = SessionEvent.make("TurnEnded", { turn: all.turn, outcome: { _tag: "completed" }, durationMillis: 1 })
    const next = { ...ids(), session: all.session }
    const events = [...openStep(all), said(all, "All done."), ended]
    assert.isUndefined(statusAt(0, all, events).why)
    assert.isUndefined(statusAt(0, all, [...events, ...openStep(next).slice(1)]).why)
  })

  it("keeps what it shows short, whatever a call is given", () => {
    assert.isAtMost(touches(callOf("bash", { command: "x".repeat(10_000) })).length, 200)
    assert.strictEqual(touches(callOf("x", [1, 2])), "[1,2]")
    assert.strictEqual(touches({ ...call, input: { type: "malformed", text: "{" } }), "{")
    assert.strictEqual(touches(callOf("x", { n: 1 })), "")
  })
})

/** The words that followers were told while this ran. */
const toldWhile = Effect.fnUntraced(function* (sessions: Sessions["Service"], session: Ids.SessionId) {
  const following = yield* sessions.events(session, 0).pipe(
    Stream.takeUntil((item) => item.type === "StatusChanged" && item.doing._tag === "idle"),
    Stream.runCollect,
    Effect.forkChild({ startImmediately: true })
  )
  yield* rounds(10)
  return Effect.map(Fiber.join(following), (items) =>
    items.flatMap((item) => (item.type === "StatusChanged" ? [item.doing._tag] : []))
  )
})

const asking = Layer.provide(
  Permission.layer,
  Layer.merge(Questions.layer, Settings.layerValues({ model: TestRuntime.scripted, rules: [] }))
)

describe("a change of the status", () => {
  it.effect("is told to followers, once each", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory: "/project" })
      const told = yield* toldWhile(sessions, session)
      const input = yield* sessions.prompt(session, "go")
      const done = yield* Effect.forkChild(sessions.outcome(session, input))
      const status = yield* sessions.status(session).pipe(
        Effect.tap(() => TestClock.adjust("1 second")),
        Effect.repeat({ until: (one) => one.questions.length > 0 })
      )
      assert.strictEqual(status.why, "I look.")
      yield* sessions.answer(session, status.questions[0]?.id ?? Ids.make.question(), { _tag: "once" })
      yield* letTimePass(done)
      assert.deepStrictEqual(yield* told, [
        "thinking",
        "retrying",
        "thinking",
        "calling",
        "waiting",
        "calling",
        "thinking",
        "idle"
      ])
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [
            { answer: [{ error: new ModelError({ reason: { _tag: "Overloaded" }, message: "busy" }) }] },
            { answer: [{ text: "I look." }, { call: "echo", input: { text: "x" } }] },
            { answer: [{ text: "done" }] }
          ],
          [echo()],
          Layer.merge(asking, Retry.layerWith({ attempts: 3, baseMillis: 5_000, capMillis: 5_000, serverCapMillis: 0 }))
        )
      )
    )
  )

  it.effect("is told in a process that does not run the turn, too", () => {
    const begun = Deferred.makeUnsafe<void>()
    return Effect.gen(function* () {
      const house = yield* sharedHouse
      const owner = yield* house.start([{ answer: [{ call: "hang", input: {} }] }], [hang(begun)])
      const other = yield* house.start([])
      const session = yield* owner.sessions.create({ directory: "/project" })
      const told = yield* toldWhile(other.sessions, session)
      yield* owner.sessions.prompt(session, "go")
      yield* Deferred.await(begun)
      const [here, there] = [yield* owner.sessions.status(session), yield* other.sessions.status(session)]
      assert.deepStrictEqual(there, here)
      assert.strictEqual(here.doing._tag, "calling")
      yield* owner.sessions.interrupt(session)
      assert.deepStrictEqual((yield* told).slice(-2), ["calling", "idle"])
    })
  })

  it.effect("is none where the window is nearly full and nothing is rewritten", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory: "/project" })
      for (const text of ["one", "two"]) {
        const told = yield* toldWhile(sessions, session)
        const input = yield* sessions.prompt(session, text)
        assert.strictEqual((yield* sessions.outcome(session, input))._tag, "completed")
        assert.notInclude(yield* told, "compacting")
      }
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [
            { answer: [{ text: "one" }, { finish: "stop", usage: { ...Usage.zero, input: 95, output: 1 } }] },
            { answer: [{ text: "two" }] }
          ],
          [],
          ModelCatalog.layerValues({ "scripted/script": { contextTokens: 100 } })
        )
      )
    )
  )

  it.effect("to compacting is known where it happens, until it is over", () => {
    const begun = Deferred.makeUnsafe<void>()
    const gate = Deferred.makeUnsafe<void>()
    const compacting = Layer.succeed(
      Compaction.Compaction,
      Compaction.Compaction.of({
        rewrite: ({ refused, state }) =>
          refused
            ? Deferred.succeed(begun, undefined).pipe(
                Effect.andThen(Deferred.await(gate)),
                Effect.as([SessionEvent.make("Compacted", { summary: "s", keepFrom: state.sequence, why: "too long" })])
              )
            : Effect.succeed([])
      })
    )
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory: "/project" })
      const told = yield* toldWhile(sessions, session)
      const input = yield* sessions.prompt(session, "go")
      yield* Deferred.await(begun)
      // It is told of a rewrite that does not end at once.
      yield* Effect.yieldNow
      assert.strictEqual((yield* sessions.status(session)).doing._tag, "compacting")
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual((yield* sessions.outcome(session, input))._tag, "completed")
      assert.include(yield* told, "compacting")
      assert.strictEqual((yield* sessions.status(session)).doing._tag, "idle")
      assert.strictEqual((yield* ScriptedModel).requests().length, 2)
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [
            { answer: [{ error: new ModelError({ reason: { _tag: "ContextOverflow" }, message: "too long" }) }] },
            { answer: [{ text: "done" }] }
          ],
          [],
          compacting
        )
      )
    )
  })
})
