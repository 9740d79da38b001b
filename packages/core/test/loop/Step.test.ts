import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { z } from "zod"
import * as Agents from "../../src/agent/Agents.ts"
import * as Budget from "../../src/loop/Budget.ts"
import * as ProgressGuard from "../../src/loop/ProgressGuard.ts"
import * as Step from "../../src/loop/Step.ts"
import * as StopPolicy from "../../src/loop/StopPolicy.ts"
import type { StopReason, StopSignal } from "../../src/loop/StopSignal.ts"
import { ToolRunner } from "../../src/loop/ToolRunner.ts"
import * as ModelCatalog from "../../src/model/ModelCatalog.ts"
import { Model } from "../../src/model/Model.ts"
import type { ModelPart } from "../../src/model/ModelPart.ts"
import * as Retry from "../../src/model/Retry.ts"
import * as Permission from "../../src/permission/Permission.ts"
import * as Questions from "../../src/question/Questions.ts"
import { ModelError } from "../../src/schema/ModelError.ts"
import * as Ids from "../../src/schema/Ids.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import { isCall } from "../../src/session/History.ts"
import { open } from "../../src/session/OpenSession.ts"
import type { SessionState } from "../../src/session/SessionState.ts"
import * as SessionState_ from "../../src/session/SessionState.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import * as SessionStoreMemory from "../../src/session/SessionStoreMemory.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import * as Settings from "../../src/settings/Settings.ts"
import { defaultUsage, type Piece, ScriptedModel } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import * as Tool from "../../src/tool/Tool.ts"
import { echo, readEcho } from "../support/tools.ts"
import { letTimePass, rounds, until } from "../support/time.ts"

const calls = (state: SessionState) =>
  [...state.history].flatMap((entry) => (entry.type === "step" ? entry.items.filter(isCall) : []))

const text = (id: string, said: string): ReadonlyArray<ModelPart> => [
  { type: "text-start", id },
  { type: "text-delta", id, text: said },
  { type: "text-end", id }
]

const call = (id: string, tool: string, input: unknown): ModelPart => ({
  type: "call",
  id,
  tool,
  input: JSON.stringify(input)
})

/** Rules, then people; there is no rule, so everything is asked. */
const asking = Layer.provide(
  Permission.layer,
  Layer.merge(Questions.layer, Settings.layerValues({ model: TestRuntime.scripted, rules: [] }))
)

/** Begins a turn; whoever begins it lets time pass. */
const begin = Effect.gen(function* () {
  const sessions = yield* Sessions
  const session = yield* sessions.create({ directory: "/project" })
  const input = yield* sessions.prompt(session, "go")
  const done = yield* Effect.forkChild(sessions.outcome(session, input))
  return { sessions, session, input, done }
})

const questionOf = (sessions: Sessions["Service"], session: Ids.SessionId) =>
  sessions.status(session).pipe(
    Effect.tap(() => Effect.yieldNow),
    Effect.repeat({ until: (status) => status.questions.length > 0 }),
    Effect.map(({ questions }) => questions[0]?.id ?? Ids.make.question())
  )

/** The model says this after the call, if somebody still listens. */
const afterwards = (silence: boolean): ReadonlyArray<Piece> =>
  silence ? [{ end: "never" }] : [{ delayMillis: 60_000 }, { parts: text("late", "too late") }]

describe("a step that is asked to stop", () => {
  const settled = Effect.fnUntraced(function* (outcome: string) {
    const { done, session, sessions } = yield* begin
    const scripted = yield* ScriptedModel
    assert.strictEqual((yield* letTimePass(done))._tag, outcome)
    assert.notInclude(scripted.given().slice(1), "text-delta")
    assert.strictEqual(scripted.closed(), scripted.requests().length)
    const state = yield* sessions.state(session)
    assert.isTrue(calls(state).every((item) => item.result !== undefined))
    return state
  })

  for (const silence of [true, false]) {
    const rest = silence ? "the model is silent" : "the model goes on later"

    it.effect(`ends when a person rejects without a message, ${rest}`, () =>
      Effect.gen(function* () {
        const { done, session, sessions } = yield* begin
        const scripted = yield* ScriptedModel
        yield* sessions.answer(session, yield* questionOf(sessions, session), { _tag: "reject" })
        yield* rounds(50)
        assert.strictEqual(done.pollUnsafe()?._tag, "Success")
        assert.strictEqual((yield* letTimePass(done))._tag, "denied")
        assert.deepStrictEqual(scripted.given(), ["call"])
        assert.strictEqual(scripted.closed(), 1)
        assert.deepStrictEqual(
          calls(yield* sessions.state(session)).map((item) => item.result?.status),
          ["declined"]
        )
      }).pipe(
        Effect.provide(
          TestRuntime.layerWith(
            [{ answer: [{ parts: [call("1", "echo", { text: "x" })] }, ...afterwards(silence)] }],
            [echo()],
            asking
          )
        )
      )
    )

    it.effect(`ends when the budget runs out in the middle, ${rest}`, () =>
      Effect.gen(function* () {
        const state = yield* settled("budget-exhausted")
        assert.strictEqual(SessionState_.lastText(state), "")
      }).pipe(
        Effect.provide(
          TestRuntime.layerWith(
            [{ answer: [{ parts: [call("1", "echo", { text: "x" })] }, ...afterwards(silence)] }],
            [echo()],
            Budget.layerFixed({ millis: 5_000 })
          )
        )
      )
    )

    it.effect(`ends when the host wants it, ${rest}`, () => {
      const wanted = Deferred.makeUnsafe<void>()
      return Effect.gen(function* () {
        const { done } = yield* begin
        const scripted = yield* ScriptedModel
        yield* until(() => scripted.given().length === 1)
        yield* Deferred.succeed(wanted, undefined)
        yield* rounds(50)
        assert.strictEqual(done.pollUnsafe()?._tag, "Success")
        assert.strictEqual((yield* letTimePass(done))._tag, "interrupted")
        assert.deepStrictEqual(scripted.given(), ["call"])
        assert.strictEqual(scripted.closed(), 1)
      }).pipe(
        Effect.provide(
          TestRuntime.layerWith(
            [{ answer: [{ parts: [call("1", "echo", { text: "x" })] }, ...afterwards(silence)] }],
            [echo()],
            Layer.succeed(
              StopPolicy.StopPolicy,
              StopPolicy.StopPolicy.of({
                mayEnd: () => Effect.succeed({ _tag: "end" }),
                wantsStop: () => Deferred.await(wanted)
              })
            )
          )
        )
      )
    })

    it.effect(`ends when the guard sees no progress, ${rest}; the call does not run`, () => {
      const seen: Array<string> = []
      return Effect.gen(function* () {
        const state = yield* settled("no-progress")
        assert.strictEqual(seen.length, 1)
        assert.deepStrictEqual(
          calls(state).map((item) => item.result?.status),
          ["completed", "failed"]
        )
      }).pipe(
        Effect.provide(
          TestRuntime.layerWith(
            [
              { answer: [{ parts: [call("1", "echo", { text: "x" })] }, { finish: "tool-calls" }] },
              { answer: [{ parts: [call("1", "echo", { text: "x" })] }, ...afterwards(silence)] }
            ],
            [echo(seen)],
            ProgressGuard.layerWith({ note: 9, stop: 2 })
          )
        )
      )
    })
  }

  it.effect("does not ask the model again after the budget ran out between two attempts", () =>
    Effect.gen(function* () {
      const { done } = yield* begin
      const scripted = yield* ScriptedModel
      yield* until(() => scripted.requests().length === 1)
      assert.strictEqual((yield* letTimePass(done))._tag, "budget-exhausted")
      assert.strictEqual(scripted.requests().length, 1)
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [
            {
              answer: [
                { error: new ModelError({ reason: { _tag: "Overloaded", retryAfterMillis: 60_000 }, message: "busy" }) }
              ]
            },
            { answer: [{ text: "late" }] }
          ],
          [],
          Budget.layerFixed({ millis: 5_000 })
        )
      )
    )
  )

  it.effect("is not held by another call that still waits for a person", () =>
    Effect.gen(function* () {
      const { done, session, sessions } = yield* begin
      yield* sessions.status(session).pipe(
        Effect.tap(() => Effect.yieldNow),
        Effect.repeat({ until: (status) => status.questions.length === 2 })
      )
      yield* sessions.answer(session, yield* questionOf(sessions, session), { _tag: "reject" })
      yield* rounds(100)
      assert.strictEqual(done.pollUnsafe()?._tag, "Success")
      assert.strictEqual((yield* letTimePass(done))._tag, "denied")
      const state = yield* sessions.state(session)
      assert.deepStrictEqual(
        calls(state).map((item) => item.result?.status),
        ["declined", "interrupted"]
      )
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [
            {
              answer: [
                { call: "read_echo", input: { text: "a" } },
                { call: "read_echo", input: { text: "b" } }
              ]
            }
          ],
          [readEcho],
          asking
        )
      )
    )
  )
})

describe("the end of a stream", () => {
  it.effect("comes two seconds after its finish at the latest", () =>
    Effect.gen(function* () {
      const { done } = yield* begin
      const scripted = yield* ScriptedModel
      yield* until(() => scripted.given().includes("finish"))
      yield* TestClock.adjust("1900 millis")
      yield* rounds(50)
      assert.isUndefined(done.pollUnsafe())
      yield* TestClock.adjust("100 millis")
      yield* rounds(50)
      assert.strictEqual((yield* letTimePass(done))._tag, "completed")
      assert.strictEqual(scripted.closed(), 1)
    }).pipe(Effect.provide(TestRuntime.layer([{ answer: [{ text: "done" }, { finish: "stop" }, { end: "never" }] }])))
  )

  it.effect("is not the finish: what comes behind it still counts", () =>
    Effect.gen(function* () {
      const { done, session, sessions } = yield* begin
      assert.strictEqual((yield* letTimePass(done))._tag, "completed")
      assert.strictEqual(SessionState_.lastText(yield* sessions.state(session)), "before\nbehind")
    }).pipe(
      Effect.provide(
        TestRuntime.layer([
          {
            answer: [
              { parts: text("a", "before") },
              { finish: "stop" },
              { delayMillis: 500 },
              { parts: text("b", "behind") }
            ]
          }
        ])
      )
    )
  )

  it.effect("may be an error without harm once a whole answer was finished", () =>
    Effect.gen(function* () {
      const { done, session, sessions } = yield* begin
      assert.strictEqual((yield* letTimePass(done))._tag, "completed")
      assert.strictEqual((yield* ScriptedModel).requests().length, 1)
      assert.deepStrictEqual((yield* sessions.state(session)).usage, defaultUsage)
    }).pipe(
      Effect.provide(
        TestRuntime.layer([
          {
            answer: [
              { text: "done" },
              { finish: "stop" },
              { error: new ModelError({ reason: { _tag: "Transport", phase: "after-output" }, message: "reset" }) }
            ]
          }
        ])
      )
    )
  )

  it.effect("without a finish leaves the usage unknown", () =>
    Effect.gen(function* () {
      const { done, session, sessions } = yield* begin
      yield* letTimePass(done)
      const { cost, usage } = yield* sessions.state(session)
      assert.strictEqual(usage.input, "unknown")
      assert.strictEqual(usage.output, "unknown")
      assert.strictEqual(cost, "unknown")
    }).pipe(
      Effect.provide(
        TestRuntime.layer([{ answer: [{ text: "half" }, { end: "cut" }] }, { answer: [{ text: "rest" }] }])
      )
    )
  )

  it.effect("costs what the provider says, whatever the catalogue thinks", () =>
    Effect.gen(function* () {
      const { done, session, sessions } = yield* begin
      yield* letTimePass(done)
      const { cost, spending } = yield* sessions.state(session)
      assert.deepStrictEqual([cost, spending.money.sum], [4_500, 4_500])
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [
            {
              answer: [
                { text: "done" },
                { parts: [{ type: "finish", reason: "stop", usage: defaultUsage, cost: 4_500 }] }
              ]
            }
          ],
          [],
          ModelCatalog.layerValues({
            "scripted/script": { prices: { input: 1, output: 1, cacheRead: 1, cacheWrite: 1 } }
          })
        )
      )
    )
  )

  it.effect("by a defect fails the turn, and what was said stays", () =>
    Effect.gen(function* () {
      const { done, session, sessions } = yield* begin
      const outcome = yield* letTimePass(done)
      assert.strictEqual(outcome._tag === "failed" ? outcome.error.kind : outcome._tag, "defect")
      const state = yield* sessions.state(session)
      assert.strictEqual(SessionState_.lastText(state), "half")
      assert.isUndefined(state.step)
    }).pipe(Effect.provide(modelOf(Stream.concat(Stream.fromArray(text("a", "half")), Stream.die(new Error("boom"))))))
  )

  it.effect("by an interruption from within fails the turn, it does not hang", () =>
    Effect.gen(function* () {
      const { done } = yield* begin
      assert.strictEqual((yield* letTimePass(done))._tag, "failed")
    }).pipe(
      Effect.provide(modelOf(Stream.concat(Stream.fromArray(text("a", "half")), Stream.fromEffect(Effect.interrupt))))
    )
  )
})

const modelOf = (stream: Stream.Stream<ModelPart, ModelError>) =>
  TestRuntime.layerWith([], [], Layer.succeed(Model, Model.of({ stream: () => stream })))

describe("calls of a step", () => {
  it.effect("start while the model still streams, and run side by side", () => {
    const [first, second] = [Deferred.makeUnsafe<void>(), Deferred.makeUnsafe<void>()]
    const handshake = (name: string, mine: Deferred.Deferred<void>, other: Deferred.Deferred<void>) =>
      Tool.make(name, {
        description: "Waits for the other one.",
        parameters: z.object({}),
        safety: "read",
        execute: () =>
          Effect.gen(function* () {
            yield* Deferred.succeed(mine, undefined)
            yield* Deferred.await(other)
            return { output: `${name} met the other` }
          })
      })
    // The stream ends only after both tools have run: each waits for the other, so they also run at the same time.
    const answers = [
      Stream.fromArray([call("1", "left", {}), call("2", "right", {})]).pipe(
        Stream.concat(Stream.fromEffectDrain(Effect.all([Deferred.await(first), Deferred.await(second)]))),
        Stream.concat(Stream.fromArray<ModelPart>([{ type: "finish", reason: "tool-calls", usage: defaultUsage }]))
      ),
      Stream.fromArray<ModelPart>([...text("a", "done"), { type: "finish", reason: "stop", usage: defaultUsage }])
    ]
    const model = Model.of({ stream: () => answers.shift() ?? Stream.empty })
    return Effect.gen(function* () {
      const { outcome, state } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "completed")
      assert.deepStrictEqual(
        calls(state).map((item) => item.result?.output),
        ["left met the other", "right met the other"]
      )
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [],
          [handshake("left", first, second), handshake("right", second, first)],
          Layer.succeed(Model, model)
        )
      )
    )
  })

  it.effect("with one provider id are kept apart", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      const { outcome, state } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "completed")
      assert.deepStrictEqual(seen, ["a", "b"])
      assert.deepStrictEqual(
        calls(state).map((item) => [item.call.providerCallId, item.result?.output]),
        [
          ["same", "echo: a"],
          ["same", "echo: b"]
        ]
      )
      const request = (yield* ScriptedModel).requests()[1]
      const sent = request?.messages.flatMap((message) => (message.role === "tool" ? message.content : [])) ?? []
      assert.strictEqual(new Set(sent.map((content) => content.id)).size, 2)
    }).pipe(
      Effect.provide(
        TestRuntime.layer(
          [
            {
              answer: [
                { call: "echo", input: { text: "a" }, id: "same" },
                { call: "echo", input: { text: "b" }, id: "same" }
              ]
            },
            { answer: [{ text: "done" }] }
          ],
          [echo(seen)]
        )
      )
    )
  })
})

/** A step by itself, under a stop signal of the test's own. */
const bare = Effect.fnUntraced(function* (
  model: Model["Service"],
  stop: StopSignal,
  run?: ToolRunner["Service"]["run"]
) {
  const session = Ids.make.session()
  const turn = Ids.make.turn()
  const store = yield* SessionStore
  yield* store.create(session, [
    SessionEvent.make("SessionCreated", { directory: "/project", root: session, agent: "build", rein: "0" })
  ])
  const opened = yield* open(session)
  yield* opened.claim
  yield* opened.append([SessionEvent.make("TurnStarted", { turn, rein: "0" })])
  const runner = ToolRunner.of({ run: run ?? (() => Effect.never), recover: () => Effect.never })
  const services = Context.make(Model, model).pipe(Context.add(ToolRunner, runner))
  const layer = Step.layer.pipe(Layer.provide([Layer.succeedContext(services), Retry.layerNone, ModelCatalog.layer]))
  const step = yield* Effect.provide(Step.Step, layer)
  const request = {
    session,
    model: TestRuntime.scripted,
    system: [],
    tools: [],
    messages: [],
    cache: { tools: true, system: true, messages: [] }
  }
  const input: Step.StepInput = {
    session: opened,
    turn,
    index: 0,
    agent: Agents.build,
    tools: [],
    request,
    fingerprint: "",
    stop
  }
  return { opened, run: step.run(input) }
})

const never: StopSignal = {
  reason: () => undefined,
  request: () => Effect.void,
  onRequest: () => () => {},
  wait: Effect.never
}

const said = (state: SessionState) =>
  [...state.history].flatMap((entry) =>
    entry.type === "step"
      ? entry.items.flatMap((item) => (item.type === "part" && "text" in item.part ? [item.part.text] : []))
      : []
  )

describe("a step by itself", () => {
  it.effect("takes no part after the stop, in the same batch or a later one", () =>
    Effect.gen(function* () {
      let reason: StopReason | undefined
      let pulled = 0
      const stop: StopSignal = { ...never, reason: () => reason }
      const stream = Stream.concat(
        Stream.fromArray<ModelPart>([
          { type: "text-start", id: "a" },
          { type: "text-delta", id: "a", text: "one " },
          {
            type: "text-delta",
            id: "a",
            // The stop comes while this part is looked at, in the middle of the first batch.
            get text() {
              reason = { _tag: "asked" }
              return "two "
            }
          },
          { type: "text-delta", id: "a", text: "three" }
        ]),
        Stream.suspend(() => {
          pulled++
          return Stream.fromArray(text("b", "four"))
        })
      )
      const { opened, run } = yield* bare(Model.of({ stream: () => stream }), stop)
      yield* run
      assert.deepStrictEqual(said(opened.state()), ["one two "])
      assert.strictEqual(pulled, 0)
    }).pipe(Effect.provide(SessionStoreMemory.layerSolo))
  )

  it.effect("leaves nothing open when it is interrupted", () =>
    Effect.gen(function* () {
      const started = Deferred.makeUnsafe<void>()
      const stream = Stream.concat(
        Stream.fromArray<ModelPart>([
          { type: "text-start", id: "a" },
          { type: "text-delta", id: "a", text: "half" },
          call("1", "hang", {})
        ]),
        Stream.never
      )
      const { opened, run } = yield* bare(Model.of({ stream: () => stream }), never, (one, scope) =>
        Effect.gen(function* () {
          yield* scope.session.append([
            SessionEvent.make("CallStarted", { call: one.id, safety: "once", allowedBy: "" })
          ])
          yield* Deferred.succeed(started, undefined)
          return yield* Effect.never
        })
      )
      yield* Effect.raceFirst(run, Deferred.await(started))
      assert.isUndefined(opened.state().step)
      assert.deepStrictEqual(said(opened.state()), ["half"])
      assert.deepStrictEqual(
        calls(opened.state()).map((item) => item.result?.status),
        ["interrupted"]
      )
    }).pipe(Effect.provide(SessionStoreMemory.layerSolo))
  )

  it.effect("settles what is open when its own part breaks", () =>
    Effect.gen(function* () {
      const stream = Stream.concat(Stream.fromArray<ModelPart>([call("1", "x", {})]), Stream.die(new Error("boom")))
      const { opened, run } = yield* bare(Model.of({ stream: () => stream }), never)
      assert.strictEqual((yield* Effect.exit(run))._tag, "Failure")
      const events = yield* (yield* SessionStore).read(opened.id, 0)
      const types = events.map((event) => event.type)
      assert.deepStrictEqual(types.slice(-3), ["CallRequested", "CallSettled", "StepFinished"])
    }).pipe(Effect.provide(SessionStoreMemory.layerSolo))
  )
})
