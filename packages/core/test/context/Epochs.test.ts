import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Agents from "../../src/agent/Agents.ts"
import { Compaction, ContextFull } from "../../src/context/Compaction.ts"
import * as Instructions from "../../src/context/Instructions.ts"
import * as ModelCatalog from "../../src/model/ModelCatalog.ts"
import type { ModelRef } from "../../src/schema/ModelRef.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import { ModelError } from "../../src/schema/ModelError.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { Settings } from "../../src/settings/Settings.ts"
import { ScriptedModel, textOf } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import { arePrefixes, problems } from "../support/history.ts"
import { echo } from "../support/tools.ts"

const epochs = Effect.fnUntraced(function* (session: Parameters<SessionStore["Service"]["read"]>[0]) {
  const events = yield* (yield* SessionStore).read(session, 0)
  return events.flatMap((event) => (event.type === "EpochStarted" ? [event.data] : []))
})

/** Settings and instructions that a test can change. */
const changing = () => {
  const now: { model: ModelRef; instructions: ReadonlyArray<string> } = {
    model: TestRuntime.scripted,
    instructions: ["old"]
  }
  const layer = Layer.mergeAll(
    Layer.succeed(Settings, Settings.of({ forDirectory: () => Effect.sync(() => ({ model: now.model, rules: [] })) })),
    Layer.succeed(
      Instructions.Instructions,
      Instructions.Instructions.of({ forDirectory: () => Effect.sync(() => now.instructions) })
    )
  )
  return { now, layer }
}

const twice = [{ answer: [{ text: "one" }] }, { answer: [{ text: "two" }] }]

describe("an epoch", () => {
  it.effect("is frozen: what changes beside it does not change the request", () => {
    const { layer, now } = changing()
    return Effect.gen(function* () {
      const first = yield* TestRuntime.prompt("go")
      now.instructions = ["new"]
      yield* TestRuntime.prompt("more", { session: first.session })
      const requests = (yield* ScriptedModel).requests()
      assert.strictEqual(requests.length, 2)
      assert.isTrue(requests.every((request) => request.system.includes("old") && !request.system.includes("new")))
      assert.isTrue(arePrefixes(requests))
      assert.deepStrictEqual(
        (yield* epochs(first.session)).map((epoch) => epoch.reason),
        ["first"]
      )
    }).pipe(Effect.provide(TestRuntime.layerWith(twice, [echo()], layer)))
  })

  it.effect("ends when the model changes, and the next one has the new texts", () => {
    const { layer, now } = changing()
    return Effect.gen(function* () {
      const first = yield* TestRuntime.prompt("go")
      now.model = { ...TestRuntime.scripted, options: { effort: "high" } }
      now.instructions = ["new"]
      yield* TestRuntime.prompt("more", { session: first.session })
      const [, second] = (yield* ScriptedModel).requests()
      assert.deepStrictEqual(second?.model, now.model)
      assert.isTrue(second?.system.includes("new"))
      assert.deepStrictEqual(
        (yield* epochs(first.session)).map((epoch) => epoch.reason),
        ["first", "model"]
      )
    }).pipe(Effect.provide(TestRuntime.layerWith(twice, [], layer)))
  })

  it.effect("does not end when the same model is spelled in another order", () => {
    const { layer, now } = changing()
    now.model = { ...TestRuntime.scripted, options: { a: 1, b: 2 } }
    return Effect.gen(function* () {
      const first = yield* TestRuntime.prompt("go")
      now.model = { options: { b: 2, a: 1 }, ...TestRuntime.scripted }
      yield* TestRuntime.prompt("more", { session: first.session })
      assert.strictEqual((yield* epochs(first.session)).length, 1)
    }).pipe(Effect.provide(TestRuntime.layerWith(twice, [], layer)))
  })

  it.effect("cannot begin without a model, and the outcome says what to do", () =>
    Effect.gen(function* () {
      const { outcome } = yield* TestRuntime.prompt("go")
      assert.deepStrictEqual(outcome, {
        _tag: "failed",
        error: {
          kind: "configuration",
          message: 'No model is set for agent "build". Set one in the settings or for the agent, as provider/model.'
        }
      })
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [],
          [],
          Layer.succeed(Settings, Settings.of({ forDirectory: () => Effect.succeed({ rules: [] }) }))
        )
      )
    )
  )

  it.effect("takes the agent's own model and tools first", () =>
    Effect.gen(function* () {
      yield* TestRuntime.prompt("go")
      const [request] = (yield* ScriptedModel).requests()
      assert.strictEqual(request?.model.model, "own")
      assert.deepStrictEqual(request?.tools, [])
      assert.deepStrictEqual(request?.system, ["You are small."])
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [{ answer: [{ text: "done" }] }],
          [echo()],
          Agents.layerValues([
            { ...Agents.build, model: { provider: "scripted", model: "own" }, tools: [], prompt: "You are small." }
          ])
        )
      )
    )
  )
})

/** Compacts once the window is full, or the provider says that it is. */
const compacting = Layer.succeed(
  Compaction,
  Compaction.of({
    rewrite: ({ fill, refused, state }) =>
      refused || (fill.used !== "unknown" && fill.limit !== "unknown" && fill.used > fill.limit / 2)
        ? Effect.succeed([
            SessionEvent.make("Compacted", {
              summary: "the summary",
              keepFrom: state.history.at(-1)?.sequence ?? 0,
              why: refused ? "refused" : "full"
            })
          ])
        : Effect.succeed([])
  })
)

const small = ModelCatalog.layerValues({
  "scripted/script": { contextTokens: 200, outputTokens: "unknown", prices: "unknown" }
})

const overflow = { answer: [{ error: new ModelError({ reason: { _tag: "ContextOverflow" }, message: "too long" }) }] }

describe("a compaction", () => {
  it.effect("rewrites the history before the next request, and a new epoch begins", () =>
    Effect.gen(function* () {
      const { outcome, session } = yield* TestRuntime.prompt("the first thing")
      assert.strictEqual(outcome._tag, "completed")
      const requests = (yield* ScriptedModel).requests()
      const [first, second] = requests.map(textOf)
      assert.include(first, "the first thing")
      assert.notInclude(second, "the first thing")
      assert.include(second, "the summary")
      assert.include(second, "echo: x")
      assert.deepStrictEqual(
        requests.flatMap((request) => problems(request.messages)),
        []
      )
      assert.deepStrictEqual(
        (yield* epochs(session)).map((epoch) => epoch.reason),
        ["first", "compaction"]
      )
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [{ answer: [{ call: "echo", input: { text: "x" } }] }, { answer: [{ text: "done" }] }],
          [echo()],
          Layer.merge(compacting, small)
        )
      )
    )
  )

  it.effect("after a refusal is made once, and the same input is answered, not doubled", () =>
    Effect.gen(function* () {
      const { outcome, session, state } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "completed")
      const events = yield* (yield* SessionStore).read(session, 0)
      assert.strictEqual(events.filter((event) => event.type === "Compacted").length, 1)
      assert.strictEqual([...state.history].filter((entry) => entry.type === "input").length, 1)
      assert.include(textOf((yield* ScriptedModel).requests()[1] ?? assert.fail("no second request")), "go")
    }).pipe(Effect.provide(TestRuntime.layerWith([overflow, { answer: [{ text: "done" }] }], [], compacting)))
  )

  it.effect("that does not help is given up after a bounded number of tries", () =>
    Effect.gen(function* () {
      const { outcome } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag === "failed" ? outcome.error.kind : outcome._tag, "context")
      assert.isAtMost((yield* ScriptedModel).requests().length, 4)
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith([overflow, overflow, overflow, overflow, overflow, overflow], [], compacting)
      )
    )
  )

  it.effect("that cannot be made fails the turn with the numbers", () =>
    Effect.gen(function* () {
      const { outcome } = yield* TestRuntime.prompt("go")
      assert.match(
        outcome._tag === "failed" ? outcome.error.message : "",
        /does not fit into the model's window \(170 of 200\)/
      )
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [overflow],
          [],
          Layer.succeed(
            Compaction,
            Compaction.of({
              rewrite: ({ refused }) =>
                refused ? Effect.fail(new ContextFull({ detail: "170 of 200" })) : Effect.succeed([])
            })
          )
        )
      )
    )
  )
})
