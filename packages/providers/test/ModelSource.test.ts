import { assert, describe, it } from "@effect/vitest"
import { type AgentOptions, createAgent } from "@rein/core/promise"
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

describe("an agent", () => {
  it.live("knows what its model costs, keeps a budget in money, and takes own prices before all others", () =>
    Effect.gen(function* () {
      const usage = { input: 1_000_000, output: 100_000, cacheRead: 500_000, cacheWrite: 0 }
      const server = yield* serve({ script: () => [{ text: "x" }, { usage }], key })
      const run = (options: Partial<AgentOptions>) =>
        Effect.promise(async () => {
          const source = model("anthropic/claude-haiku-4-5", { apiKey: key, baseUrl: server.url })
          await using agent = createAgent({ model: source, budget: { microDollars: 1_000_000 }, ...options })
          const session = await agent.session()
          const { cost } = await session.run("go")
          const { outcome } = await session.run("again")
          return [cost, outcome._tag]
        })
      // Half of the input at a dollar a million, half at a tenth of that, and the output at five.
      assert.deepStrictEqual(yield* run({}), [500_000 + 50_000 + 500_000, "budget-exhausted"])
      const prices = { input: 1, output: 1, cacheRead: 1, cacheWrite: 1 }
      assert.deepStrictEqual(yield* run({ catalog: { "anthropic/claude-haiku-4-5": { prices } } }), [1, "completed"])
    })
  )
})
