import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { canonicalJson } from "../../src/internal/canonicalJson.ts"
import * as ProgressGuard from "../../src/loop/ProgressGuard.ts"
import * as Ids from "../../src/schema/Ids.ts"
import { isCall } from "../../src/session/History.ts"
import { initial, type SessionState } from "../../src/session/SessionState.ts"
import { ScriptedModel, textOf } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import { callOf } from "../support/runtimes.ts"
import { echo } from "../support/tools.ts"

const settled = (tool: string, input: unknown, output = "same") => ({ tool, input: canonicalJson(input), output })

const after = (...recent: SessionState["recent"]): SessionState => ({ ...initial(Ids.make.session()), recent })

const advice = (state: SessionState) =>
  Effect.flatMap(ProgressGuard.ProgressGuard, (guard) => guard.afterStep(state)).pipe(Effect.map(({ _tag }) => _tag))

const before = (state: SessionState, tool: string, input: unknown) =>
  Effect.flatMap(ProgressGuard.ProgressGuard, (guard) => guard.beforeCall(state, callOf(tool, input))).pipe(
    Effect.map(({ _tag }) => _tag)
  )

describe("the progress guard", () => {
  const a = settled("x", { a: 1, b: 2 })

  it.effect("notes at the third equal call, and stops the fourth before it runs", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* advice(after()), "go-on")
      assert.strictEqual(yield* advice(after(a, a)), "go-on")
      assert.strictEqual(yield* advice(after(a, a, a)), "note")
      assert.strictEqual(yield* advice(after(a, a, a, a)), "go-on")
      assert.strictEqual(yield* before(after(a, a), "x", { a: 1, b: 2 }), "go-on")
      assert.strictEqual(yield* before(after(a, a, a), "x", { a: 1, b: 2 }), "stop")
    }).pipe(Effect.provide(ProgressGuard.layer))
  )

  it.effect("counts inputs as equal whatever the order of their keys and the spelling of their numbers", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* before(after(a, a, a), "x", JSON.parse('{"b":2.0,"a":1}')), "stop")
      assert.strictEqual(yield* before(after(a, a, a), "x", { a: 1, b: "2" }), "go-on")
      assert.strictEqual(yield* before(after(a, a, a), "y", { a: 1, b: 2 }), "go-on")
    }).pipe(Effect.provide(ProgressGuard.layer))
  )

  it.effect("counts only calls in a row, and lets a poll go on whose results change", () =>
    Effect.gen(function* () {
      const other = settled("y", {})
      assert.strictEqual(yield* before(after(a, a, other, a), "x", { a: 1, b: 2 }), "go-on")
      const polls = [1, 2, 3, 4, 5].map((n) => settled("x", { a: 1, b: 2 }, `${n}`))
      assert.strictEqual(yield* before(after(...polls), "x", { a: 1, b: 2 }), "go-on")
      assert.strictEqual(yield* advice(after(...polls)), "go-on")
    }).pipe(Effect.provide(ProgressGuard.layer))
  )

  it.effect("can be off", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* advice(after(a, a, a)), "go-on")
      assert.strictEqual(yield* before(after(a, a, a), "x", { a: 1, b: 2 }), "go-on")
    }).pipe(Effect.provide(ProgressGuard.layerOff))
  )

  it.effect("in a turn: the model is told once, then the turn ends without the fourth run", () => {
    const seen: Array<string> = []
    const again = { answer: [{ call: "echo", input: { text: "x" } }] }
    return Effect.gen(function* () {
      const { outcome, state } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "no-progress")
      assert.strictEqual(seen.length, 3)
      const results = [...state.history].flatMap((entry) => (entry.type === "step" ? entry.items.filter(isCall) : []))
      assert.deepStrictEqual(
        results.map((item) => item.result?.status),
        ["completed", "completed", "completed", "failed"]
      )
      const told = (yield* ScriptedModel)
        .requests()
        .map((request) => textOf(request).split("You have called echo").length - 1)
      assert.deepStrictEqual(told, [0, 0, 0, 1])
    }).pipe(Effect.provide(TestRuntime.layer([again, again, again, again], [echo(seen)])))
  })

  it.effect("gives each of many equal calls in one step its result", () => {
    const seen: Array<string> = []
    const call = { call: "echo", input: { text: "x" } }
    return Effect.gen(function* () {
      const { outcome, state } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "completed")
      const results = [...state.history].flatMap((entry) => (entry.type === "step" ? entry.items.filter(isCall) : []))
      assert.deepStrictEqual(
        results.map((item) => item.result?.output),
        ["echo: x", "echo: x", "echo: x"]
      )
    }).pipe(
      Effect.provide(TestRuntime.layer([{ answer: [call, call, call] }, { answer: [{ text: "done" }] }], [echo(seen)]))
    )
  })
})
