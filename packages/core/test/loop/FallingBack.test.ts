import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { z } from "zod"
import * as Fallback from "../../src/model/Fallback.ts"
import * as ModelCatalog from "../../src/model/ModelCatalog.ts"
import type * as Ids from "../../src/schema/Ids.ts"
import { ModelError, type ModelErrorReason } from "../../src/schema/ModelError.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { ScriptedModel, type ScriptedStep } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import * as Settings from "../../src/settings/Settings.ts"
import * as Tool from "../../src/tool/Tool.ts"
import { type Started, sharedHouse } from "../support/runtimes.ts"
import { letTimePass } from "../support/time.ts"
import { echo } from "../support/tools.ts"

const ref = (model: string) => ({ provider: "other", model })
const [cheap, second] = [ref("cheap"), ref("second")]

const price = (dollars: number): ModelCatalog.ModelFacts => {
  const each = dollars * 1_000_000
  return { ...ModelCatalog.unknown, prices: { input: each, output: each, cacheRead: each, cacheWrite: each } }
}

const catalog = ModelCatalog.layerValues({
  "scripted/script": price(3),
  "other/cheap": price(1),
  "other/second": price(2),
  "other/dear": price(9)
})

const failing = (reason: ModelErrorReason): ScriptedStep => ({
  answer: [{ error: new ModelError({ reason, message: "The first one is gone." }) }]
})

const quota = failing({ _tag: "Quota" })

const runtime = (script: ReadonlyArray<ScriptedStep>, options: Fallback.Options) =>
  TestRuntime.layerWith(script, [echo()], Layer.merge(Layer.provide(Fallback.layerWith(options), catalog), catalog))

/** Prompts a session, and tells which models were asked and which events say why. */
const run = Effect.fnUntraced(function* (text: string, session?: Parameters<typeof TestRuntime.prompt>[1]) {
  const ran = yield* TestRuntime.prompt(text, session)
  const events = yield* (yield* SessionStore).read(ran.session, 0)
  return {
    ...ran,
    asked: (yield* ScriptedModel).requests().map(({ model }) => model.model),
    fell: events.flatMap((event) => (event.type === "FellBack" ? [event.data] : [])),
    epochs: events.flatMap((event) => (event.type === "EpochStarted" ? [event.data.reason] : []))
  }
})

describe("fallback", () => {
  it.effect("asks the next model for the rest of the turn, says why, and the wanted one in the next turn", () =>
    Effect.gen(function* () {
      const first = yield* run("go")
      assert.strictEqual(first.outcome._tag, "completed")
      assert.deepStrictEqual(first.asked, ["script", "cheap", "cheap"])
      assert.deepStrictEqual(
        first.fell.map(({ from, message, reason, role, to }) => ({ from, message, reason, role, to })),
        [
          {
            from: TestRuntime.scripted,
            to: cheap,
            role: "model",
            reason: { _tag: "Quota" },
            message: "The first one is gone."
          }
        ]
      )
      // I3: another model begins another epoch, there and back.
      assert.deepStrictEqual(first.epochs, ["first", "model"])
      const next = yield* run("and on", { session: first.session })
      assert.strictEqual(next.asked.at(-1), "script")
      assert.deepStrictEqual(next.epochs, ["first", "model", "model"])
    }).pipe(
      Effect.provide(
        runtime(
          [
            quota,
            { answer: [{ call: "echo", input: { text: "x" } }] },
            { answer: [{ text: "done" }] },
            { expects: ["done"], answer: [{ text: "again" }] }
          ],
          { models: { model: [cheap] } }
        )
      )
    )
  )

  it.effect("goes through the list in its order, and ends with the last error", () =>
    Effect.gen(function* () {
      const { asked, outcome } = yield* run("go")
      assert.deepStrictEqual(asked, ["script", "cheap", "second"])
      assert.deepInclude(outcome, { _tag: "failed" })
    }).pipe(Effect.provide(runtime([quota, quota, quota], { models: { model: [cheap, second] } })))
  )

  it.effect("does nothing for what another model would refuse, too, and for the lists of other roles", () =>
    Effect.forEach(
      [
        [failing({ _tag: "InvalidRequest" }), { models: { model: [cheap] } }],
        [failing({ _tag: "Authentication" }), { models: { model: [cheap] } }],
        [quota, { models: { small: [cheap] } }],
        [quota, { models: { model: [cheap] }, on: ["Overloaded"] }]
      ] as const,
      ([step, options]) =>
        Effect.gen(function* () {
          const { asked, outcome } = yield* run("go")
          assert.deepStrictEqual([asked, outcome._tag], [["script"], "failed"])
        }).pipe(Effect.provide(runtime([step], options), { local: true }))
    )
  )

  it.effect("asks nobody after the first output", () =>
    Effect.gen(function* () {
      const { asked, outcome } = yield* run("go")
      assert.deepStrictEqual([asked, outcome._tag], [["script"], "failed"])
    }).pipe(
      Effect.provide(
        runtime(
          [{ answer: [{ text: "half" }, { error: new ModelError({ reason: { _tag: "Quota" }, message: "gone" }) }] }],
          { models: { model: [cheap] } }
        )
      )
    )
  )

  const prices = [
    ["dear", "costs more"],
    ["free-for-all", "its price is unknown"]
  ] as const
  it.effect.each(prices)("%s: no other price without a word", ([model, why]) =>
    Effect.gen(function* () {
      const { asked, outcome } = yield* run("go")
      assert.deepStrictEqual(asked, ["script"])
      const message = outcome._tag === "failed" ? outcome.error.message : ""
      assert.include(message, "The first one is gone.")
      assert.include(message, `other/${model} was not asked instead`)
      assert.include(message, why)
      const allowed = yield* run("go").pipe(
        Effect.provide(
          runtime([quota, { answer: [{ text: "done" }] }], { models: { model: [ref(model)] }, anyPrice: true }),
          {
            local: true
          }
        )
      )
      assert.strictEqual(allowed.outcome._tag, "completed")
    }).pipe(Effect.provide(runtime([quota], { models: { model: [ref(model)] } })))
  )

  it.effect("a long wait is not waited for while another model is left", () =>
    Effect.gen(function* () {
      // Nobody moves the clock: a wait would hang.
      const { asked } = yield* run("go")
      assert.deepStrictEqual(asked, ["script", "cheap"])
    }).pipe(
      Effect.provide(
        runtime([failing({ _tag: "RateLimited", retryAfterMillis: 60_000 }), { answer: [{ text: "done" }] }], {
          models: { model: [cheap] }
        })
      )
    )
  )

  it.effect("a short one is", () =>
    Effect.gen(function* () {
      const { asked } = yield* letTimePass(yield* Effect.forkChild(run("go")))
      assert.deepStrictEqual(asked, ["script", "script"])
    }).pipe(
      Effect.provide(
        runtime([failing({ _tag: "RateLimited", retryAfterMillis: 20_000 }), { answer: [{ text: "done" }] }], {
          models: { model: [cheap] }
        })
      )
    )
  )

  it.effect("a session finds back to its own model, also where no settings name it", () =>
    Effect.gen(function* () {
      const house = yield* sharedHouse
      const answered: ScriptedStep = { answer: [{ text: "done" }] }
      const fallback = Layer.provide(Fallback.layerWith({ models: { model: [cheap] } }), catalog)
      const ask = Effect.fnUntraced(function* (runtime: Started, session: Ids.SessionId) {
        const input = yield* runtime.sessions.prompt(session, "go")
        yield* runtime.sessions.outcome(session, input)
        return runtime.scripted.requests().map(({ model }) => model.model)
      })
      const first = yield* house.start([quota, answered], [], fallback)
      const session = yield* first.sessions.create({ directory: "/project" })
      assert.deepStrictEqual(yield* ask(first, session), ["script", "cheap"])
      yield* first.close
      const second = yield* house.start([answered], [], Settings.layer)
      assert.deepStrictEqual(yield* ask(second, session), ["script"])
    })
  )

  it.effect("ends with a switch of the model, within its turn", () => {
    let now: Effect.Effect<unknown, unknown> = Effect.void
    const switching = Tool.make("switch", {
      description: "Switches.",
      parameters: z.object({}),
      safety: "read",
      execute: () => Effect.as(Effect.orDie(now), { output: "switched" })
    })
    const options = { models: { model: [cheap] } }
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      const id = yield* sessions.create({ directory: "/project" })
      now = sessions.switchModel(id, second)
      const first = yield* run("go", { session: id })
      assert.deepStrictEqual(first.asked, ["script", "cheap", "second"])
      const next = yield* run("and on", { session: id })
      assert.strictEqual(next.asked.at(-1), "second")
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [
            quota,
            { answer: [{ call: "switch", input: {} }] },
            { answer: [{ text: "done" }] },
            { answer: [{ text: "again" }] }
          ],
          [switching],
          Layer.merge(Layer.provide(Fallback.layerWith(options), catalog), catalog)
        )
      )
    )
  })
})
