import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as Budget from "../../src/loop/Budget.ts"
import * as ModelCatalog from "../../src/model/ModelCatalog.ts"
import * as Ids from "../../src/schema/Ids.ts"
import type { InputOutcome } from "../../src/schema/Outcome.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import * as Usage from "../../src/schema/Usage.ts"
import type { Item } from "../../src/session/LiveHub.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { type Piece, ScriptedModel, type ScriptedStep } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import { sharedHouse } from "../support/runtimes.ts"
import { letTimePass, rounds, until } from "../support/time.ts"
import { echo } from "../support/tools.ts"

/** Each step uses 110 tokens, and with `prices` 120 micro-dollars. */
const stepTokens = 110

const prices = ModelCatalog.layerValues({
  "scripted/script": {
    ...ModelCatalog.unknown,
    prices: { input: 1_000_000, output: 2_000_000, cacheRead: 0, cacheWrite: 0 }
  }
})

const say = (text: string, ...before: ReadonlyArray<Piece>): ScriptedStep => ({ answer: [...before, { text }] })

/** A step with a call, so that the turn goes on. */
const work = (text: string): ScriptedStep => ({ answer: [{ call: "echo", input: { text } }] })

const works = (count: number): ReadonlyArray<ScriptedStep> =>
  Array.from({ length: count }, (_, index) => work(`${index}`))

const limitOf = (outcome: InputOutcome): string => (outcome._tag === "budget-exhausted" ? outcome.limit : outcome._tag)

/** Runs these steps in one turn under limits; gives what ended it and how many steps there were. */
const run = (limits: Budget.Limits, script: ReadonlyArray<ScriptedStep>, own: Layer.Layer<never> = Layer.empty) =>
  Effect.gen(function* () {
    const { outcome } = yield* TestRuntime.prompt("go")
    return [limitOf(outcome), (yield* ScriptedModel).requests().length]
  }).pipe(
    Effect.provide(TestRuntime.layerWith(script, [echo()], Layer.merge(Budget.layerFixed(limits), own)), {
      local: true
    })
  )

/** A root session and so many children, as a task tool would make them. */
const makeTree = Effect.fnUntraced(function* (children: number, store: SessionStore["Service"]) {
  const root = Ids.make.session()
  const made = { directory: "/project", agent: "build", rein: "0.0.0", root }
  yield* store.create(root, [SessionEvent.make("SessionCreated", made)])
  const ids = Array.from({ length: children }, () => Ids.make.session())
  for (const id of ids) yield* store.create(id, [SessionEvent.make("SessionCreated", { ...made, parent: root })])
  return { root, children: ids }
})

/** Prompts a session that exists, in a runtime. */
const prompt = Effect.fnUntraced(function* (sessions: Sessions["Service"], session: Ids.SessionId) {
  const input = yield* sessions.prompt(session, "go")
  return yield* sessions.outcome(session, input)
})

/** Lets time pass until the fiber has ended, but only while an answer is under way: what else takes time takes none here. */
const letAnswersCome = Effect.fnUntraced(function* <A, E>(
  scripted: ScriptedModel["Service"],
  fiber: Fiber.Fiber<A, E>
) {
  while (fiber.pollUnsafe() === undefined) {
    yield* rounds(10)
    if (scripted.requests().length > scripted.closed()) yield* TestClock.adjust("100 millis")
  }
  return yield* Fiber.join(fiber)
})

describe("limits", () => {
  it.effect("of steps, tokens and money end the turn before the next call of the model", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* run({ steps: 2 }, works(3)), ["steps", 2])
      assert.deepStrictEqual(yield* run({ tokens: 2 * stepTokens }, works(3)), ["tokens", 2])
      assert.deepStrictEqual(yield* run({ tokens: 2 * stepTokens + 1 }, works(3)), ["tokens", 3])
      assert.deepStrictEqual(yield* run({ microDollars: 240 }, works(3), prices), ["money", 2])
      assert.deepStrictEqual(yield* run({ microDollars: 241 }, works(3), prices), ["money", 3])
      assert.deepStrictEqual(yield* run({ steps: 3, tokens: 1_000 }, [work("x"), say("done")]), ["completed", 2])
    })
  )

  it.effect("in money are refused at once for a model without a price, unless that is wanted", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* run({ microDollars: 1_000 }, works(1)), ["failed", 0])
      assert.deepStrictEqual(yield* run({ microDollars: 1_000, unknownPrices: "ignore" }, [work("x"), say("done")]), [
        "completed",
        2
      ])
      const { outcome } = yield* TestRuntime.prompt("go").pipe(
        Effect.provide(TestRuntime.layerWith([], [], Budget.layerFixed({ microDollars: 1 })), { local: true })
      )
      const message = outcome._tag === "failed" ? `${outcome.error.kind}: ${outcome.error.message}` : ""
      assert.match(message, /^configuration: .*price of scripted\/script is not known\. Give its prices/)
    })
  )

  it.effect("take a step that did not tell for the largest that did, never for nothing", () => {
    const untold: ScriptedStep = {
      answer: [
        { call: "echo", input: { text: "u" } },
        { finish: "tool-calls", usage: Usage.unknown }
      ]
    }
    return Effect.gen(function* () {
      assert.deepStrictEqual(yield* run({ tokens: 1_000_000 }, [untold, work("x")]), ["tokens", 1])
      assert.deepStrictEqual(yield* run({ microDollars: 1_000_000 }, [untold, work("x")], prices), ["money", 1])
      assert.deepStrictEqual(yield* run({ tokens: 2 * stepTokens }, [work("x"), untold, work("y")]), ["tokens", 2])
    })
  })

  it.effect("do not end a session because its first answer was cut", () => {
    const cut: ScriptedStep = { answer: [{ text: "half" }, { end: "cut" }] }
    return Effect.gen(function* () {
      assert.deepStrictEqual(yield* run({ tokens: 1_000 }, [cut, say("whole")]), ["completed", 2])
      // As soon as one has told, the cut one counts as much.
      assert.deepStrictEqual(yield* run({ tokens: 2 * stepTokens }, [cut, work("x"), say("late")]), ["tokens", 2])
    })
  })
})

describe("the log", () => {
  it.effect("holds a limit in a new process, and a larger one goes on", () =>
    Effect.gen(function* () {
      const house = yield* sharedHouse
      const first = yield* house.start(works(3), [echo()], Budget.layerFixed({ steps: 2 }))
      const session = yield* first.sessions.create({ directory: "/project" })
      assert.strictEqual(limitOf(yield* prompt(first.sessions, session)), "steps")
      yield* first.close
      const second = yield* house.start([], [echo()], Budget.layerFixed({ steps: 2 }))
      assert.strictEqual(limitOf(yield* prompt(second.sessions, session)), "steps")
      assert.strictEqual(second.scripted.requests().length, 0)
      yield* second.close
      const third = yield* house.start([say("done")], [echo()], Budget.layerFixed({ steps: 3 }))
      assert.strictEqual(limitOf(yield* prompt(third.sessions, session)), "completed")
    }).pipe(Effect.scoped)
  )

  it.effect("of a fork begins with nothing: what it inherited was paid for", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const { outcome, session } = yield* TestRuntime.prompt("go")
      assert.strictEqual(limitOf(outcome), "steps")
      const fork = yield* sessions.fork(session)
      assert.strictEqual((yield* prompt(sessions, fork))._tag, "completed")
    }).pipe(Effect.provide(TestRuntime.layerWith([work("x"), say("done")], [echo()], Budget.layerFixed({ steps: 1 }))))
  )
})

describe("a tree", () => {
  it.effect("shares its limits, in whatever order its sessions run; another tree has its own", () =>
    Effect.gen(function* () {
      const house = yield* sharedHouse
      const { children, root } = yield* makeTree(2, house.store)
      const [one = root, two = root] = children
      const before = yield* house.start([say("1"), say("2")], [], Budget.layerFixed({ steps: 3 }))
      assert.strictEqual((yield* prompt(before.sessions, one))._tag, "completed")
      assert.strictEqual((yield* prompt(before.sessions, root))._tag, "completed")
      yield* before.close
      const after = yield* house.start([say("3"), say("4")], [], Budget.layerFixed({ steps: 3 }))
      assert.strictEqual((yield* prompt(after.sessions, two))._tag, "completed")
      for (const session of [root, one, two])
        assert.strictEqual(limitOf(yield* prompt(after.sessions, session)), "steps")
      const other = yield* after.sessions.create({ directory: "/project" })
      assert.strictEqual((yield* prompt(after.sessions, other))._tag, "completed")
    }).pipe(Effect.scoped)
  )

  /** So many children at once, each with one slow answer; tells how many answers there were and how the turns ended. */
  const together = (limits: Budget.Limits, count: number) =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const { children } = yield* makeTree(count, yield* SessionStore)
      const all = Effect.forEach(children, (child) => prompt(sessions, child), { concurrency: "unbounded" })
      const outcomes = yield* letTimePass(yield* Effect.forkChild(all))
      const completed = outcomes.filter((outcome) => outcome._tag === "completed").length
      const rest = new Set(outcomes.map(limitOf).filter((limit) => limit !== "completed"))
      return [(yield* ScriptedModel).requests().length, completed, [...rest].join()]
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          Array.from({ length: count }, () => say("done", { delayMillis: 1_000 })),
          [],
          Layer.merge(Budget.layerFixed(limits), prices)
        ),
        { local: true }
      )
    )

  it.effect("of sessions side by side is overspent by one step at most, as one session is", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* together({ tokens: 4 * stepTokens + 1 }, 8), [5, 5, "tokens"])
      assert.deepStrictEqual(yield* together({ tokens: 4 * stepTokens }, 8), [4, 4, "tokens"])
      assert.deepStrictEqual(yield* together({ microDollars: 360 }, 8), [3, 3, "money"])
      assert.deepStrictEqual(yield* together({ steps: 3 }, 8), [3, 3, "steps"])
      assert.deepStrictEqual(yield* together({ tokens: 8 * stepTokens }, 8), [8, 8, ""])
    })
  )

  it.effect("does not hold a session up longer than the answer it waits for, though that step's call still runs", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const { children, root } = yield* makeTree(1, yield* SessionStore)
      const [child = root] = children
      const scripted = yield* ScriptedModel
      const parent = yield* Effect.forkChild(prompt(sessions, root))
      yield* until(() => scripted.requests().length === 1)
      // Nobody knows yet how much an answer uses, so the child waits.
      const waiting = yield* Effect.forkChild(prompt(sessions, child))
      yield* rounds(50)
      assert.strictEqual(scripted.requests().length, 1)
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(waiting))._tag, "completed")
      assert.isUndefined(parent.pollUnsafe())
      yield* sessions.interrupt(root)
      assert.strictEqual((yield* letTimePass(parent))._tag, "interrupted")
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [{ answer: [{ delayMillis: 1_000 }, { call: "wait", input: { text: "" } }] }, say("done")],
          [
            {
              ...echo(),
              name: "wait",
              prepare: () => Effect.succeed({ permissions: () => Effect.succeed([]), execute: () => Effect.never })
            }
          ],
          Budget.layerFixed({ tokens: 1_000 })
        )
      )
    )
  )

  it.effect("an interrupted turn gives back what it had reserved", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const { children, root } = yield* makeTree(1, yield* SessionStore)
      const [child = root] = children
      const scripted = yield* ScriptedModel
      const parent = yield* Effect.forkChild(prompt(sessions, root))
      yield* until(() => scripted.requests().length === 1)
      const waiting = yield* Effect.forkChild(prompt(sessions, child))
      yield* rounds(50)
      yield* sessions.interrupt(root)
      assert.strictEqual((yield* letTimePass(parent))._tag, "interrupted")
      assert.strictEqual((yield* letTimePass(waiting))._tag, "completed")
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith([{ answer: [{ end: "never" }] }, say("done")], [], Budget.layerFixed({ tokens: 1_000 }))
      )
    )
  )
})

describe("time", () => {
  const slow = (seconds: number): ScriptedStep => say("done", { delayMillis: seconds * 1_000 })

  const timed = Effect.fnUntraced(function* (
    { scripted, sessions }: { readonly scripted: ScriptedModel["Service"]; readonly sessions: Sessions["Service"] },
    session: Ids.SessionId
  ) {
    return limitOf(yield* letAnswersCome(scripted, yield* Effect.forkChild(prompt(sessions, session))))
  })

  it.effect("counts while a turn runs, over turns and processes, and not between them", () =>
    Effect.gen(function* () {
      const house = yield* sharedHouse
      const start = (millis: number) => house.start([slow(4), slow(4)], [], Budget.layerFixed({ millis }))
      const first = yield* start(10_000)
      const session = yield* first.sessions.create({ directory: "/project" })
      assert.strictEqual(yield* timed(first, session), "completed")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* timed(first, session), "completed")
      yield* first.close
      const second = yield* start(10_000)
      assert.strictEqual(yield* timed(second, session), "time")
      // It ended in the middle of the answer; now nothing is left.
      assert.strictEqual(second.scripted.requests().length, 1)
      assert.strictEqual(yield* timed(second, session), "time")
      assert.strictEqual(second.scripted.requests().length, 1)
      yield* second.close
      const third = yield* start(20_000)
      assert.strictEqual(yield* timed(third, session), "completed")
    }).pipe(Effect.scoped)
  )

  it.effect("of turns side by side counts once", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const { children, root } = yield* makeTree(3, yield* SessionStore)
      const all = Effect.forEach(children, (child) => prompt(sessions, child), { concurrency: "unbounded" })
      const runtime = { scripted: yield* ScriptedModel, sessions }
      const running = yield* Effect.forkChild(all)
      yield* until(() => runtime.scripted.requests().length === 3)
      const outcomes = yield* letAnswersCome(runtime.scripted, running)
      assert.deepStrictEqual(outcomes.map(limitOf), ["completed", "completed", "completed"])
      assert.strictEqual(yield* timed(runtime, root), "completed")
      assert.strictEqual(yield* timed(runtime, root), "time")
    }).pipe(Effect.provide(TestRuntime.layerWith([4, 4, 4, 4, 4].map(slow), [], Budget.layerFixed({ millis: 10_000 }))))
  )

  it.effect("of steps before a crash is in the log", () =>
    Effect.gen(function* () {
      const house = yield* sharedHouse
      const script = [{ answer: [{ delayMillis: 6_000 }, ...(work("x").answer as ReadonlyArray<Piece>)] }, slow(60)]
      const first = yield* house.start(script, [echo()], Budget.layerFixed({ millis: 10_000 }))
      const session = yield* first.sessions.create({ directory: "/project" })
      const input = yield* first.sessions.prompt(session, "go")
      while (first.scripted.requests().length < 2) {
        yield* rounds(10)
        if (first.scripted.requests().length > first.scripted.closed()) yield* TestClock.adjust("100 millis")
      }
      yield* first.close
      const second = yield* house.start([slow(5)], [echo()], Budget.layerFixed({ millis: 10_000 }))
      const done = yield* Effect.forkChild(second.sessions.outcome(session, input))
      assert.strictEqual(limitOf(yield* letAnswersCome(second.scripted, done)), "time")
    }).pipe(Effect.scoped)
  )
})

describe("the live event", () => {
  /** What the session's followers are told of limits in each of these turns. */
  const lows = (limits: Budget.Limits, script: ReadonlyArray<ScriptedStep>, turns = 1) =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory: "/project" })
      const items: Array<Item> = []
      const follower = sessions
        .events(session, 0)
        .pipe(Stream.runForEach((item) => Effect.sync(() => items.push(item))))
      yield* Effect.forkScoped(follower, { startImmediately: true })
      yield* rounds(20)
      const scripted = yield* ScriptedModel
      for (let turn = 0; turn < turns; turn++) {
        yield* letAnswersCome(scripted, yield* Effect.forkChild(prompt(sessions, session)))
      }
      yield* rounds(20)
      return items.flatMap((item) => (item.type === "BudgetLow" ? [[item.limit, item.used, item.of]] : []))
    }).pipe(
      Effect.scoped,
      Effect.provide(TestRuntime.layerWith(script, [echo()], Layer.merge(Budget.layerFixed(limits), prices)), {
        local: true
      })
    )

  it.effect("comes at four fifths, once for each limit and turn", () =>
    Effect.gen(function* () {
      const four = [...works(4), say("done")]
      assert.deepStrictEqual(yield* lows({ steps: 6 }, four), [["steps", 5, 6]])
      assert.deepStrictEqual(yield* lows({ steps: 7 }, four), [])
      assert.deepStrictEqual(yield* lows({ tokens: 550, microDollars: 150 }, [work("x"), say("done")]), [
        ["money", 120, 150]
      ])
      assert.deepStrictEqual(yield* lows({ steps: 5 }, [...works(3), say("a"), say("b")], 2), [
        ["steps", 4, 5],
        ["steps", 4, 5]
      ])
    })
  )

  it.effect("of time comes in the middle of an answer", () =>
    Effect.gen(function* () {
      const slow = say("done", { delayMillis: 8_500 })
      assert.deepStrictEqual(yield* lows({ millis: 10_000 }, [slow]), [["time", 8_000, 10_000]])
      assert.deepStrictEqual(yield* lows({ millis: 20_000 }, [slow]), [])
    })
  )
})

describe("reading a tree", () => {
  it.effect("reads of other sessions only what was stored since", () => {
    const read: Array<number> = []
    const counting = Layer.effect(
      SessionStore,
      Effect.map(SessionStore, (store) =>
        SessionStore.of({
          ...store,
          read: (session, after) =>
            Effect.tap(store.read(session, after), (events) => Effect.sync(() => read.push(events.length)))
        })
      )
    )
    return Effect.gen(function* () {
      const store = yield* SessionStore
      const sessions = yield* Sessions
      const { children, root } = yield* makeTree(2, store)
      for (const child of children) yield* prompt(sessions, child)
      yield* prompt(sessions, root)
      read.length = 0
      yield* prompt(sessions, root)
      // Nothing but this session itself has grown.
      assert.isTrue(
        read.every((count) => count <= 1),
        String(read)
      )
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          Array.from({ length: 4 }, () => say("done")),
          [],
          Layer.merge(Budget.layerFixed({ steps: 9 }), Layer.provide(counting, TestRuntime.storeForTests))
        )
      )
    )
  })
})
