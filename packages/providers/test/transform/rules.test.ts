// Each rule on the wire of a real provider package: what the API refuses without it, it takes with it.
import { assert, describe, it } from "@effect/vitest"
import type { ModelMessage, ModelRequest } from "@rein/core/model/ModelRequest"
import type { ModelRef } from "@rein/core/schema/ModelRef"
import { Effect } from "effect"
import * as AiSdk from "../../src/AiSdk.ts"
import { rules } from "../../src/transform/Rules.ts"
import { ask, request } from "../support.ts"
import * as models from "./models.ts"
import { serve } from "./strict.ts"

const ref: ModelRef = { provider: "asked", model: "asked" }
const other: ModelRef = { provider: "other", model: "other" }

const user = (text: string): ModelMessage => ({ role: "user", content: [{ type: "text", text }] })

type Assistant = Extract<ModelMessage, { readonly role: "assistant" }>["content"]
type Results = Extract<ModelMessage, { readonly role: "tool" }>["content"]

const said = (content: Assistant, from?: ModelRef): ModelMessage => ({
  role: "assistant",
  content,
  ...(from === undefined ? {} : { from })
})

const results = (content: Results, from?: ModelRef): ModelMessage => ({
  role: "tool",
  content,
  ...(from === undefined ? {} : { from })
})

const call = (id = "call_1", changes: object = {}) => ({
  type: "call" as const,
  id,
  tool: "look",
  input: {},
  ...changes
})

const result = (id = "call_1", changes: object = {}) => ({
  type: "result" as const,
  id,
  tool: "look",
  output: "seen",
  failed: false,
  ...changes
})

const thought = (
  provider?: Assistant[number] extends infer P ? (P extends { provider?: infer D } ? D : never) : never
) => ({
  type: "reasoning" as const,
  text: "hm",
  ...(provider === undefined ? {} : { provider })
})

const tool = (parameters: ModelRequest["tools"][number]["parameters"]) => ({
  name: "look",
  description: "Looks.",
  parameters
})

const closed = { type: "object", additionalProperties: false }

const look = tool({ ...closed, properties: {}, required: [] })

/** A call and its result, with these ids. */
const round = (id?: string): ReadonlyArray<ModelMessage> => [user("go"), said([call(id)]), results([result(id)])]

const file = (mediaType: string, base64 = "AAAA") =>
  ({ type: "file", mediaType, name: "a", data: { type: "base64", base64 } }) as const

const withFile = (mediaType: string, base64?: string): Partial<ModelRequest> => ({
  messages: [{ role: "user", content: [{ type: "text", text: "look" }, file(mediaType, base64)] }]
})

const options = (given: NonNullable<ModelRef["options"]>): Partial<ModelRequest> => ({
  model: { ...ref, options: given }
})

const choice = {
  anyOf: [
    { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
    { type: "object", properties: { url: { type: "string" } }, required: ["url"] }
  ]
}

interface Case {
  readonly rule: string
  readonly model: models.Make
  readonly request: Partial<ModelRequest>
  /** What the API, or the package before it, says without the rule. Or what its body lacks then. */
  readonly without: RegExp | ((body: string) => boolean)
  readonly provider?: string
  /** To tell cases of one rule apart. */
  readonly about?: string
}

const cases: ReadonlyArray<Case> = [
  {
    rule: "foreign-reasoning",
    model: models.mistral(),
    request: { messages: [user("a"), said([thought(), { type: "text", text: "x" }], other), user("b")] },
    without: /Reasoning content is not supported/
  },
  {
    rule: "foreign-reasoning",
    about: "that is signed for another Claude",
    model: models.anthropic(),
    request: {
      messages: [
        user("a"),
        said([thought({ anthropic: { signature: "of-another" } }), { type: "text", text: "x" }], {
          ...ref,
          model: "another"
        }),
        user("b")
      ]
    },
    without: /Invalid `signature`/
  },
  {
    rule: "foreign-reasoning",
    about: "that is encrypted for another",
    model: models.responses(),
    request: {
      messages: [
        user("a"),
        said(
          [thought({ openai: { itemId: "rs_1", reasoningEncryptedContent: "other" } }), { type: "text", text: "x" }],
          other
        ),
        user("b")
      ]
    },
    without: /could not be verified/
  },
  {
    rule: "foreign-data",
    model: models.responses(),
    request: {
      messages: [
        user("a"),
        said(
          [
            { type: "text", text: "x" },
            call("call_1", { provider: { openai: { itemId: "fc_other", namespace: "other" } } })
          ],
          other
        ),
        results([result()], other)
      ]
    },
    without: (body) => /fc_other|"namespace"/.test(body)
  },
  {
    rule: "foreign-hosted-calls",
    model: models.anthropic(),
    request: {
      messages: [
        user("a"),
        said([call("srv_1", { tool: "web_search", hosted: true }), { type: "text", text: "x" }], other),
        results([result("srv_1", { tool: "web_search", hosted: true })], other),
        user("b")
      ]
    },
    without: /has no call before it/
  },
  {
    rule: "files-of-the-model",
    model: models.mistral(),
    request: { messages: [user("a"), said([file("image/png")]), user("b")] },
    without: /Unsupported content type in assistant message/
  },
  {
    rule: "encrypted-reasoning",
    model: models.xai(),
    request: {
      messages: [user("a"), said([thought({ xai: { itemId: "rs_1" } }), { type: "text", text: "x" }]), user("b")]
    },
    without: /Item rs_1 not found/
  },
  {
    rule: "gemini-signatures",
    model: models.chat("gemini-3-pro", "gemini"),
    request: { tools: [look], messages: [user("a"), said([call()], other), results([result()], other)] },
    without: /missing a thought_signature/
  },
  { rule: "xai-unstored", model: models.xai(), request: {}, without: /would be stored/ },
  {
    rule: "reasoning-with-calls",
    model: models.moonshot(),
    request: { tools: [look], messages: round() },
    without: /reasoning_content is missing/
  },
  {
    rule: "reasoning-with-calls",
    about: "of another model, by chat completions",
    model: models.chat("kimi-k2-thinking", "kimi"),
    request: { tools: [look], messages: [user("a"), said([call()], other), results([result()], other)] },
    without: /reasoning_content is missing/
  },
  {
    rule: "text-files",
    model: models.mistral(),
    request: withFile("text/csv"),
    without: (body) => /cannot read such files/.test(body)
  },
  {
    rule: "unreadable-files",
    model: models.xai(),
    request: withFile("image/tiff"),
    without: /Unsupported content-type/
  },
  {
    rule: "unreadable-files",
    about: "in Mistral's package",
    model: models.mistral(),
    request: withFile("audio/wav"),
    without: /Only images and PDF/
  },
  {
    rule: "unreadable-files",
    about: "in Groq's package",
    model: models.groq(),
    request: withFile("application/pdf"),
    without: /Non-image file/
  },
  {
    rule: "unreadable-files",
    about: "in DeepSeek's package",
    model: models.deepseek(),
    request: withFile("image/png"),
    without: (body) => !/cannot read/.test(body)
  },
  {
    rule: "unreadable-files",
    about: "with an address that is none",
    model: models.chat(),
    request: {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "look" },
            { type: "file", mediaType: "image/png", data: { type: "url", url: "not an address" } }
          ]
        }
      ]
    },
    without: /Invalid URL/
  },
  {
    rule: "unreadable-files",
    about: "that are empty",
    model: models.anthropic(),
    request: withFile("image/png", ""),
    without: (body) => !/it is empty/.test(body)
  },
  {
    rule: "files-behind-results",
    model: models.groq(),
    request: {
      tools: [look],
      messages: [user("a"), said([call()]), results([result("call_1", { attachments: [file("image/png")] })])]
    },
    without: /tool content must be a text/
  },
  {
    rule: "no-empty-content",
    model: models.bedrock(),
    request: {
      tools: [look],
      messages: [user("a"), said([{ type: "text", text: " " }, call()]), results([result("call_1", { output: "" })])]
    },
    without: /is blank/
  },
  {
    rule: "one-system-text",
    model: models.chat(),
    request: { system: ["one", "two"] },
    without: /System message must be at the beginning/
  },
  {
    rule: "mistral-call-ids",
    model: models.mistral(),
    request: { tools: [look], messages: round() },
    without: /Tool call id was call_1/
  },
  {
    rule: "claude-call-ids",
    model: models.anthropic(),
    request: { tools: [look], messages: round("a:b.c") },
    without: /holds characters that are not allowed/
  },
  {
    rule: "calls-last",
    model: models.bedrock(),
    request: {
      tools: [look],
      messages: [user("a"), said([call(), { type: "text", text: "I look." }]), results([result()])]
    },
    without: /without `tool_result` blocks immediately after/
  },
  {
    rule: "mistral-answer-between",
    model: models.mistral(),
    request: { tools: [look], messages: [...round("abcdefghi"), user("b")] },
    without: /Unexpected role 'user' after role 'tool'/
  },
  {
    rule: "object-parameters",
    model: models.anthropic(),
    request: { tools: [tool(choice)] },
    without: /anyOf at the top level/
  },
  {
    rule: "object-parameters",
    about: "for OpenAI",
    model: models.responses(),
    request: { tools: [tool(choice)] },
    without: /must be a JSON Schema/
  },
  {
    rule: "gemini-parameters",
    model: models.google(),
    request: {
      tools: [
        tool({
          $schema: "https://json-schema.org/draft/2020-12/schema",
          type: "object",
          properties: { level: { type: "integer", enum: [1, 2], exclusiveMinimum: 0 }, names: { type: "array" } },
          required: ["level", "gone"]
        })
      ]
    },
    without: /Unknown name "\$schema".*only allowed for STRING.*items: missing/
  },
  {
    rule: "kimi-parameters",
    model: models.moonshot("kimi-k2-turbo"),
    request: {
      tools: [
        tool({
          type: "object",
          properties: { a: { $ref: "#/$defs/A", description: "x" } },
          $defs: { A: { type: "string" } }
        })
      ]
    },
    without: /when using \$ref/
  },
  {
    rule: "kimi-parameters",
    about: "by chat completions",
    model: models.chat("kimi-k2-turbo", "kimi"),
    request: {
      tools: [
        tool({ type: "object", properties: { a: { type: "string", anyOf: [{ minLength: 1 }, { enum: [""] }] } } })
      ]
    },
    without: /when using anyOf/
  },
  {
    rule: "strict-parameters",
    model: models.responses(),
    request: { tools: [tool({ ...closed, properties: { a: { type: "string" } }, required: ["a"] })] },
    without: /a tool that may be strict is not/
  },
  {
    rule: "placeholder-tool",
    model: models.chat("claude-sonnet-4-5", "litellm"),
    request: { tools: [], messages: round() },
    without: /expects the `tools=` param/
  },
  {
    rule: "placeholder-tool",
    about: "on Bedrock",
    model: models.bedrock(),
    request: { tools: [], messages: round() },
    without: (body) => !/toolUse/.test(body)
  },
  {
    rule: "common-options",
    model: models.chat(),
    request: options({ topP: 0.5 }),
    without: (body) => !/"top_p":0.5/.test(body)
  },
  { rule: "provider-options", model: models.responses(), request: {}, without: /would be stored/ },
  { rule: "cache-key", model: models.responses(), request: {}, without: /no cache is named/ },
  {
    rule: "openrouter-usage",
    model: models.chat("x", "openrouter"),
    provider: "openrouter",
    request: {},
    without: /nobody is told/
  },
  {
    rule: "cache-marks",
    model: models.anthropic(),
    request: { cache: { tools: true, system: true, messages: [0] } },
    without: /nothing would be cached/
  },
  {
    rule: "thinking-pauses",
    model: models.anthropic(),
    request: {
      tools: [look],
      ...options({ thinking: { type: "enabled", budgetTokens: 2_000 } }),
      messages: [user("a"), said([call()], other), results([result()], other)]
    },
    without: /Expected `thinking`/
  },
  {
    rule: "effort-common",
    model: models.chat(),
    request: options({ reasoning: "max" }),
    without: /must be low, medium or high/
  },
  {
    rule: "effort-openrouter",
    model: models.chat("x", "openrouter"),
    provider: "openrouter",
    request: options({ reasoning: "max" }),
    without: /not supported by this model/
  },
  {
    rule: "effort-qwen",
    model: models.chat("qwen3-32b"),
    request: options({ reasoning: "none" }),
    without: /must be low, medium or high/
  },
  {
    rule: "effort-switch",
    model: models.chat("glm-4.6"),
    request: options({ reasoning: "max" }),
    without: /must be low, medium or high/
  },
  { rule: "sampling-gemini", model: models.google(), request: {}, without: (body) => !/"temperature":1\b/.test(body) },
  {
    rule: "sampling-qwen-coder",
    model: models.chat("qwen3-coder"),
    request: {},
    without: (body) => !/"temperature":0.7/.test(body)
  },
  {
    rule: "sampling-glm",
    model: models.chat("glm-4.6"),
    request: {},
    without: (body) => !/"temperature":1\b/.test(body)
  },
  {
    rule: "sampling-minimax",
    model: models.chat("minimax-m2"),
    request: {},
    without: (body) => !/"top_p":0.95/.test(body)
  },
  {
    rule: "sampling-kimi",
    model: models.chat("kimi-k2-instruct"),
    request: {},
    without: (body) => !/"temperature":0.6/.test(body)
  },
  {
    rule: "sampling-kimi-thinking",
    model: models.chat("kimi-k2-thinking", "kimi"),
    request: {},
    without: /only 1 is allowed/
  }
]

/** Asks once with these rules: the body that came, and what was said against it, by the API or by the package. */
const tried = Effect.fnUntraced(function* (one: Case, table: typeof rules) {
  const server = yield* serve
  const value = one.model(server.url)
  const named = one.provider === undefined ? {} : { provider: one.provider }
  const model = AiSdk.fromLanguageModel(value, { rules: table, ...named })
  // A place to mark, so that whatever is marked by default can be seen.
  const cache = { tools: false, system: true, messages: [] }
  const { error } = yield* ask(model, request("anthropic", { model: ref, cache, ...one.request }))
  const [received] = server.received
  const against = received === undefined ? (error?.message ?? "") : received.refused.join("; ")
  return { body: JSON.stringify(received?.body ?? ""), against, hasArrived: received !== undefined }
})

describe("each rule", () => {
  it.live.each(cases.map((one) => [`${one.rule} ${one.about ?? ""}`.trim(), one] as const))("%s", ([, one]) =>
    Effect.gen(function* () {
      const withRule = yield* tried(one, rules)
      assert.isTrue(withRule.hasArrived, withRule.against)
      assert.strictEqual(withRule.against, "")
      const without = yield* tried(
        one,
        rules.filter(({ name }) => name !== one.rule)
      )
      if (typeof one.without === "function") {
        assert.isTrue(one.without(without.body), without.body)
        assert.isFalse(one.without(withRule.body), withRule.body)
      } else assert.match(without.against, one.without)
    }).pipe(Effect.scoped)
  )

  it("has a case, and a name, a reason and a source of its own", () => {
    assert.deepStrictEqual(
      rules.map(({ name }) => name).filter((name) => !cases.some(({ rule }) => rule === name)),
      []
    )
    assert.lengthOf(new Set(rules.map(({ name }) => name)), rules.length)
    for (const { source, what, why } of rules) {
      assert.match(source, /^https:\/\//)
      assert.notStrictEqual(what, why)
    }
  })
})
