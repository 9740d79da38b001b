/** What the router knows of providers' own packages that these do not tell. */
import { assert, describe, it } from "@effect/vitest"
import type { ModelMessage } from "@rein/core/model/ModelRequest"
import { isPrefix, render } from "@rein/core/testing/rendering"
import { Effect, Redacted } from "effect"
import * as AiSdk from "../src/AiSdk.ts"
import * as Classify from "../src/Classify.ts"
import * as Inspect from "../src/Inspect.ts"
import { ask, finishOf, key, request } from "./support.ts"
import { anyServer } from "./support/AnyServer.ts"

const nowhere = { apiKey: Redacted.make(key), baseUrl: "http://127.0.0.1:9" }

const said = (text: string): ModelMessage => ({ role: "user", content: [{ type: "text", text }] })

const thought: ModelMessage = {
  role: "assistant",
  content: [
    { type: "reasoning", text: "hm" },
    { type: "text", text: "hello" }
  ]
}

describe("own packages", () => {
  it.live("of the gateway finds its options, and marks for Claude's cache", () =>
    Effect.gen(function* () {
      const model = { provider: "vercel", model: "anthropic/claude-sonnet-4.5", options: { order: ["azure"] } }
      const cache = { tools: false, system: false, messages: [0] }
      const { wire } = yield* Inspect.inspect(request("chat-completions", { model, cache }), { vercel: nowhere })
      assert.include(JSON.stringify(wire?.body), `"anthropic":{"cacheControl":{"type":"ephemeral"}}`)
      assert.include(JSON.stringify(wire?.body), `"providerOptions":{"gateway":{"order":["azure"]}}`)
    })
  )

  it.live.each(["togetherai", "fireworks", "cerebras", "deepinfra"])(
    "of %s is given no effort and no file that chat completions do not know",
    (provider) =>
      Effect.gen(function* () {
        const model = { provider, model: "m", options: { reasoning: "max" } }
        const file = { type: "file", mediaType: "application/zip", data: { type: "base64", base64: "AAAA" } } as const
        const messages: ReadonlyArray<ModelMessage> = [{ role: "user", content: [file] }]
        const { wire } = yield* Inspect.inspect(request("chat-completions", { model, messages }), {
          [provider]: nowhere
        })
        assert.include(JSON.stringify(wire?.body), `"reasoning_effort":"high"`)
        assert.include(JSON.stringify(wire?.body), "was left out: this model cannot read such files")
      })
  )

  it.live.each([
    ["deepseek", "deepseek-chat"],
    ["deepseek", "deepseek-reasoner"],
    ["deepseek", "deepseek-v4-pro"],
    ["alibaba", "qwen3-max"],
    ["alibaba", "qwen3.7-max"]
  ] as const)("of %s changes nothing that it has sent of %s", ([provider, name]) =>
    Effect.gen(function* () {
      const bodyOf = Effect.fnUntraced(function* (...messages: ReadonlyArray<ModelMessage>) {
        const asked = request("chat-completions", { model: { provider, model: name }, messages })
        const { wire } = yield* Inspect.inspect(asked, { [provider]: nowhere })
        // The body of a request is an object.
        return render("chat-completions", wire?.body as Parameters<typeof render>[1])
      })
      const first = yield* bodyOf(said("a"), thought)
      assert.include(JSON.stringify(first), "hm")
      assert.isTrue(isPrefix(first, yield* bodyOf(said("a"), thought, said("b"))))
    })
  )

  it.live.each([
    ["openrouter", "z-ai/glm-5.3", false],
    ["openrouter", "z-ai/glm-4.6v", true],
    ["amazon-bedrock", "amazon.nova-micro-v1:0", false],
    ["groq", "not-in-the-catalogue", true]
  ] as const)(
    "of %s is sent a picture for %s where the catalogue does not say that it is blind",
    ([provider, name, sees]) =>
      Effect.gen(function* () {
        const file = { type: "file", mediaType: "image/png", data: { type: "base64", base64: "AAAA" } } as const
        const { wire } = yield* Inspect.inspect(
          request("chat-completions", {
            model: { provider, model: name },
            messages: [{ role: "user", content: [file] }]
          }),
          { openrouter: nowhere, amazonBedrock: { ...nowhere, region: "eu-west-1" }, groq: nowhere }
        )
        assert.strictEqual(JSON.stringify(wire?.body).includes("was left out"), !sees)
      })
  )

  it.live("of xAI counts nothing that the server has not", () =>
    Effect.gen(function* () {
      const server = yield* anyServer
      const xai = { apiKey: Redacted.make(key), baseUrl: server.url }
      const { parts } = yield* ask(
        AiSdk.layerWith({ xai }),
        request("chat-completions", { model: { provider: "xai", model: "m" } })
      )
      const usage = finishOf(parts)?.usage
      assert.deepStrictEqual(usage, {
        input: 7,
        output: 2,
        cacheRead: "unknown",
        cacheWrite: "unknown",
        reasoning: "unknown"
      })
    })
  )

  it("of Vertex without credentials says what to set", () => {
    const error = new Error("Could not load the default credentials. Browse to https://cloud.google.com for more.")
    const model = { provider: "google-vertex", model: "m" }
    const hints = { key: "set GOOGLE_VERTEX_API_KEY", address: "set GOOGLE_VERTEX_BASE_URL" }
    const { message, reason } = Classify.classify(error, { asked: { model, address: "https://there.example", hints } })
    assert.deepStrictEqual(reason, { _tag: "Authentication" })
    assert.match(message, /there\.example.*Set GOOGLE_VERTEX_API_KEY.*gcloud auth application-default login/)
  })
})
