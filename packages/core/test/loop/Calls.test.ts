import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { z } from "zod"
import { CallLimits } from "../../src/loop/CallLimits.ts"
import * as Permission from "../../src/permission/Permission.ts"
import * as Questions from "../../src/question/Questions.ts"
import type { Safety } from "../../src/schema/SessionEvent.ts"
import { isCall } from "../../src/session/History.ts"
import type { SessionState } from "../../src/session/SessionState.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import * as Settings from "../../src/settings/Settings.ts"
import { lastResult, type Piece, ScriptedModel, type ScriptedStep } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import * as Tool from "../../src/tool/Tool.ts"
import { deaf, echo } from "../support/tools.ts"
import { letTimePass, rounds, until } from "../support/time.ts"

/** Until it is so, and then long enough for what must not happen. */
const settling = (isSo: () => boolean) => Effect.andThen(until(isSo), rounds(200))

/** Tools that begin, wait for the test, and end; and what they did so far. */
const house = () => {
  const log: Array<string> = []
  const gates = new Map<string, Deferred.Deferred<void>>()
  const gate = (name: string) => {
    const known = gates.get(name) ?? Deferred.makeUnsafe<void>()
    gates.set(name, known)
    return known
  }
  const tool = (name: string, safety: Safety) =>
    Tool.make(name, {
      description: "Waits for the test.",
      parameters: z.object({ name: z.string(), resource: z.string().optional() }),
      safety,
      resources: ({ resource }) => Effect.succeed(resource === undefined ? [] : [resource]),
      execute: (input) =>
        Effect.gen(function* () {
          log.push(`+${input.name}`)
          yield* Deferred.await(gate(input.name))
          log.push(`-${input.name}`)
          return { output: `result of ${input.name}` }
        })
    })
  return {
    log,
    tools: [tool("look", "read"), tool("change", "once")],
    /** Lets a call end, once it runs, and others take its place. */
    open: (name: string) =>
      Effect.andThen(
        Deferred.succeed(gate(name), undefined),
        settling(() => !log.includes(`+${name}`) || log.includes(`-${name}`))
      )
  }
}

const call = (tool: string, name: string, resource?: string): Piece => ({
  call: tool,
  input: { name, ...(resource === undefined ? {} : { resource }) }
})

const outputs = (state: SessionState) =>
  [...state.history].flatMap((entry) => (entry.type === "step" ? entry.items.filter(isCall) : []))

/** Runs the answer until so many of its calls run; the test opens the gates. */
const running = Effect.fnUntraced(function* (log: ReadonlyArray<string>, count: number) {
  const fiber = yield* Effect.forkChild(TestRuntime.prompt("go"))
  yield* settling(() => log.length >= count)
  return fiber
})

const script = (calls: ReadonlyArray<Piece>): ReadonlyArray<ScriptedStep> => [
  { answer: calls },
  { answer: [{ text: "done" }] }
]

describe("calls of one answer", () => {
  it.effect("that only read run side by side, and their results stand in call order", () => {
    const { log, open, tools } = house()
    return Effect.gen(function* () {
      const fiber = yield* running(log, 3)
      assert.deepStrictEqual(log, ["+a", "+b", "+c"])
      yield* open("c")
      yield* open("a")
      yield* open("b")
      const { state } = yield* letTimePass(fiber)
      assert.deepStrictEqual(log, ["+a", "+b", "+c", "-c", "-a", "-b"])
      const results = (yield* ScriptedModel)
        .requests()[1]
        ?.messages.flatMap((message) => (message.role === "tool" ? message.content.map((one) => one.output) : []))
      assert.deepStrictEqual(results, ["result of a", "result of b", "result of c"])
      assert.deepStrictEqual(
        outputs(state).map((item) => item.result?.output),
        results
      )
    }).pipe(Effect.provide(TestRuntime.layer(script([call("look", "a"), call("look", "b"), call("look", "c")]), tools)))
  })

  it.effect("of safety once run one after the other, readers beside them", () => {
    const { log, open, tools } = house()
    const calls = [call("change", "a"), call("look", "r"), call("change", "b"), call("change", "c")]
    return Effect.gen(function* () {
      const fiber = yield* running(log, 2)
      assert.deepStrictEqual(log, ["+a", "+r"])
      yield* open("b")
      assert.deepStrictEqual(log, ["+a", "+r"])
      yield* open("a")
      assert.deepStrictEqual(log, ["+a", "+r", "-a", "+b", "-b", "+c"])
      yield* open("r")
      yield* open("c")
      yield* letTimePass(fiber)
    }).pipe(Effect.provide(TestRuntime.layer(script(calls), tools)))
  })

  it.effect("that name one resource run in order, also readers", () => {
    const { log, open, tools } = house()
    const calls = [
      call("change", "write x", "x"),
      call("look", "read x", "x"),
      call("look", "read y", "y"),
      call("look", "read x again", "x")
    ]
    return Effect.gen(function* () {
      const fiber = yield* running(log, 2)
      assert.deepStrictEqual(log, ["+write x", "+read y"])
      yield* open("write x")
      assert.deepStrictEqual(log.slice(2), ["-write x", "+read x"])
      yield* open("read x")
      assert.deepStrictEqual(log.slice(4), ["-read x", "+read x again"])
      yield* open("read x again")
      yield* open("read y")
      yield* letTimePass(fiber)
    }).pipe(Effect.provide(TestRuntime.layer(script(calls), tools)))
  })

  it.effect("run at most eight at a time", () => {
    const { log, open, tools } = house()
    const names = Array.from({ length: 12 }, (_, index) => `n${index}`)
    return Effect.gen(function* () {
      const fiber = yield* running(log, 8)
      assert.deepStrictEqual(
        log,
        names.slice(0, 8).map((name) => `+${name}`)
      )
      yield* open("n3")
      assert.deepStrictEqual(log.slice(8), ["-n3", "+n8"])
      yield* Effect.forEach(names, open)
      const { state } = yield* letTimePass(fiber)
      assert.strictEqual(outputs(state).filter((item) => item.result?.status === "completed").length, 12)
    }).pipe(Effect.provide(TestRuntime.layer(script(names.map((name) => call("look", name))), tools)))
  })

  it.effect("run one at a time where that is asked for", () => {
    const { log, open, tools } = house()
    return Effect.gen(function* () {
      const fiber = yield* running(log, 1)
      assert.deepStrictEqual(log, ["+a"])
      yield* open("a")
      assert.deepStrictEqual(log, ["+a", "-a", "+b"])
      yield* open("b")
      yield* letTimePass(fiber)
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          script([call("look", "a"), call("look", "b")]),
          tools,
          Layer.succeed(CallLimits, { concurrency: 1, grace: "1 second" })
        )
      )
    )
  })

  it.effect("do not wait for one that never came to run", () => {
    const { log, open, tools } = house()
    const calls: ReadonlyArray<Piece> = [{ call: "change", input: { nothing: true } }, call("change", "b")]
    return Effect.gen(function* () {
      const fiber = yield* running(log, 1)
      assert.deepStrictEqual(log, ["+b"])
      yield* open("b")
      const { state } = yield* letTimePass(fiber)
      assert.deepStrictEqual(
        outputs(state).map((item) => item.result?.status),
        ["failed", "completed"]
      )
    }).pipe(Effect.provide(TestRuntime.layer(script(calls), tools)))
  })

  it.effect("that wait for their turn do not run after an interrupt", () => {
    const { log, tools } = house()
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory: "/project" })
      const input = yield* sessions.prompt(session, "go")
      yield* until(() => log.includes("+a"))
      yield* sessions.interrupt(session)
      const fiber = yield* Effect.forkChild(sessions.outcome(session, input))
      assert.strictEqual((yield* letTimePass(fiber))._tag, "interrupted")
      assert.deepStrictEqual(log, ["+a"])
      assert.deepStrictEqual(
        outputs(yield* sessions.state(session)).map((item) => item.result?.status),
        ["interrupted", "interrupted"]
      )
    }).pipe(Effect.provide(TestRuntime.layer(script([call("change", "a"), call("change", "b")]), tools)))
  })
})

describe("the time of a call", () => {
  const slow = (started: Deferred.Deferred<void>) =>
    Tool.make("slow", {
      description: "Never ends.",
      parameters: z.object({}),
      safety: "once",
      timeoutMillis: 5_000,
      execute: () => Effect.andThen(Deferred.succeed(started, undefined), Effect.never)
    })

  it.effect("is bounded by its tool, and the model is told", () => {
    const started = Deferred.makeUnsafe<void>()
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(TestRuntime.prompt("go"))
      yield* Deferred.await(started)
      const { outcome } = yield* letTimePass(fiber)
      assert.strictEqual(outcome._tag, "completed")
      const second = (yield* ScriptedModel).requests()[1]
      assert.include(second === undefined ? "" : lastResult(second, "slow"), "longer than 5000 ms")
    }).pipe(Effect.provide(TestRuntime.layer(script([{ call: "slow", input: {} }]), [slow(started)])))
  })

  it.effect("begins when a person has allowed it", () => {
    const started = Deferred.makeUnsafe<void>()
    const asking = Layer.provide(
      Permission.layer,
      Layer.merge(Questions.layer, Settings.layerValues({ model: TestRuntime.scripted, rules: [] }))
    )
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory: "/project" })
      const input = yield* sessions.prompt(session, "go")
      const [question] = yield* sessions.status(session).pipe(
        Effect.map((status) => status.questions),
        Effect.tap(() => Effect.yieldNow),
        Effect.repeat({ until: (questions) => questions.length > 0 })
      )
      yield* TestClock.adjust("1 hour")
      yield* sessions.answer(session, question?.id ?? assert.fail(), { _tag: "once" })
      yield* Deferred.await(started)
      yield* TestClock.adjust("4 seconds")
      yield* rounds(50)
      assert.strictEqual((yield* sessions.status(session)).doing._tag, "calling")
      const fiber = yield* Effect.forkChild(sessions.outcome(session, input))
      assert.strictEqual((yield* letTimePass(fiber))._tag, "completed")
    }).pipe(Effect.provide(TestRuntime.layerWith(script([{ call: "slow", input: {} }]), [slow(started)], asking)))
  })

  it.effect("that a tool takes after its interruption is bounded by the grace", () => {
    const started = Deferred.makeUnsafe<void>()
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory: "/project" })
      const input = yield* sessions.prompt(session, "go")
      yield* Deferred.await(started)
      yield* sessions.interrupt(session)
      const fiber = yield* Effect.forkChild(sessions.outcome(session, input))
      yield* TestClock.adjust("199 millis")
      yield* rounds(100)
      assert.strictEqual(fiber.pollUnsafe(), undefined)
      yield* TestClock.adjust("1 millis")
      yield* rounds(100)
      assert.strictEqual(fiber.pollUnsafe()?._tag, "Success")
      assert.deepStrictEqual(
        outputs(yield* sessions.state(session)).map((item) => item.result?.status),
        ["interrupted"]
      )
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          script([{ call: "deaf", input: {} }]),
          [deaf(started)],
          Layer.succeed(CallLimits, { concurrency: 8, grace: "200 millis" })
        )
      )
    )
  })
})

describe("one provider id for two running calls", () => {
  it.effect("gives each its own result", () => {
    const { log, open, tools } = house()
    const twice: ReadonlyArray<Piece> = [
      { call: "look", id: "same", input: { name: "a" } },
      { call: "look", id: "same", input: { name: "b" } }
    ]
    return Effect.gen(function* () {
      const fiber = yield* running(log, 2)
      assert.deepStrictEqual(log, ["+a", "+b"])
      yield* open("b")
      yield* open("a")
      const { state } = yield* letTimePass(fiber)
      assert.deepStrictEqual(
        outputs(state).map((item) => [item.call.providerCallId, item.result?.output]),
        [
          ["same", "result of a"],
          ["same", "result of b"]
        ]
      )
    }).pipe(Effect.provide(TestRuntime.layer(script(twice), tools)))
  })

  it.effect("in two steps too", () =>
    Effect.gen(function* () {
      const { state } = yield* TestRuntime.prompt("go")
      assert.deepStrictEqual(
        outputs(state).map((item) => item.result?.output),
        ["echo: a", "echo: b"]
      )
      assert.strictEqual(new Set(outputs(state).map((item) => item.call.id)).size, 2)
    }).pipe(
      Effect.provide(
        TestRuntime.layer(
          [
            { answer: [{ call: "echo", id: "same", input: { text: "a" } }] },
            { answer: [{ call: "echo", id: "same", input: { text: "b" } }] },
            { answer: [{ text: "done" }] }
          ],
          [echo()]
        )
      )
    )
  )
})
