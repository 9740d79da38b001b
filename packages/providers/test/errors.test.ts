import { assert, describe, it } from "@effect/vitest"
import type { ModelErrorReason } from "@rein/core/schema/ModelError"
import type { Answer } from "@rein/core/testing/WireServer"
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
