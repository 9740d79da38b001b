// Cases of the rules for tools, options, caches and sampling.
import { call, type Case, closed, look, options, other, result, results, round, said, tool, user } from "./build.ts"
import * as models from "./models.ts"

const choice = {
  anyOf: [
    { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
    { type: "object", properties: { url: { type: "string" } }, required: ["url"] }
  ]
}

/** In the order of the table. */
export const requestCases: ReadonlyArray<Case> = [
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
    without: /must be a JSON Schema|missing properties/
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
    without: /Unknown name "\$schema".*only allowed for STRING/
  },
  {
    rule: "object-parameters",
    about: "that name no field",
    model: models.chat(),
    request: { tools: [tool({ type: "object" })] },
    without: /object schema missing properties/
  },
  {
    rule: "gemini-parameters",
    about: "that are referred to",
    model: models.google(),
    request: {
      tools: [
        tool({
          type: "object",
          properties: {
            a: { $ref: "#/definitions/A", title: "A" },
            b: { type: "array", items: { $ref: "#/properties/a" } },
            c: { allOf: [{ $ref: "#/definitions/A" }], description: "C" }
          },
          definitions: { A: { type: "object", properties: { inner: { $ref: "#/definitions/A" } } } }
        })
      ]
    },
    without: /alongside unsupported fields.*reference to undefined schema/
  },
  {
    rule: "whole-lists",
    model: models.chat(),
    request: { tools: [tool({ type: "object", properties: { names: { type: "array" } } })] },
    without: /array schema missing items/
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
  ...["qwen/qwen3-32b", "zai-glm-4.7", "moonshotai/kimi-k2-instruct"].map((model): Case => ({
    rule: "effort-common",
    about: `for ${model} on a server that knows OpenAI's fields alone`,
    model: models.chat(model, "narrow"),
    provider: "groq",
    request: { tools: [look], messages: round(), ...options({ reasoning: "max" }) },
    without: /must be low, medium or high/
  })),
  {
    rule: "effort-openrouter",
    model: models.chat("x", "openrouter"),
    provider: "openrouter",
    request: options({ reasoning: "max" }),
    without: /not supported by this model/
  },
  {
    rule: "cache-marks",
    about: "of Claude behind OpenRouter",
    model: models.openrouter("anthropic/claude-sonnet-4.5"),
    provider: "openrouter",
    request: { cache: { tools: false, system: true, messages: [0] } },
    without: (body) => !/"cache_control".*"hello".*"cache_control"/.test(body)
  },
  {
    rule: "effort-openrouter",
    about: "through its own package, which would pass it over",
    model: models.openrouter(),
    provider: "openrouter",
    request: options({ reasoning: "max" }),
    without: (body) => !body.includes(`"reasoning":{"effort":"xhigh"}`)
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
  },
  {
    rule: "sampling-kimi-thinking",
    about: "without thinking",
    model: models.chat("kimi-k2.5", "kimi"),
    request: options({ reasoning: "none" }),
    without: /only 0.6 is allowed/
  }
]
