// Options in each provider's own words stand under the key where its package looks for them.
import { assert, describe, it } from "@effect/vitest"
import type { ModelRef } from "@rein/core/schema/ModelRef"
import { Effect } from "effect"
import * as AiSdk from "../../src/AiSdk.ts"
import { ask, request } from "../support.ts"
import * as models from "./models.ts"
import { serve } from "./strict.ts"

type Options = NonNullable<ModelRef["options"]>

const cases: ReadonlyArray<readonly [string, models.Make, Options, string]> = [
  ["Mistral", models.mistral(), { safePrompt: true }, `"safe_prompt":true`],
  ["Google", models.google(), { thinkingConfig: { thinkingBudget: 7 } }, `"thinkingBudget":7`],
  ["Groq", models.groq(), { user: "somebody" }, `"user":"somebody"`],
  [
    "DeepSeek",
    models.deepseek("deepseek-v4-pro"),
    { thinking: { type: "disabled" } },
    `"thinking":{"type":"disabled"}`
  ],
  ["Moonshot", models.moonshot("kimi-k2.5"), { thinking: { type: "disabled" } }, `"thinking":{"type":"disabled"}`],
  ["xAI", models.xai(), { reasoningEffort: "low" }, `"effort":"low"`],
  ["Bedrock", models.bedrock(), { additionalModelRequestFields: { own: 1 } }, `"own":1`],
  ["Anthropic", models.anthropic(), { thinking: { type: "enabled", budgetTokens: 1_024 } }, `"budget_tokens":1024`],
  ["OpenAI", models.responses(), { textVerbosity: "low" }, `"verbosity":"low"`],
  ["chat completions", models.chat(), { own_field: 7 }, `"own_field":7`]
]

/** The same option of ours for each of them. */
const efforts: ReadonlyArray<readonly [string, models.Make, RegExp]> = [
  ["Google", models.google("gemini-3-pro"), /"thinkingLevel":"high"/],
  ["DeepSeek", models.deepseek("deepseek-v4-pro"), /"thinking":\{"type":"enabled"/],
  ["xAI", models.xai("grok-4.3"), /"effort":"high"/],
  ["Anthropic", models.anthropic(), /"thinking":\{"type":"enabled"/],
  ["OpenAI", models.responses(), /"effort":"high"/],
  ["chat completions", models.chat(), /"reasoning_effort":"high"/]
]

const bodyOf = Effect.fnUntraced(function* (make: models.Make, options: Options) {
  const server = yield* serve
  const model = { provider: "asked", model: "asked", options }
  yield* ask(AiSdk.fromLanguageModel(make(server.url)), request("anthropic", { model }))
  return JSON.stringify(server.received[0]?.body)
})

describe("options", () => {
  it.live.each(cases)("of %s reach it", ([, make, options, wanted]) =>
    Effect.gen(function* () {
      assert.include(yield* bodyOf(make, options), wanted)
    }).pipe(Effect.scoped)
  )

  it.live.each(efforts)("`reasoning: high` is in the words of %s", ([, make, wanted]) =>
    Effect.gen(function* () {
      assert.match(yield* bodyOf(make, { reasoning: "high" }), wanted)
    }).pipe(Effect.scoped)
  )
})
