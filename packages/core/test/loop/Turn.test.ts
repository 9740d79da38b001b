import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { layerWith as retryWith } from "../../src/model/Retry.ts"
import { ModelError } from "../../src/schema/ModelError.ts"
import { isCall } from "../../src/session/History.ts"
import type { SessionState } from "../../src/session/SessionState.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { lastResult, ScriptedModel } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import { deaf, echo, fails, hang } from "../support/tools.ts"

const results = (state: SessionState) =>
  [...state.history].flatMap((entry) => (entry.type === "step" ? entry.items.filter(isCall) : []))

const model = (reason: ModelError["reason"], message = "it broke") => new ModelError({ reason, message })

const eventTypes = Effect.fnUntraced(function* (session: SessionState["session"]) {
  const store = yield* SessionStore
  return (yield* store.read(session, 0)).map((event) => event.type)
})

/** Lets time pass until the fiber has ended. */
const letTimePass = Effect.fnUntraced(function* <A, E>(fiber: Fiber.Fiber<A, E>) {
  while (fiber.pollUnsafe() === undefined) {
    yield* TestClock.adjust("100 millis")
    yield* Effect.yieldNow
  }
  return yield* Fiber.join(fiber)
})

describe("a turn", () => {
  it.effect("answers and completes", () =>
    Effect.gen(function* () {
      const { outcome, session, state } = yield* TestRuntime.prompt("hello")
      assert.deepStrictEqual(outcome, { _tag: "completed" })
      assert.strictEqual(TestRuntime.lastText(state), "good day to you")
      assert.deepStrictEqual(yield* eventTypes(session), [
        "SessionCreated",
        "CommandSubmitted",
        "TurnStarted",
        "NoteAdded",
        "InputDelivered",
        "EpochStarted",
        "StepStarted",
        "PartFinished",
        "StepFinished",
        "TurnEnded"
      ])
    }).pipe(Effect.provide(TestRuntime.layer([{ expects: ["hello"], answer: [{ text: "good day to you" }] }])))
  )

  it.effect("runs calls, and the model reads their results", () => {
    const seen: Array<string> = []
    const script = [
      {
        answer: [
          { text: "I look." },
          { call: "echo", input: { text: "one" } },
          { call: "echo", input: { text: "two" } }
        ]
      },
      {
        expects: ["echo: one", "echo: two"],
        answer: (request: Parameters<typeof lastResult>[0]) => [{ text: `it said ${lastResult(request, "echo")}` }]
      }
    ]
    return Effect.gen(function* () {
      const { outcome, state } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "completed")
      assert.deepStrictEqual(seen, ["one", "two"])
      assert.strictEqual(TestRuntime.lastText(state), "it said echo: two")
      assert.strictEqual((yield* ScriptedModel).unused(), 0)
    }).pipe(Effect.provide(TestRuntime.layer(script, [echo(seen)])))
  })

  it.effect("stores the start of a call before the tool runs", () => {
    const order: Array<string> = []
    const watching = Layer.effect(
      SessionStore,
      Effect.map(SessionStore, (store) =>
        SessionStore.of({
          ...store,
          append: (session, fence, after, events) =>
            Effect.tap(store.append(session, fence, after, events), () =>
              Effect.sync(() => order.push(...events.map((event) => event.type)))
            )
        })
      )
    )
    const tool = echo(order)
    return Effect.gen(function* () {
      yield* TestRuntime.prompt("go")
      assert.isBelow(order.indexOf("CallStarted"), order.indexOf("ran"))
      assert.isAbove(order.indexOf("CallStarted"), -1)
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [{ answer: [{ call: "echo", input: { text: "ran" } }] }, { answer: [{ text: "done" }] }],
          [tool],
          Layer.provide(watching, TestRuntime.storeForTests)
        )
      )
    )
  })

  it.effect("tells the model what is wrong with a call, whatever it is", () => {
    const script = [
      {
        answer: [
          { call: "Echo", input: { text: "x" } },
          { call: "echo", input: { text: 1 } },
          { call: "echo", input: '{"text": ' },
          { call: "fails", input: {} }
        ]
      },
      {
        expects: [/no tool "Echo".*Did you mean echo/s, /text: /, /not JSON/, "it did not work"],
        answer: [{ text: "done" }]
      }
    ]
    return Effect.gen(function* () {
      const { outcome, state } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "completed")
      assert.deepStrictEqual(
        results(state).map((item) => item.result?.status),
        ["failed", "failed", "failed", "failed"]
      )
    }).pipe(Effect.provide(TestRuntime.layer(script, [echo(), fails])))
  })

  it.effect("goes on after `stop` with calls, and does not take an empty answer for an end", () => {
    const script = [
      { answer: [{ call: "echo", input: { text: "x" } }, { finish: "stop" as const }] },
      { expects: ["echo: x"], answer: [] },
      { expects: ["Your answer was empty"], answer: [{ text: "done" }] }
    ]
    return Effect.gen(function* () {
      const { outcome } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "completed")
      assert.strictEqual((yield* ScriptedModel).unused(), 0)
    }).pipe(Effect.provide(TestRuntime.layer(script, [echo()])))
  })

  it.effect("ends as failed after three incomplete answers in a row", () =>
    Effect.gen(function* () {
      const { outcome } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "failed")
    }).pipe(
      Effect.provide(
        TestRuntime.layer([
          { answer: [{ text: "half a" }, { end: "cut" }] },
          { expects: ["half a", "cut off"], answer: [{ text: "sentence" }, { finish: "unknown" }] },
          { answer: [{ finish: "stop" }] }
        ])
      )
    )
  )

  it.effect("never completes by a filter, an output limit or an announced call", () =>
    Effect.forEach(["content-filter", "length", "error"] as const, (finish) =>
      Effect.gen(function* () {
        const { outcome } = yield* TestRuntime.prompt("go")
        assert.strictEqual(outcome._tag, "failed")
      }).pipe(
        Effect.provide(TestRuntime.layer([1, 2, 3].map(() => ({ answer: [{ text: "some" }, { finish }] }))), {
          local: true
        })
      )
    )
  )

  it.effect("retries before the first output, and stores each attempt", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(TestRuntime.prompt("go"))
      const { outcome, session } = yield* letTimePass(fiber)
      assert.strictEqual(outcome._tag, "completed")
      const types = yield* eventTypes(session)
      assert.strictEqual(types.filter((type) => type === "AttemptFailed").length, 2)
      assert.strictEqual(types.filter((type) => type === "StepStarted").length, 1)
    }).pipe(
      Effect.provide(
        TestRuntime.layer([
          { answer: [{ error: model({ _tag: "RateLimited", retryAfterMillis: 3_000 }) }] },
          { answer: [{ error: model({ _tag: "Overloaded" }) }] },
          { answer: [{ text: "done" }] }
        ])
      )
    )
  )

  it.effect("does not repeat output after a cut: what came stays, and the next step follows", () =>
    Effect.gen(function* () {
      const { outcome, session, state } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "completed")
      assert.notInclude(yield* eventTypes(session), "AttemptFailed")
      const steps = [...state.history].filter((entry) => entry.type === "step")
      assert.strictEqual(steps.length, 2)
    }).pipe(
      Effect.provide(
        TestRuntime.layer([
          { answer: [{ text: "first half" }, { error: model({ _tag: "Transport", phase: "after-output" }) }] },
          { expects: ["first half", "cut off"], answer: [{ text: "second half" }] }
        ])
      )
    )
  )

  it.effect("gives an error that cannot be repeated as the outcome, with its reason", () =>
    Effect.gen(function* () {
      const { outcome } = yield* TestRuntime.prompt("go")
      assert.deepStrictEqual(outcome, {
        _tag: "failed",
        error: { kind: "model", message: "the key was refused", reason: { _tag: "Authentication" } }
      })
    }).pipe(
      Effect.provide(
        TestRuntime.layer([{ answer: [{ error: model({ _tag: "Authentication" }, "the key was refused") }] }])
      )
    )
  )

  it.effect("says what to do when the conversation does not fit", () =>
    Effect.gen(function* () {
      const { outcome } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag === "failed" ? outcome.error.kind : outcome._tag, "context")
    }).pipe(Effect.provide(TestRuntime.layer([{ answer: [{ error: model({ _tag: "ContextOverflow" }) }] }])))
  )

  it.effect("ends as failed, and the process lives, when a layer has a defect", () =>
    Effect.gen(function* () {
      const first = yield* TestRuntime.prompt("go")
      assert.deepStrictEqual(first.outcome._tag === "failed" ? first.outcome.error.kind : first.outcome._tag, "defect")
      const second = yield* TestRuntime.prompt("again", { session: first.session })
      assert.strictEqual(second.outcome._tag, "completed")
    }).pipe(
      Effect.provide(
        TestRuntime.layer([
          { expects: ["what nobody said"], answer: [] },
          { expects: ["again"], answer: [{ text: "here" }] }
        ])
      )
    )
  )

  it.effect("delivers a steer between steps, once, after the results", () => {
    const script = [
      { answer: [{ call: "echo", input: { text: "x" } }] },
      { expects: ["echo: x"], answer: [{ delayMillis: 1_000 }, { text: "done" }] },
      { expects: ["and the other thing"], answer: [{ text: "both done" }] }
    ]
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory: "/project" })
      const first = yield* sessions.prompt(session, "go")
      const scripted = yield* ScriptedModel
      yield* Effect.repeat(Effect.yieldNow, { until: () => scripted.requests().length === 2 })
      const second = yield* sessions.prompt(session, "and the other thing")
      const done = yield* Effect.forkChild(sessions.outcome(session, first))
      assert.strictEqual((yield* letTimePass(done))._tag, "completed")
      assert.strictEqual((yield* sessions.outcome(session, second))._tag, "completed")
      const inputs = [...(yield* sessions.state(session)).history].filter((entry) => entry.type === "input")
      assert.strictEqual(inputs.length, 2)
    }).pipe(Effect.provide(TestRuntime.layer(script, [echo()])))
  })

  it.effect("starts a turn for each queued input, in order; a withdrawn one is never delivered", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory: "/project" })
      const first = yield* sessions.prompt(session, "one", { delivery: "queue" })
      const second = yield* sessions.prompt(session, "two", { delivery: "queue" })
      const third = yield* sessions.prompt(session, "three", { delivery: "queue" })
      yield* sessions.withdraw(session, second)
      const done = yield* Effect.forkChild(sessions.outcome(session, third))
      assert.strictEqual((yield* letTimePass(done))._tag, "completed")
      assert.strictEqual((yield* sessions.outcome(session, first))._tag, "completed")
      assert.strictEqual((yield* sessions.outcome(session, second))._tag, "withdrawn")
      const types = yield* eventTypes(session)
      assert.strictEqual(types.filter((type) => type === "TurnStarted").length, 2)
    }).pipe(
      Effect.provide(
        TestRuntime.layer([
          { expects: ["one"], answer: [{ delayMillis: 1_000 }, { text: "1" }] },
          {
            expects: ["three"],
            check: (request) => (JSON.stringify(request).includes("two") ? "two was there" : undefined),
            answer: [{ text: "3" }]
          }
        ])
      )
    )
  )
})

describe("interruption", () => {
  const interruptWhile = Effect.fnUntraced(function* (ready: Effect.Effect<void>) {
    const sessions = yield* Sessions
    const session = yield* sessions.create({ directory: "/project" })
    const input = yield* sessions.prompt(session, "go")
    yield* ready
    yield* sessions.interrupt(session)
    const outcome = yield* sessions.outcome(session, input)
    return { session, outcome, state: yield* sessions.state(session) }
  })

  it.effect("in the middle of a stream: what was said is stored, the stream is closed, a later prompt works", () =>
    Effect.gen(function* () {
      const scripted = yield* ScriptedModel
      const ready = Effect.repeat(Effect.yieldNow, { until: () => scripted.given().includes("text-delta") })
      const { outcome, session, state } = yield* interruptWhile(ready)
      assert.strictEqual(outcome._tag, "interrupted")
      assert.strictEqual(TestRuntime.lastText(state), "half ")
      assert.strictEqual(scripted.closed(), 1)
      const later = yield* TestRuntime.prompt("go on", { session })
      assert.strictEqual(later.outcome._tag, "completed")
    }).pipe(
      Effect.provide(
        TestRuntime.layer([
          {
            answer: [
              {
                parts: [
                  { type: "text-start", id: "a" },
                  { type: "text-delta", id: "a", text: "half " }
                ]
              },
              { end: "never" }
            ]
          },
          { expects: ["half", "go on"], answer: [{ text: "done" }] }
        ])
      )
    )
  )

  it.effect("in the middle of a tool: the tool is interrupted, the call settled", () => {
    const started = Deferred.makeUnsafe<void>()
    const stopped = Deferred.makeUnsafe<void>()
    return Effect.gen(function* () {
      const { outcome, state } = yield* interruptWhile(Deferred.await(started))
      assert.strictEqual(outcome._tag, "interrupted")
      assert.isTrue(yield* Deferred.isDone(stopped))
      assert.deepStrictEqual(
        results(state).map((item) => item.result?.status),
        ["interrupted"]
      )
    }).pipe(
      Effect.provide(
        TestRuntime.layer(
          [{ answer: [{ call: "hang", input: {} }] }],
          [hang(started, Effect.asVoid(Deferred.succeed(stopped, undefined)))]
        )
      )
    )
  })

  it.effect("of a tool that ignores it: it cannot hold the turn longer than the grace", () => {
    const started = Deferred.makeUnsafe<void>()
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(interruptWhile(Deferred.await(started)))
      yield* Deferred.await(started)
      for (let tick = 0; tick < 20; tick++) yield* TestClock.adjust("100 millis")
      const { outcome, state } = yield* Fiber.join(fiber)
      assert.strictEqual(outcome._tag, "interrupted")
      assert.deepStrictEqual(
        results(state).map((item) => item.result?.status),
        ["interrupted"]
      )
    }).pipe(Effect.provide(TestRuntime.layer([{ answer: [{ call: "deaf", input: {} }] }], [deaf(started)])))
  })

  it.effect("while it waits to try again", () =>
    Effect.gen(function* () {
      const scripted = yield* ScriptedModel
      const ready = Effect.repeat(Effect.yieldNow, { until: () => scripted.closed() === 1 })
      const { outcome } = yield* interruptWhile(ready)
      assert.strictEqual(outcome._tag, "interrupted")
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [{ answer: [{ error: model({ _tag: "Overloaded" }) }] }],
          [],
          retryWith({ attempts: 5, baseMillis: 60_000, capMillis: 60_000, serverCapMillis: 0 })
        )
      )
    )
  )

  it.effect("of whoever waits changes nothing", () => {
    const started = Deferred.makeUnsafe<void>()
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory: "/project" })
      const input = yield* sessions.prompt(session, "go")
      yield* Deferred.await(started)
      const waiter = yield* Effect.forkChild(sessions.outcome(session, input))
      yield* Fiber.interrupt(waiter)
      assert.isDefined((yield* sessions.state(session)).turn)
      yield* sessions.interrupt(session)
      assert.strictEqual((yield* sessions.outcome(session, input))._tag, "interrupted")
    }).pipe(Effect.provide(TestRuntime.layer([{ answer: [{ call: "hang", input: {} }] }], [hang(started)])))
  })
})

describe("following a session", () => {
  it.effect("gives stored and live events in order, with whole deltas", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory: "/project" })
      const following = yield* Effect.forkChild(
        sessions.events(session, 0).pipe(
          Stream.takeUntil((item) => item.type === "TurnEnded"),
          Stream.runCollect
        )
      )
      yield* Effect.yieldNow
      yield* sessions.prompt(session, "hello")
      const items = yield* Fiber.join(following)
      const sequences = items.flatMap((item) => ("after" in item ? [] : [item.sequence]))
      assert.deepStrictEqual(
        sequences,
        sequences.map((_, index) => index + 1)
      )
      const said = items.flatMap((item) => (item.type === "Delta" ? [item.text] : [])).join("")
      assert.strictEqual(said, "one two three")
    }).pipe(Effect.provide(TestRuntime.layer([{ answer: [{ text: "one two three" }] }])))
  )
})
