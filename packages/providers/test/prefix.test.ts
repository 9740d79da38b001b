// Through the whole provider layer: a request begins with what the one before it held, whichever provider is asked.
import { assert, describe, it } from "@effect/vitest"
import type { ModelMessage } from "@rein/core/model/ModelRequest"
import type { ModelRef } from "@rein/core/schema/ModelRef"
import { isPrefix } from "@rein/core/testing/rendering"
import { Effect, Redacted } from "effect"
import * as AiSdk from "../src/AiSdk.ts"
import * as Inspect from "../src/Inspect.ts"
import { request } from "./support.ts"
import { asked, histories } from "./transform/histories.ts"

/** How many histories are tried with each model. */
const runs = process.env["REIN_TEST_FULL"] === undefined ? 4 : 100

/** The families of each provider that the rules tell apart; one model of the others. */
const models: Readonly<Record<string, ReadonlyArray<string>>> = {
  anthropic: ["claude-sonnet-4-5"],
  "amazon-bedrock": ["us.anthropic.claude-opus-4-5", "amazon.nova-pro-v1:0", "us.mistral.pixtral-large-2502-v1:0"],
  google: ["gemini-2.5-pro", "gemini-3-pro"],
  alibaba: ["qwen3.7-max", "qwen3-max"],
  deepseek: ["deepseek-v4-pro", "deepseek-reasoner"],
  openrouter: ["anthropic/claude-sonnet-4.5", "google/gemini-3-pro", "openai/gpt-5", "moonshotai/kimi-k2"],
  vercel: ["anthropic/claude-sonnet-4.5", "openai/gpt-5"],
  moonshotai: ["kimi-k3", "kimi-k2.6"],
  mistral: ["mistral-large-latest", "magistral-medium-latest"],
  fireworks: ["accounts/fireworks/models/kimi-k3", "accounts/fireworks/models/glm-5p3"]
}

const refs = AiSdk.providers.flatMap((provider) => (models[provider] ?? ["m"]).map((model) => ({ provider, model })))

const settings = { apiKey: Redacted.make("none"), baseUrl: "http://127.0.0.1:9", region: "eu-west-1" }
const options: AiSdk.Options = Object.fromEntries(
  AiSdk.providers.map((id) => [id.replace(/-[a-z]/g, (letters) => letters.slice(1).toUpperCase()), settings])
)

const look = { name: "look", description: "Looks.", parameters: { type: "object", properties: {} } }

const isList = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value)

const fieldsOf = (value: unknown): ReadonlyArray<readonly [string, unknown]> =>
  typeof value === "object" && value !== null ? Object.entries(value) : []

/** Marks move from request to request, and Mistral's package marks the last answer. */
const withoutMarks = (value: unknown): unknown => {
  if (isList(value))
    return value.filter((one) => !fieldsOf(one).some(([name]) => name === "cachePoint")).map(withoutMarks)
  if (typeof value !== "object" || value === null) return value
  const kept = fieldsOf(value).filter(([name]) => !/^(cache_control|cacheControl|prefix)$/.test(name))
  const clean = kept.map(([name, inner]) => [name, withoutMarks(inner)] as const)
  return Object.fromEntries(
    clean.filter(([name, inner]) => name !== "providerOptions" || JSON.stringify(inner) !== `{"anthropic":{}}`)
  )
}

/** Everything in the messages of a body, in the order in which a model reads it; borders of messages do not count. */
const blocksOf = (body: unknown): ReadonlyArray<string> => {
  const [, messages] = fieldsOf(body).find(([name]) => /^(messages|input|contents|prompt)$/.test(name)) ?? []
  return (isList(messages) ? messages : []).flatMap((message) => {
    const { content, parts, role, ...rest } = Object.fromEntries(fieldsOf(withoutMarks(message)))
    const inner = content ?? parts
    const blocks = typeof inner === "string" ? [{ type: "text", text: inner }] : isList(inner) ? inner : []
    return [...blocks, ...(Object.keys(rest).length === 0 ? [] : [rest])].map((block) => JSON.stringify([role, block]))
  })
}

const sent = Effect.fnUntraced(function* (model: ModelRef, given: ReadonlyArray<ModelMessage>) {
  const messages = given.map((message) =>
    message.role !== "user" && message.from === asked ? { ...message, from: model } : message
  )
  const cache = { tools: true, system: true, messages: [messages.length - 1] }
  const { refusal, wire } = yield* Inspect.inspect(
    request("chat-completions", { model, messages, tools: [look], cache }),
    options
  )
  assert.isUndefined(refusal)
  return blocksOf(wire?.body)
})

const start: ModelMessage = { role: "user", content: [{ type: "text", text: "start" }] }

describe("a request", () => {
  it.effect.prop(
    "begins with the one before it, and no package throws at any, with each provider",
    [histories],
    ([history]) =>
      Effect.gen(function* () {
        const whole = [start, ...history]
        for (const model of refs) {
          let before: ReadonlyArray<string> = []
          for (const [index, { role }] of whole.entries()) {
            if (role === "assistant") continue
            const now = yield* sent(model, whole.slice(0, index + 1))
            assert.isAbove(now.length, 0)
            assert.isTrue(isPrefix(before, now), `${model.provider}/${model.model} ${JSON.stringify([before, now])}`)
            before = now
          }
        }
      }),
    { arbitrary: { runs } }
  )
})
