import { assert, describe, it } from "@effect/vitest"
import type { ModelErrorReason } from "@rein/core/schema/ModelError"
import type { Answer, Wire } from "@rein/core/testing/WireServer"
import * as WireServer from "@rein/core/testing/WireServer"
import { Effect } from "effect"
import { ask, cases, key, layer, play, request, serve, textOf } from "./support.ts"

const overflow = {
  anthropic: {
    type: "error",
    error: { type: "invalid_request_error", message: "prompt is too long: 210000 tokens > 200000 maximum" }
  },
  responses: {
    error: {
      message: "Your input exceeds the context window of this model. Please adjust your input and try again.",
      type: "invalid_request_error",
      code: "context_length_exceeded"
    }
  },
  "chat-completions": {
    error: {
      message:
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.",
      type: "invalid_request_error",
      code: "context_length_exceeded"
    }
  }
}

const noModel = { _tag: "InvalidRequest" } as const

const statuses: ReadonlyArray<readonly [number, ModelErrorReason]> = [
  [400, { _tag: "InvalidRequest" }],
  [401, { _tag: "Authentication" }],
  [403, { _tag: "Authentication" }],
  [404, noModel],
  [413, { _tag: "ContextOverflow" }],
  [429, { _tag: "RateLimited" }],
  [500, { _tag: "Overloaded" }],
  [503, { _tag: "Overloaded" }],
  [529, { _tag: "Overloaded" }]
]

describe.each(cases)("errors over %s by %s", (wire, way) => {
  it.live.each(statuses)("status %i", ([status, reason]) =>
    Effect.gen(function* () {
      const { error, parts } = yield* play(wire, [{ error: { status } }], way)
      // Anthropic's words for it are in its message, which is not scripted here.
      const isModel = status === 404 && wire !== "anthropic"
      assert.deepStrictEqual(error?.reason, isModel ? { ...noModel, because: "unknown-model" } : reason)
      assert.strictEqual(error?.status, status)
      assert.include(error?.message, "scripted error")
      assert.isEmpty(parts)
    })
  )

  it.live("an address at which there is nothing", () =>
    Effect.gen(function* () {
      const { error } = yield* play(wire, [{ error: { status: 404, body: { detail: "Not Found" } } }], way)
      assert.deepStrictEqual(error?.reason, noModel)
      assert.match(error?.message ?? "", /status 404.*baseUrl.*\.$/)
      assert.strictEqual(error?.message.includes("openai-compatible/gpt-5"), wire === "responses")
    })
  )

  it.live.each([
    ["retry-after-ms", "1500", 1_500],
    ["retry-after", "7", 7_000],
    ["retry-after", "Thu, 01 Jan 1970 00:00:00 GMT", 0]
  ] as const)("429 with %s: %s", ([header, value, retryAfterMillis]) =>
    Effect.gen(function* () {
      const { error } = yield* play(wire, [{ error: { status: 429, headers: { [header]: value } } }], way)
      assert.deepStrictEqual(error?.reason, { _tag: "RateLimited", retryAfterMillis })
    })
  )

  it.live("an exhausted quota is no rate limit", () =>
    Effect.gen(function* () {
      const body = {
        type: "error",
        error: { type: "insufficient_quota", code: "insufficient_quota", message: "You exceeded your current quota." }
      }
      const { error } = yield* play(wire, [{ error: { status: 429, body } }], way)
      assert.deepStrictEqual(error?.reason, { _tag: "Quota" })
    })
  )

  it.live("a request that is too large", () =>
    Effect.gen(function* () {
      const { error } = yield* play(wire, [{ error: { status: 400, body: overflow[wire] } }], way)
      assert.strictEqual(error?.reason._tag, "ContextOverflow")
    })
  )

  it.live("an error in the middle comes after what was said, and nothing comes after it", () =>
    Effect.gen(function* () {
      const { error, parts } = yield* play(
        wire,
        [
          { text: "half" },
          { streamError: { type: wire === "anthropic" ? "overloaded_error" : "server_error", message: "too busy" } },
          { text: "never seen" }
        ],
        way
      )
      assert.strictEqual(textOf(parts, "text-delta"), "half")
      assert.strictEqual(error?.reason._tag, "Overloaded")
      assert.include(error?.message, "too busy")
    })
  )

  it.live("an error before anything was said", () =>
    Effect.gen(function* () {
      const { error, parts } = yield* play(
        wire,
        [{ streamError: { type: "overloaded_error", message: "too busy" } }],
        way
      )
      assert.strictEqual(error?.reason._tag, "Overloaded")
      assert.isEmpty(parts.filter((part) => part.type !== "response"))
    })
  )

  it.live("a web page with status 200", () =>
    Effect.gen(function* () {
      const body = "<!DOCTYPE html><html><body>rate limit, prompt is too long</body></html>"
      const { error } = yield* play(wire, [{ error: { status: 200, body } }], way)
      assert.deepStrictEqual(error?.reason, { _tag: "InvalidOutput", lasting: true })
      assert.include(error?.message, "base URL")
    })
  )

  it.live("a web page with status 502", () =>
    Effect.gen(function* () {
      const { error } = yield* play(
        wire,
        [{ error: { status: 502, body: "<html><body>Bad gateway</body></html>" } }],
        way
      )
      assert.deepStrictEqual(error?.reason, { _tag: "Overloaded" })
      assert.notInclude(error?.message, "<")
    })
  )

  it.live("a JSON error with status 200 is read", () =>
    Effect.gen(function* () {
      const body = { base_resp: { status_code: 1008, status_msg: "insufficient balance" } }
      const { error } = yield* play(wire, [{ error: { status: 200, body } }], way)
      assert.deepStrictEqual(error?.reason, { _tag: "Quota" })
      assert.include(error?.message, "insufficient balance")
    })
  )

  it.live("an event that is no JSON", () =>
    Effect.gen(function* () {
      const { error } = yield* play(
        wire,
        [{ text: "a" }, { rawEvent: "data: {not json, maximum context length\n\n" }],
        way
      )
      assert.deepStrictEqual(error?.reason, { _tag: "InvalidOutput" })
    })
  )

  it.live("a refused connection", () =>
    Effect.gen(function* () {
      const gone = yield* Effect.promise(() => WireServer.start({ script: [] }))
      yield* Effect.promise(() => gone.close())
      const { error } = yield* ask(layer(gone.url, key, way), request(wire))
      // On this machine nobody will listen in a few seconds, either.
      assert.deepStrictEqual(error?.reason, { _tag: "Transport", phase: "before-output", lasting: true })
      assert.match(error?.message ?? "", /\(ECONNREFUSED\)\. .*baseUrl.*\.$/)
      assert.include(error?.message, gone.url)
    })
  )

  const cuts: ReadonlyArray<readonly [string, Answer, "before-output" | "after-output"]> = [
    ["before the headers", [{ cutAfter: "before-headers" }], "before-output"],
    ["before the body", [{ text: "a" }, { cutAfter: 0 }], "before-output"],
    ["in the first event", [{ text: "a" }, { cutAfter: 60 }], "before-output"],
    ["in the output", [{ text: ["a", "b".repeat(2_000)] }, { cutAfter: 2_400 }], "after-output"],
    ["after the output", [{ text: "a" }, { finish: "none" }, { cutAfter: 1_000_000 }], "after-output"]
  ]
  it.live.each(cuts)("a connection cut %s", ([, answer, phase]) =>
    Effect.gen(function* () {
      const { error, parts } = yield* play(wire, answer, way)
      assert.deepStrictEqual(error?.reason, { _tag: "Transport", phase })
      assert.strictEqual(textOf(parts, "text-delta").startsWith("a"), phase === "after-output")
    })
  )

  it.live("a key is in no message, also where the server repeats it", () =>
    Effect.gen(function* () {
      const body = {
        type: "error",
        error: { type: "authentication_error", message: `Incorrect API key provided: ${key}, or sk-abcdef123456` }
      }
      const { error } = yield* play(wire, [{ error: { status: 401, body } }], way)
      assert.deepStrictEqual(error?.reason, { _tag: "Authentication" })
      assert.include(error?.message, "Incorrect API key provided")
      assert.notInclude(JSON.stringify(error), key)
      assert.notInclude(JSON.stringify(error), "sk-abcdef")
    })
  )

  it.live("a history that the API would refuse is refused by the kit, too", () =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "x" }])
      const { error } = yield* ask(
        layer(server.url, key, way),
        request(wire, {
          messages: [
            { role: "user", content: [{ type: "text", text: "a" }] },
            { role: "assistant", content: [{ type: "call", id: "c1", tool: "t", input: {} }] },
            { role: "user", content: [{ type: "text", text: "b" }] }
          ]
        })
      )
      assert.deepStrictEqual(error?.reason, { _tag: "InvalidRequest" })
      assert.include(error?.message, "c1")
    })
  )
})

describe("errors in the stream of chat completions, in shapes that the package does not know", () => {
  it.live.each([
    ["MiniMax", { base_resp: { status_code: 1_008, status_msg: "insufficient balance" } }, "Quota"],
    [
      "vLLM",
      { object: "error", message: "Internal server error", type: "InternalServerError", code: 500 },
      "Overloaded"
    ],
    ["Azure", { error: { code: "429", message: "Too many requests" } }, "RateLimited"],
    ["Zhipu", { error: { code: "1113", message: "余额不足或无可用资源包,请充值。" } }, "Quota"],
    ["a text", { error: "prompt too long; exceeded max context length" }, "ContextOverflow"],
    ["no error", { choices: "rate limit", message: "rate limit" }, "InvalidOutput"]
  ] as const)("%s", ([, body, tag]) =>
    Effect.gen(function* () {
      const answer: Answer = [{ rawEvent: `data: ${JSON.stringify(body)}\n\n` }, { finish: "none" }]
      const { error } = yield* play("chat-completions", answer)
      assert.strictEqual(error?.reason._tag, tag)
    })
  )
})

describe("an answer of Anthropic that breaks off", () => {
  it.live("tells what was used until then", () =>
    Effect.gen(function* () {
      const { error } = yield* play("anthropic", [
        { usage: { input: 100, cacheRead: 40, output: 5 } },
        { text: "half" },
        { streamError: { type: "overloaded_error", message: "too busy" } }
      ])
      assert.deepInclude(error?.usage, { input: 100, cacheRead: 40, output: "unknown" })
    })
  )
})

/** What servers say of a request that is too large, each in its own words. */
const tooLarge: ReadonlyArray<readonly [string, Wire, number, object]> = [
  ["Anthropic", "anthropic", 400, overflow.anthropic],
  [
    "Anthropic, by size",
    "anthropic",
    413,
    { error: { type: "request_too_large", message: "Request exceeds the maximum size" } }
  ],
  ["OpenAI", "responses", 400, overflow.responses],
  ["OpenAI, chat", "chat-completions", 400, overflow["chat-completions"]],
  [
    "one request above the minute",
    "responses",
    429,
    {
      error: {
        message: "Request too large for gpt-5 on tokens per min (TPM): Limit 30000, Requested 41000.",
        type: "tokens",
        code: "rate_limit_exceeded"
      }
    }
  ],
  [
    "Groq",
    "chat-completions",
    413,
    { error: { message: "Request too large for model `x` on tokens per minute (TPM): Limit 6000" } }
  ],
  [
    "OpenRouter",
    "chat-completions",
    400,
    {
      error: {
        message:
          "This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens (139000 of text input, 1000 in the output)."
      }
    }
  ],
  [
    "vLLM",
    "chat-completions",
    400,
    {
      error: {
        message:
          "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4500 in the messages, 500 in the completion).",
        type: "BadRequestError"
      }
    }
  ],
  [
    "llama.cpp",
    "chat-completions",
    500,
    {
      error: {
        code: 500,
        message:
          "the request exceeds the available context size. try increasing the context size or enable context shift",
        type: "exceed_context_size_error"
      }
    }
  ],
  [
    "LM Studio",
    "chat-completions",
    400,
    {
      error:
        "The number of tokens to keep from the initial prompt is greater than the context length. Try to load the model with a larger context length."
    }
  ],
  [
    "Ollama",
    "chat-completions",
    500,
    { error: { message: "input is too long: prompt exceeds the context length of 4096", type: "api_error" } }
  ],
  [
    "Mistral",
    "chat-completions",
    400,
    { message: "Prompt contains 40000 tokens, too large for model with 32768 maximum context length" }
  ],
  [
    "DeepSeek",
    "chat-completions",
    400,
    {
      error: {
        message:
          "This model's maximum context length is 65536 tokens. However, you requested 80000 tokens (79000 in the messages, 1000 in the completion)."
      }
    }
  ],
  [
    "xAI",
    "chat-completions",
    400,
    { error: "This model's maximum prompt length is 131072 but the request contains 140000 tokens." }
  ]
]

const notTooLarge: ReadonlyArray<readonly [string, Wire, number, object, ModelErrorReason]> = [
  [
    "Anthropic, the output",
    "anthropic",
    400,
    {
      error: {
        type: "invalid_request_error",
        message:
          "input length and `max_tokens` exceed context limit: 150000 + 64000 > 200000, decrease input length or `max_tokens` and try again"
      }
    },
    { _tag: "OutputLimit" }
  ],
  [
    "vLLM, the output",
    "chat-completions",
    400,
    {
      error: {
        message:
          "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (1000 in the messages, 4000 in the completion)."
      }
    },
    { _tag: "OutputLimit" }
  ],
  [
    "an empty balance",
    "chat-completions",
    429,
    { error: { code: "1113", message: "余额不足或无可用资源包,请充值。" } },
    { _tag: "Quota" }
  ],
  [
    "too many requests",
    "responses",
    429,
    { error: { message: "Rate limit reached for requests. Please try again in 20s.", code: "rate_limit_exceeded" } },
    { _tag: "RateLimited", retryAfterMillis: 20_000 }
  ]
]

describe("errors in each server's own words", () => {
  it.live.each(tooLarge)("too large: %s", ([, wire, status, body]) =>
    Effect.gen(function* () {
      const { error } = yield* play(wire, [{ error: { status, body } }])
      assert.strictEqual(error?.reason._tag, "ContextOverflow")
    })
  )

  it.live.each(notTooLarge)("not too large: %s", ([, wire, status, body, reason]) =>
    Effect.gen(function* () {
      const { error } = yield* play(wire, [{ error: { status, body } }])
      assert.deepStrictEqual(error?.reason, reason)
    })
  )

  it.live.each([
    ["context_length_exceeded", "Your input exceeds the context window of this model.", "ContextOverflow"],
    ["rate_limit_exceeded", "Rate limit reached for gpt-5.", "RateLimited"],
    ["insufficient_quota", "You exceeded your current quota, please check your plan and billing details.", "Quota"],
    ["server_error", "The server had an error while processing your request.", "Overloaded"]
  ] as const)("in the stream of Responses: %s", ([code, message, tag]) =>
    Effect.gen(function* () {
      const failed = { type: "response.failed", sequence_number: 9, response: { error: { code, message } } }
      const events = [{ rawEvent: `data: ${JSON.stringify(failed)}\n\n` }, { finish: "none" }] as const
      for (const answer of [events, [{ text: "half" }, ...events]] satisfies ReadonlyArray<Answer>) {
        const { error } = yield* play("responses", answer)
        assert.strictEqual(error?.reason._tag, tag)
        assert.include(error?.message, message.slice(0, 20))
      }
    })
  )
})
