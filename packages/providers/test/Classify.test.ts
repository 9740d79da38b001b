import { assert, describe, it } from "@effect/vitest"
import { ModelError, type ModelErrorReason } from "@rein/core/schema/ModelError"
import { classify } from "../src/Classify.ts"

const api = (statusCode: number, message: string, more: object = {}) =>
  Object.assign(new Error(message), { name: "AI_APICallError", statusCode, ...more })

const reasonOf = (error: unknown) => classify(error, { phase: "before-output" }).reason

const network = (code: string) =>
  Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error("x"), { code }) })

const texts: ReadonlyArray<readonly [string, unknown, ModelErrorReason]> = [
  [
    "OpenAI's overflow",
    api(
      400,
      "This model's maximum context length is 8192 tokens, however you requested 9000 tokens (8900 in the messages, 100 in the completion)."
    ),
    { _tag: "ContextOverflow", limit: 8_192 }
  ],
  [
    "max_tokens alone is too large",
    api(
      400,
      "maximum context length is 8192 tokens. However, you requested 9000 tokens (1000 in the messages, 8000 in the completion)"
    ),
    { _tag: "OutputLimit" }
  ],
  [
    "output limit",
    api(400, "max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens"),
    { _tag: "OutputLimit" }
  ],
  [
    "llama.cpp's overflow with 500",
    api(500, "the request exceeds the available context size"),
    { _tag: "ContextOverflow" }
  ],
  [
    "one request above the minute",
    api(429, "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 41000"),
    { _tag: "ContextOverflow", limit: 30_000 }
  ],
  ["Anthropic's balance", api(400, "Your credit balance is too low to access the Anthropic API."), { _tag: "Quota" }],
  [
    "z.ai's balance",
    api(429, "余额不足或无可用资源包,请充值。", { responseBody: `{"error":{"code":"1113"}}` }),
    { _tag: "Quota" }
  ],
  ["payment required", api(402, "Payment Required"), { _tag: "Quota" }],
  [
    "Azure's filter",
    api(400, "The response was filtered due to the prompt triggering content management policy."),
    { _tag: "ContentFiltered" }
  ],
  [
    "a wait in the message",
    api(429, "Rate limit reached. Please try again in 1m2.5s."),
    { _tag: "RateLimited", retryAfterMillis: 62_500 }
  ],
  ["a plain in-band object", { message: "Rate limit exceeded", type: "rate_limit_error" }, { _tag: "RateLimited" }],
  [
    "an in-band error of unknown shape",
    Object.assign(new Error("Type validation failed"), {
      name: "AI_TypeValidationError",
      value: { error: "insufficient_quota" }
    }),
    { _tag: "Quota" }
  ],
  [
    "model text in a broken event",
    Object.assign(new Error("JSON parsing failed: prompt is too long, rate limit"), { name: "AI_JSONParseError" }),
    { _tag: "InvalidOutput" }
  ],
  ["a refused connection", network("ECONNREFUSED"), { _tag: "Transport", phase: "before-output" }],
  ["an unknown host", network("ENOTFOUND"), { _tag: "Transport", phase: "before-output" }],
  ["a broken stream of HTTP/2", network("ERR_HTTP2_STREAM_ERROR"), { _tag: "Transport", phase: "before-output" }],
  [
    "what other fetches say",
    new TypeError("NetworkError when attempting to fetch resource."),
    { _tag: "Transport", phase: "before-output" }
  ],
  ["an address that is none", new TypeError("Failed to parse URL from foo"), { _tag: "InvalidRequest" }],
  [
    "a model that its package does not know",
    Object.assign(new Error("No such languageModel: x"), { name: "AI_NoSuchModelError" }),
    { _tag: "InvalidRequest", because: "unknown-model" }
  ],
  [
    "no credentials on this machine",
    Object.assign(new Error("Could not load credentials from any providers"), { name: "CredentialsProviderError" }),
    { _tag: "Authentication" }
  ],
  [
    "a certificate, without a code",
    new Error("unable to get local issuer certificate"),
    { _tag: "Transport", phase: "before-output", lasting: true }
  ],
  ["a slow handshake", network("ERR_TLS_HANDSHAKE_TIMEOUT"), { _tag: "Transport", phase: "before-output" }],
  [
    "a name that cannot be looked up, without a code",
    new Error("getaddrinfo EAI_AGAIN api.example"),
    { _tag: "Transport", phase: "before-output" }
  ],
  ["a damaged record", network("ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC"), { _tag: "Transport", phase: "before-output" }],
  ["a status in front of a text", new Error("403 forbidden"), { _tag: "Authentication" }],
  ["a bare termination", new TypeError("terminated"), { _tag: "Transport", phase: "before-output" }],
  [
    "a break under a good status",
    api(200, "Failed to process successful response", { cause: new TypeError("terminated") }),
    { _tag: "Transport", phase: "before-output" }
  ],
  ["a text", "something", { _tag: "Unknown" }],
  ["nothing", undefined, { _tag: "Unknown" }]
]

describe("Classify", () => {
  it.each(texts)("%s", (_, error, reason) => {
    assert.deepStrictEqual(reasonOf(error), reason)
  })

  it("a date to wait for is counted from now", () => {
    const error = api(503, "busy", { responseHeaders: { "Retry-After": "Thu, 01 Jan 1970 00:00:10 GMT" } })
    const found = classify(error, { phase: "before-output", now: 4_000 })
    assert.deepStrictEqual(found.reason, { _tag: "Overloaded", retryAfterMillis: 6_000 })
  })

  it("a model error stays what it is", () => {
    const error = new ModelError({ reason: { _tag: "Quota" }, message: "x" })
    assert.strictEqual(classify(error, { phase: "before-output" }), error)
  })

  it("an error that causes itself ends", () => {
    const error: { message: string; cause?: unknown } = { message: "loop" }
    error.cause = error
    assert.deepStrictEqual(reasonOf(error), { _tag: "Unknown" })
  })

  it.each([
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ETIMEDOUT",
    "CERT_HAS_EXPIRED",
    "ECONNRESET",
    "HPE_INVALID_CONSTANT"
  ])("%s: the message names the address, without what could be secret in it", (code) => {
    const asked = {
      model: { provider: "anthropic", model: "m" },
      address: "https://me:secret@proxy.example:8443/v1?token=secret",
      hints: { key: "set KEY", address: "set URL" }
    }
    const { message } = classify(network(code), { phase: "before-output", asked })
    assert.match(message, new RegExp(`https://proxy\\.example:8443.*\\(${code}\\).*\\.$`))
    assert.notInclude(message, "secret")
  })

  it("messages are short", () => {
    assert.isBelow(classify(new Error("x".repeat(100_000)), { phase: "before-output" }).message.length, 600)
  })
})
