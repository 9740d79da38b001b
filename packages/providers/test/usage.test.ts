/** What providers count and charge, each in its own style. */
import { assert, describe, it } from "@effect/vitest"
import type { LanguageModelV4Usage } from "@ai-sdk/provider"
import { costOf, unknown } from "@rein/core/model/ModelCatalog"
import { countedUsage } from "../src/aisdk/ChatUsage.ts"
import { usage as ours } from "../src/aisdk/Parts.ts"
import { reportedCost } from "../src/aisdk/ReportedCost.ts"

const prices = { input: 1_000_000, output: 10_000_000, cacheRead: 100_000, cacheWrite: 1_000_000 }

/** Of the server, and what it comes to: input, cached, output, reasoning, micro-dollars. */
const styles = [
  [
    "OpenAI counts cached tokens and reasoning inside",
    {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 15 }
    },
    [100, 40, 20, 15, 60 + 4 + 200]
  ],
  [
    "xAI counts reasoning outside",
    {
      prompt_tokens: 100,
      completion_tokens: 5,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 15 }
    },
    [100, 0, 20, 15, 100 + 200]
  ],
  [
    "Google counts thinking in the total alone",
    { prompt_tokens: 100, completion_tokens: 5, total_tokens: 120, prompt_tokens_details: { cached_tokens: 0 } },
    [100, 0, 20, 15, 100 + 200]
  ],
  [
    "DeepSeek names hits of its cache",
    { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120, prompt_cache_hit_tokens: 90 },
    [100, 90, 20, "unknown", 10 + 9 + 200]
  ],
  [
    "Moonshot names them beside the others",
    { prompt_tokens: 100, completion_tokens: 20, cached_tokens: 90 },
    [100, 90, 20, "unknown", 10 + 9 + 200]
  ],
  [
    "what a server leaves out is unknown",
    { prompt_tokens: 100, completion_tokens: 20 },
    [100, "unknown", 20, "unknown", "unknown"]
  ],
  ["and so is everything", null, ["unknown", "unknown", "unknown", "unknown", "unknown"]]
] as const

describe("the count of tokens", () => {
  it.each(styles)("%s", (_, sent, [input, cacheRead, output, reasoning, cost]) => {
    const counted = ours(countedUsage(sent))
    assert.deepStrictEqual(
      [counted.input, counted.cacheRead, counted.output, counted.reasoning],
      [input, cacheRead, output, reasoning]
    )
    assert.strictEqual(costOf(counted, prices), cost)
    assert.strictEqual(costOf(counted, unknown.prices), "unknown")
  })
})

describe("the cost that a provider reports", () => {
  const raw = (value: NonNullable<LanguageModelV4Usage["raw"]>) => reportedCost(value, undefined)

  it("is taken in whole micro-dollars, from where each provider puts it", () => {
    assert.strictEqual(raw({ cost: 0.0123456 }), 12_346)
    assert.strictEqual(raw({ cost: 0 }), 0)
    assert.strictEqual(raw({ estimated_cost: 0.5 }), 500_000)
    assert.strictEqual(raw({ cost: { total_cost: 0.006 } }), 6_000)
    assert.strictEqual(raw({ cost_in_usd_ticks: 37_756_000 }), 3_776)
    assert.strictEqual(reportedCost(undefined, { openrouter: { usage: { cost: 0.1 } } }), 100_000)
    assert.strictEqual(reportedCost(undefined, { gateway: { cost: "0.0045" } }), 4_500)
  })

  it("includes the maker's bill under one's own key", () => {
    const cost_details = { upstream_inference_cost: 0.02 }
    assert.strictEqual(raw({ cost: 0.001, is_byok: true, cost_details }), 21_000)
    assert.strictEqual(raw({ cost: 0.02, is_byok: false, cost_details }), 20_000)
  })

  it("is not made up", () => {
    for (const value of [{}, { cost: -1 }, { cost: "" }, { cost: "much" }, { cost: null }, { cost: Number.NaN }]) {
      assert.isUndefined(raw(value))
    }
    assert.isUndefined(reportedCost(undefined, { gateway: {} }))
  })
})
