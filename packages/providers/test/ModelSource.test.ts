import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as AiSdk from "../src/AiSdk.ts"
import { languageModel, model } from "../src/ModelSource.ts"
import { ask, key, request, serve, textOf } from "./support.ts"

describe("ModelSource", () => {
  it("reads provider/model, where the model may hold slashes", () => {
    assert.deepStrictEqual(model("anthropic/claude-sonnet-4-5").ref, {
      provider: "anthropic",
      model: "claude-sonnet-4-5"
    })
    assert.deepStrictEqual(model("openai-compatible/meta/llama", { options: { top_k: 1 } }).ref, {
      provider: "openai-compatible",
      model: "meta/llama",
      options: { top_k: 1 }
    })
  })

  it("two models without settings of their own share one layer", () => {
    assert.strictEqual(model("anthropic/a").layer, AiSdk.layer)
    assert.strictEqual(model("openai-compatible/b").layer, AiSdk.layer)
  })

  it.each(["claude", "", "/x", "anthropic/", "acme/x"])("%j is refused with the form and the providers", (id) => {
    assert.throws(() => model(id), /(provider\/model|no provider).*anthropic, openai, openai-compatible/)
  })

  it.live("settings are taken before the environment's", () =>
    Effect.gen(function* () {
      const server = yield* serve({ script: () => [{ text: "x" }], key })
      const source = model("anthropic/claude-sonnet-4-5", { apiKey: key, baseUrl: server.url })
      const { error } = yield* ask(source.layer, request("anthropic", { model: source.ref }))
      assert.isUndefined(error)
    })
  )

  it.live("takes a model value", () =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "x" }])
      const { createOpenAICompatible } = yield* Effect.promise(() => import("@ai-sdk/openai-compatible"))
      const source = languageModel(createOpenAICompatible({ name: "acme", baseURL: `${server.url}/v1` })("some"))
      assert.deepStrictEqual(source.ref, { provider: "acme", model: "some" })
      const { parts } = yield* ask(source.layer, request("chat-completions", { model: source.ref }))
      assert.strictEqual(textOf(parts, "text-delta"), "x")
    })
  )
})
