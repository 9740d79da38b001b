// Interrupting a turn, wherever it is: acknowledged at once, over within two seconds, and the next prompt works.
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as Retry from "../../src/model/Retry.ts"
import { Model } from "../../src/model/Model.ts"
import type { ModelPart } from "../../src/model/ModelPart.ts"
import * as Permission from "../../src/permission/Permission.ts"
import * as Questions from "../../src/question/Questions.ts"
import * as Ids from "../../src/schema/Ids.ts"
import { ModelError } from "../../src/schema/ModelError.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import { isCall } from "../../src/session/History.ts"
import type { SessionState } from "../../src/session/SessionState.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import * as Settings from "../../src/settings/Settings.ts"
import { defaultUsage, type Piece, ScriptedModel, type ScriptedStep } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import { callOf, ids, openStep, requested, sharedHouse, started } from "../support/runtimes.ts"
import { letTimePass, rounds, until } from "../support/time.ts"
import { deaf, echo, hang } from "../support/tools.ts"

/** Lets two seconds pass; by then it must be over. */
const withinTwoSeconds = Effect.fnUntraced(function* <A, E>(fiber: Fiber.Fiber<A, E>) {
  for (let tick = 0; tick < 20 && fiber.pollUnsafe() === undefined; tick++) {
    yield* TestClock.adjust("100 millis")
    yield* rounds(5)
  }
  const exit = fiber.pollUnsafe()
  assert.isDefined(exit)
  return yield* exit ?? Effect.die("not reached")
})

const begin = Effect.gen(function* () {
  const sessions = yield* Sessions
  const session = yield* sessions.create({ directory: "/project" })
  const input = yield* sessions.prompt(session, "go")
  const done = yield* Effect.forkChild(sessions.outcome(session, input))
  return { sessions, session, input, done }
})

const events = (session: Ids.SessionId) => Effect.flatMap(SessionStore, (store) => store.read(session, 0))

const calls = (state: SessionState) =>
  [...state.history].flatMap((entry) => (entry.type === "step" ? entry.items.filter(isCall) : []))

/** The last script step of each test: the model is told, and answers. */
const next: ScriptedStep = { expects: ["You were interrupted here", "go on now"], answer: [{ text: "gladly" }] }

/** Interrupts, sees that it is over in time and once, and prompts again. */
const interruptAndGoOn = Effect.fnUntraced(function* (ready: Effect.Effect<unknown>) {
  const { done, session, sessions } = yield* begin
  yield* ready
  yield* sessions.interrupt(session)
  assert.strictEqual((yield* withinTwoSeconds(done))._tag, "interrupted")
  const state = yield* sessions.state(session)
  assert.isUndefined(state.turn)
  assert.isUndefined(state.step)
  assert.deepStrictEqual(state.interrupts, [])
  assert.isTrue(calls(state).every((item) => item.result !== undefined))
  const later = yield* TestRuntime.prompt("go on now", { session })
  assert.strictEqual(later.outcome._tag, "completed")
  return { session, state }
})

const silence: ScriptedStep = { answer: [{ end: "never" }] }

const asking = Layer.provide(
  Permission.layer,
  Layer.merge(Questions.layer, Settings.layerValues({ model: TestRuntime.scripted, rules: [] }))
)

const half = (kind: "text" | "reasoning"): Piece => ({
  parts: [
    { type: `${kind}-start`, id: kind },
    { type: `${kind}-delta`, id: kind, text: `half a ${kind}` }
  ]
})

describe("an interruption", () => {
  it.effect("whose step the store does not take in time leaves the turn open, and the next look ends both, once", () =>
    Effect.gen(function* () {
      const started = Deferred.makeUnsafe<void>()
      let isSlow = true
      const house = yield* sharedHouse
      const script: ReadonlyArray<ScriptedStep> = [{ answer: [{ call: "hang", input: {} }] }]
      const { sessions } = yield* house.start(script, [hang(started)], Layer.empty, (store) => ({
        append: (session, fence, after, all) => {
          const settles = all.some((event) => event.type === "CallSettled")
          return settles && isSlow ? Effect.never : store.append(session, fence, after, all)
        }
      }))
      const { done, input, session } = yield* Effect.provideService(begin, Sessions, sessions)
      yield* Deferred.await(started)
      yield* sessions.interrupt(session)
      const error = yield* letTimePass(yield* Effect.forkChild(Effect.flip(Fiber.join(done))))
      assert.include(error.message, "The turn stays open")
      isSlow = false
      const again = yield* Effect.forkChild(sessions.outcome(session, input))
      assert.strictEqual((yield* letTimePass(again))._tag, "interrupted")
      const types = (yield* house.store.read(session, 0)).map(({ type }) => type)
      const ends = types.filter((type) => type === "CallSettled" || type === "TurnEnded")
      assert.deepStrictEqual(ends, ["CallSettled", "TurnEnded"])
    })
  )

  it.effect("before the first part", () =>
    Effect.gen(function* () {
      const scripted = yield* ScriptedModel
      yield* interruptAndGoOn(until(() => scripted.requests().length === 1))
      assert.strictEqual(scripted.closed(), 2)
    }).pipe(Effect.provide(TestRuntime.layer([silence, next])))
  )

  it.effect("in the middle of text and reasoning keeps both, as interrupted, and closes the stream", () =>
    Effect.gen(function* () {
      const scripted = yield* ScriptedModel
      const { session } = yield* interruptAndGoOn(until(() => scripted.given().includes("text-delta")))
      const parts = (yield* events(session)).flatMap((event) =>
        event.type === "PartFinished" && "text" in event.data.part ? [event.data.part] : []
      )
      assert.sameDeepMembers(
        parts.map((part) => [part.type, part.text, part.interrupted]),
        [
          ["reasoning", "half a reasoning", true],
          ["text", "half a text", true],
          ["text", "gladly", undefined]
        ]
      )
      assert.strictEqual(scripted.closed(), 2)
    }).pipe(
      Effect.provide(
        TestRuntime.layer([
          { answer: [half("reasoning"), half("text"), { end: "never" }] },
          { ...next, expects: [...(next.expects ?? []), "half a text"] }
        ])
      )
    )
  )

  it.effect("while a question is open", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const asked = sessions.list().pipe(
        Effect.flatMap(([info]) => sessions.status(info?.id ?? Ids.make.session())),
        Effect.tap(() => Effect.yieldNow),
        Effect.repeat({ until: (status) => status.questions.length > 0 })
      )
      const { state } = yield* interruptAndGoOn(Effect.orDie(asked))
      assert.deepStrictEqual(state.questions, [])
      assert.deepStrictEqual(
        calls(state).map((item) => [item.started, item.result?.status]),
        [[undefined, "interrupted"]]
      )
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith([{ answer: [{ call: "echo", input: { text: "x" } }] }, next], [echo()], asking)
      )
    )
  )

  it.effect("while it waits to try again", () =>
    Effect.gen(function* () {
      const scripted = yield* ScriptedModel
      yield* interruptAndGoOn(until(() => scripted.closed() === 1))
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [{ answer: [{ error: new ModelError({ reason: { _tag: "Overloaded" }, message: "busy" }) }] }, next],
          [],
          Retry.layerWith({ attempts: 5, baseMillis: 60_000, capMillis: 60_000, serverCapMillis: 0 })
        )
      )
    )
  )

  for (const [what, make] of [
    ["while a tool runs", hang],
    ["while a tool runs that ignores it", deaf]
  ] as const) {
    it.effect(what, () => {
      const begun = Deferred.makeUnsafe<void>()
      const tool = make(begun)
      return Effect.gen(function* () {
        const { state } = yield* interruptAndGoOn(Deferred.await(begun))
        assert.deepStrictEqual(
          calls(state).map((item) => item.result?.status),
          ["interrupted"]
        )
      }).pipe(Effect.provide(TestRuntime.layer([{ answer: [{ call: tool.name, input: {} }] }, next], [tool])))
    })
  }

  it.effect("of a model that ignores it: what was said stays, and what it says later is lost", () => {
    const begun = Deferred.makeUnsafe<void>()
    const late = Deferred.makeUnsafe<void>()
    const parts: ReadonlyArray<ModelPart> = [
      { type: "text-start", id: "a" },
      { type: "text-delta", id: "a", text: "half" }
    ]
    const stuck = Stream.concat(
      Stream.fromArray(parts),
      Stream.fromEffect(
        Effect.uninterruptible(
          Deferred.succeed(begun, undefined).pipe(
            Effect.andThen(Deferred.await(late)),
            Effect.as<ModelPart>({ type: "text-delta", id: "a", text: " and the rest" })
          )
        )
      )
    )
    const whole = Stream.fromArray<ModelPart>([
      { type: "text-start", id: "b" },
      { type: "text-delta", id: "b", text: "gladly" },
      { type: "text-end", id: "b" },
      { type: "finish", reason: "stop", usage: defaultUsage }
    ])
    const answers = [stuck, whole]
    return Effect.gen(function* () {
      const { session } = yield* interruptAndGoOn(Deferred.await(begun))
      yield* Deferred.succeed(late, undefined)
      yield* rounds(50)
      const said = (yield* events(session)).flatMap((event) =>
        event.type === "PartFinished" && "text" in event.data.part ? [event.data.part.text] : []
      )
      assert.deepStrictEqual(said, ["half", "gladly"])
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith([], [], Layer.succeed(Model, Model.of({ stream: () => answers.shift() ?? Stream.empty })))
      )
    )
  })

  it.effect("is acknowledged at once, and may come again while the first one settles", () => {
    const begun = Deferred.makeUnsafe<void>()
    return Effect.gen(function* () {
      const { done, session, sessions } = yield* begin
      yield* Deferred.await(begun)
      // No time passes: nobody waits for the tool.
      yield* sessions.interrupt(session)
      yield* sessions.interrupt(session)
      yield* TestClock.adjust("500 millis")
      assert.isUndefined(done.pollUnsafe())
      yield* sessions.interrupt(session)
      assert.strictEqual((yield* withinTwoSeconds(done))._tag, "interrupted")
      yield* sessions.interrupt(session)
      yield* rounds(20)
      const state = yield* sessions.state(session)
      assert.deepStrictEqual([state.interrupts, state.turn], [[], undefined])
      const all = yield* events(session)
      assert.strictEqual(all.filter((event) => event.type === "TurnEnded").length, 1)
      assert.strictEqual(all.filter((event) => event.type === "CallSettled").length, 1)
      assert.strictEqual((yield* TestRuntime.prompt("go on now", { session })).outcome._tag, "completed")
    }).pipe(Effect.provide(TestRuntime.layer([{ answer: [{ call: "deaf", input: {} }] }, next], [deaf(begun)])))
  })

  it.effect("that comes when the turn has ended in between is answered, and stops no other turn", () =>
    Effect.gen(function* () {
      const { session } = yield* TestRuntime.prompt("go")
      const sessions = yield* Sessions
      const turn = (yield* sessions.state(session)).lastTurn?.id ?? Ids.make.turn()
      yield* (yield* SessionStore).submit(session, Ids.make.command(), { _tag: "interrupt", turn })
      const later = yield* TestRuntime.prompt("again", { session })
      assert.strictEqual(later.outcome._tag, "completed")
      assert.deepStrictEqual(later.state.interrupts, [])
    }).pipe(Effect.provide(TestRuntime.layer([{ answer: [{ text: "done" }] }, { answer: [{ text: "done" }] }])))
  )

  it.effect("that a dead owner did not come to: its open text is kept, nothing runs, and no request is made", () =>
    Effect.gen(function* () {
      const house = yield* sharedHouse
      const all = ids()
      const call = callOf("echo", { text: "x" })
      const part = Ids.make.part()
      yield* house.store.create(all.session, [
        ...openStep(all),
        requested(all, call),
        started(call, "read"),
        SessionEvent.make("CommandSubmitted", {
          command: Ids.make.command(),
          request: { _tag: "interrupt", turn: all.turn }
        })
      ])
      const fence = yield* house.store.claim(all.session)
      yield* house.store.saveDraft(
        all.session,
        fence,
        JSON.stringify([{ step: all.step, kind: "text", id: part, text: "half" }])
      )
      yield* house.store.release(fence)
      const ran: Array<string> = []
      const runtime = yield* house.start([next], [echo(ran)])
      assert.strictEqual((yield* runtime.sessions.outcome(all.session, all.input))._tag, "interrupted")
      const state = yield* runtime.sessions.state(all.session)
      assert.deepStrictEqual(ran, [])
      assert.strictEqual(runtime.scripted.requests().length, 0)
      assert.strictEqual(TestRuntime.lastText(state), "half")
      assert.deepStrictEqual(
        calls(state).map((item) => item.result?.status),
        ["interrupted"]
      )
      const input = yield* runtime.sessions.prompt(all.session, "go on now")
      assert.strictEqual((yield* runtime.sessions.outcome(all.session, input))._tag, "completed")
    })
  )
})
