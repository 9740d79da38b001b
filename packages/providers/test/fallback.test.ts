/** A model of another provider takes over in the middle of a turn, over real HTTP. */
import { assert, describe, it } from "@effect/vitest"
import * as Fallback from "@rein/core/model/Fallback"
import * as Limiter from "@rein/core/model/Limiter"
import { Model } from "@rein/core/model/Model"
import * as ModelCatalog from "@rein/core/model/ModelCatalog"
import * as Settings from "@rein/core/settings/Settings"
import { checkHistory, isPrefix, render } from "@rein/core/testing/rendering"
import * as TestRuntime from "@rein/core/testing/TestRuntime"
import { Effect, Layer, Redacted } from "effect"
import * as AiSdk from "../src/AiSdk.ts"
import { lookTool, options, request, serve } from "./support.ts"

const [first, second] = [request("anthropic").model, request("chat-completions").model]

describe("fallback", () => {
  it.live("the other provider gets a history that it accepts, and the first one gets its own again", () =>
    Effect.gen(function* () {
      const broken = yield* serve({
        script: [
          [{ reasoning: "Hm.", signature: "c2ln" }, { call: { id: "toolu_1", tool: "look", input: { at: "a" } } }],
          [{ error: { status: 402 } }],
          [{ text: "Back." }]
        ]
      })
      const other = yield* serve([{ text: "I go on." }])
      const { anthropic } = options(broken.url)
      const { openaiCompatible } = options(other.url)
      const model = AiSdk.layerWith({ ...(anthropic && { anthropic }), ...(openaiCompatible && { openaiCompatible }) })
      const own = Layer.mergeAll(
        Layer.provide(Limiter.layer, model),
        Settings.layerValues({ model: first, rules: [] }),
        Layer.provide(Fallback.layerWith({ models: { model: [second] }, anyPrice: true }), ModelCatalog.layer)
      )
      yield* Effect.gen(function* () {
        const ran = yield* TestRuntime.prompt("look")
        assert.strictEqual(TestRuntime.lastText(ran.state), "I go on.")
        const next = yield* TestRuntime.prompt("again", { session: ran.session })
        assert.strictEqual(TestRuntime.lastText(next.state), "Back.")
      }).pipe(Effect.provide(TestRuntime.layerWith([], [lookTool], own)))
      const [asked] = other.requests.map(({ body }) => body)
      assert.deepStrictEqual(checkHistory("chat-completions", asked ?? {}), [])
      assert.include(JSON.stringify(asked), '"name":"look"')
      const bodies = broken.requests.map(({ body }) => render("anthropic", body))
      assert.strictEqual(bodies.length, 3)
      assert.isTrue(isPrefix(bodies[1] ?? [], bodies[2] ?? []))
    })
  )

  it.effect("providers with one key at one address are one account, others are not", () =>
    Effect.gen(function* () {
      const account = (yield* Model).account ?? (({ provider }) => provider)
      const of = (provider: string) => account({ provider, model: "m" })
      assert.strictEqual(of("openai-compatible"), of("openai"))
      assert.notStrictEqual(of("vllm"), of("openai"))
      assert.notStrictEqual(of("anthropic"), of("openai"))
      assert.strictEqual(of("unheard-of"), "unheard-of")
    }).pipe(
      Effect.provide(
        AiSdk.layerWith({
          anthropic: { apiKey: Redacted.make("a") },
          openai: { apiKey: Redacted.make("o"), baseUrl: "http://here.example/v1" },
          openaiCompatible: { apiKey: Redacted.make("o"), baseUrl: "http://here.example/v1" },
          vllm: { apiKey: Redacted.make("v"), baseUrl: "http://here.example/v1" }
        })
      )
    )
  )
})
