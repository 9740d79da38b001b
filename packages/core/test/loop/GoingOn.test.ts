import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Agents from "../../src/agent/Agents.ts"
import { ModelError, type ModelErrorReason } from "../../src/schema/ModelError.ts"
import { isCall } from "../../src/session/History.ts"
import type { SessionState } from "../../src/session/SessionState.ts"
import { type Piece, ScriptedModel, type ScriptedStep, textOf } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import { echo } from "../support/tools.ts"
import { letTimePass } from "../support/time.ts"

const error = (reason: ModelErrorReason): Piece => ({ error: new ModelError({ reason, message: "it broke" }) })
const call: Piece = { call: "echo", input: { text: "x" } }
/** The model was writing the input of a call when the answer ended. */
const halfCall: Piece = {
  parts: [
    { type: "call-start", id: "c", tool: "echo" },
    { type: "call-delta", id: "c", text: '{"te' }
  ]
}
const reasoning: Piece = {
  parts: [
    { type: "reasoning-start", id: "r" },
    { type: "reasoning-delta", id: "r", text: "hmm" }
  ]
}
const done: ScriptedStep = { answer: [{ text: "done" }] }

const ran = (state: SessionState): ReadonlyArray<string> =>
  [...state.history].flatMap((entry) =>
    entry.type === "step" ? entry.items.filter(isCall).map((item) => item.result?.output ?? "none") : []
  )

/** How the second request ends: a note, the result of a call, or there is none. */
type Then = "note" | "result" | "failed"

const endings: ReadonlyArray<readonly [what: string, answer: ReadonlyArray<Piece>, then: Then]> = [
  ["`stop` with a call", [call, { finish: "stop" }], "result"],
  ["`stop` with text and a call", [{ text: "I look." }, call, { finish: "stop" }], "result"],
  ["`unknown` with a call", [call, { finish: "unknown" }], "result"],
  ["no finish, with a call", [call, { end: "cut" }], "result"],
  ["a broken connection behind a call", [call, error({ _tag: "Transport", phase: "after-output" })], "result"],
  ["`length` behind a call", [call, { finish: "length" }], "result"],
  ["`content-filter` behind a call", [call, { finish: "content-filter" }], "result"],
  ["`tool-calls` without a call", [{ text: "I will." }, { finish: "tool-calls" }], "note"],
  ["`tool-calls` with half a call", [halfCall, { finish: "tool-calls" }], "note"],
  ["`unknown` after text", [{ text: "some" }, { finish: "unknown" }], "note"],
  ["`interrupted` after text", [{ text: "some" }, { finish: "interrupted" }], "note"],
  ["`error` after text", [{ text: "some" }, { finish: "error" }], "note"],
  ["no finish, after text", [{ text: "some" }, { end: "cut" }], "note"],
  ["no finish, in the middle of a call", [{ text: "some" }, halfCall, { end: "cut" }], "note"],
  ["no finish and no output", [{ end: "cut" }], "note"],
  [
    "a broken connection in the middle of text",
    [{ text: "some" }, error({ _tag: "Transport", phase: "after-output" })],
    "note"
  ],
  ["a broken connection in the middle of a call", [halfCall, error({ _tag: "CutOff", phase: "after-output" })], "note"],
  [
    "a broken connection in the middle of reasoning",
    [reasoning, error({ _tag: "CutOff", phase: "after-output" })],
    "note"
  ],
  ["an overloaded server in the middle of text", [{ text: "some" }, error({ _tag: "Overloaded" })], "note"],
  ["`stop` without output", [{ finish: "stop" }], "note"],
  ["`stop` with blank text only", [{ text: "  \n" }, { finish: "stop" }], "note"],
  ["`stop` with reasoning only", [{ reasoning: "hmm" }, { finish: "stop" }], "note"],
  ["`length` in the middle of text", [{ text: "some" }, { finish: "length" }], "note"],
  ["`length` in the middle of a call", [halfCall, { finish: "length" }], "note"],
  ["`content-filter` without output", [{ finish: "content-filter" }], "failed"],
  ["`content-filter` after text", [{ text: "some" }, { finish: "content-filter" }], "failed"],
  ["a refused request", [error({ _tag: "InvalidRequest" })], "failed"],
  ["a refused key", [error({ _tag: "Authentication" })], "failed"],
  ["a filter that is an error", [{ text: "some" }, error({ _tag: "ContentFiltered" })], "failed"]
]

describe("an answer that ends with", () => {
  for (const [what, answer, then] of endings) {
    const follows = { note: "goes on with a note", result: "goes on with its result, without a note", failed: "fails" }
    it.effect(`${what} ${follows[then]}`, () =>
      Effect.gen(function* () {
        const { outcome, state } = yield* TestRuntime.prompt("go")
        const requests = (yield* ScriptedModel).requests()
        assert.strictEqual(outcome._tag, then === "failed" ? "failed" : "completed")
        assert.strictEqual(requests.length, then === "failed" ? 1 : 2)
        const second = requests[1]
        const text = second === undefined ? "" : textOf(second)
        assert.strictEqual(text.includes('<note kind="progress">'), then === "note")
        assert.deepStrictEqual(ran(state), then === "result" ? ["echo: x"] : [])
        assert.strictEqual(text.split("some").length - 1 <= 1, true, "what was said stands once in the request")
      }).pipe(Effect.provide(TestRuntime.layer([{ answer }, done], [echo()])))
    )

    if (then !== "note") continue
    it.effect(`${what} fails when it ends so again and again`, () =>
      Effect.gen(function* () {
        const { outcome } = yield* TestRuntime.prompt("go")
        assert.strictEqual(outcome._tag, "failed")
        assert.strictEqual((yield* ScriptedModel).requests().length, 3)
      }).pipe(Effect.provide(TestRuntime.layer([{ answer }, { answer }, { answer }, done], [echo()])))
    )
  }

  it.effect("a broken connection before any output is asked again, and nothing of it is seen", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(TestRuntime.prompt("go"))
      const { outcome } = yield* letTimePass(fiber)
      assert.strictEqual(outcome._tag, "completed")
      const [first, second] = (yield* ScriptedModel).requests()
      assert.deepStrictEqual(second?.messages, first?.messages)
    }).pipe(
      Effect.provide(
        TestRuntime.layer([{ answer: [error({ _tag: "Transport", phase: "before-output" })] }, done], [echo()])
      )
    )
  )

  it.effect("counts incomplete answers in a row only", () =>
    Effect.gen(function* () {
      const { outcome } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "completed")
    }).pipe(
      Effect.provide(
        TestRuntime.layer(
          [
            { answer: [{ end: "cut" }] },
            { answer: [{ end: "cut" }] },
            { answer: [call] },
            { answer: [{ end: "cut" }] },
            { answer: [{ end: "cut" }] },
            done
          ],
          [echo()]
        )
      )
    )
  )
})

/** The same call with another input each time, so that the guard has nothing to say. */
const busy = (index: number): ScriptedStep => ({ answer: [{ call: "echo", input: { text: `call ${index}` } }] })

describe("the step limit", () => {
  const agents = (maxSteps: number) => Agents.layerValues([{ ...Agents.build, maxSteps }])

  it.effect("is followed by one closing answer; the last calls are answered, and do not run", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      const { outcome } = yield* TestRuntime.prompt("go")
      assert.deepStrictEqual(outcome, {
        _tag: "budget-exhausted",
        limit: "steps",
        message: "the turn has used its 3 steps"
      })
      assert.deepStrictEqual(seen, ["call 0", "call 1"])
      const requests = (yield* ScriptedModel).requests()
      assert.strictEqual(requests.length, 4)
      assert.include(textOf(requests[3] ?? assert.fail()), "The step limit is reached")
      assert.deepStrictEqual(requests[3]?.tools, requests[0]?.tools, "the tools stay")
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [busy(0), busy(1), busy(2), { answer: [{ text: "so far" }] }, done],
          [echo(seen)],
          agents(3)
        )
      )
    )
  })

  it.effect("does not run the calls of the closing answer either", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      const { outcome } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "budget-exhausted")
      assert.deepStrictEqual(seen, [])
      assert.strictEqual((yield* ScriptedModel).requests().length, 2)
    }).pipe(Effect.provide(TestRuntime.layerWith([busy(0), busy(1), busy(2)], [echo(seen)], agents(1))))
  })

  it.effect("does not touch a turn that is done within it", () =>
    Effect.gen(function* () {
      const { outcome } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "completed")
    }).pipe(Effect.provide(TestRuntime.layerWith([busy(0), done], [echo()], agents(2))))
  )

  it.effect("is for one turn: a later prompt goes on", () =>
    Effect.gen(function* () {
      const { outcome, session } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "budget-exhausted")
      assert.strictEqual((yield* TestRuntime.prompt("go on", { session })).outcome._tag, "completed")
    }).pipe(
      Effect.provide(TestRuntime.layerWith([busy(0), { answer: [{ text: "so far" }] }, done], [echo()], agents(1)))
    )
  )
})
