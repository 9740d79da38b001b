/** What people are told who have no key, or who name a model or provider that is not there. */
import { assert, describe, it } from "@effect/vitest"
import type { Wire } from "@rein/core/testing/WireServer"
import * as WireServer from "@rein/core/testing/WireServer"
import { ConfigProvider, Effect, Layer, Redacted, Result } from "effect"
import * as AiSdk from "../src/AiSdk.ts"
import { read } from "../src/ModelName.ts"
import { ask, key, layer, request, serve, textOf, wires } from "./support.ts"

const withEnvironment = (values: Record<string, string>) =>
  AiSdk.layer.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(values))))

/** An address at which nothing listens. */
const nowhere = Effect.promise(async () => {
  const server = await WireServer.start({ script: [] })
  await server.close()
  return server.url
})

/** No local server answers, whatever runs on this machine, unless one is given. */
const locals = (url: string) => ({
  OLLAMA_BASE_URL: url,
  LMSTUDIO_BASE_URL: url,
  LLAMACPP_BASE_URL: url,
  VLLM_BASE_URL: url
})

describe("without a key", () => {
  it.live("one sentence: what to set, the demo, and that no local server answers", () =>
    Effect.gen(function* () {
      const url = yield* nowhere
      for (const [wire, variable] of [
        ["anthropic", "ANTHROPIC_API_KEY"],
        ["responses", "OPENAI_API_KEY"]
      ] as const) {
        const { error } = yield* ask(withEnvironment({ ANTHROPIC_API_KEY: "", ...locals(url) }), request(wire))
        assert.deepStrictEqual(error?.reason, { _tag: "Authentication" })
        assert.include(error?.message, `set ${variable};`)
        assert.include(error?.message, "`npm run demo` needs no key")
        assert.match(error?.message ?? "", /no local server \(ollama, lmstudio, llamacpp, vllm\) answers[^.]*\.$/)
      }
    })
  )

  it.live("local servers that answer are named, with a model; others on their ports are not", () =>
    Effect.gen(function* () {
      const url = yield* nowhere
      const ollama = yield* serve({ script: [], models: ["qwen3:8b", "llama4"] })
      const other = yield* serve({ script: [] })
      const { error } = yield* ask(
        withEnvironment({ ...locals(url), OLLAMA_BASE_URL: ollama.url, VLLM_BASE_URL: other.url }),
        request("anthropic")
      )
      assert.include(error?.message, `answer right now: ollama at ${ollama.url} (e.g. ollama/qwen3:8b).`)
      assert.notInclude(error?.message, "vllm")
      assert.isEmpty(other.requests)
    })
  )

  it.live("a layer without environment speaks of its options", () =>
    Effect.gen(function* () {
      const { error } = yield* ask(AiSdk.layerWith({ ollama: { baseUrl: yield* nowhere } }), request("anthropic"))
      assert.include(error?.message, "set anthropic.apiKey")
      assert.notInclude(error?.message, "ANTHROPIC_API_KEY")
    })
  )

  it.live("a server of one's own needs an address, and no key", () =>
    Effect.gen(function* () {
      const url = yield* nowhere
      const none = yield* ask(withEnvironment(locals(url)), request("chat-completions"))
      assert.include(none.error?.message, "set OPENAI_COMPATIBLE_BASE_URL")
      const server = yield* serve([{ text: "x" }])
      const values = { OPENAI_COMPATIBLE_BASE_URL: server.url }
      assert.isUndefined((yield* ask(withEnvironment(values), request("chat-completions"))).error)
      assert.notProperty(server.requests[0]?.headers, "authorization")
    })
  )

  it.live.each([
    ["ollama", "OLLAMA"],
    ["lmstudio", "LMSTUDIO"],
    ["llamacpp", "LLAMACPP"],
    ["vllm", "VLLM"]
  ] as const)("%s answers without one, and is sent its own if there is one", ([provider, variables]) =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "x" }])
      const asked = request("chat-completions", { model: { provider, model: "m" } })
      const address = { [`${variables}_BASE_URL`]: server.url, OPENAI_API_KEY: "other" }
      assert.strictEqual(textOf((yield* ask(withEnvironment(address), asked)).parts, "text-delta"), "x")
      yield* ask(withEnvironment({ ...address, [`${variables}_API_KEY`]: key }), asked)
      assert.notProperty(server.requests[0]?.headers, "authorization")
      assert.property(server.requests[1]?.headers, "authorization")
    })
  )

  it.live("a local server that does not run is said to be not there", () =>
    Effect.gen(function* () {
      const url = yield* nowhere
      const asked = request("chat-completions", { model: { provider: "ollama", model: "m" } })
      const { error } = yield* ask(withEnvironment({ OLLAMA_BASE_URL: url }), asked)
      assert.match(error?.message ?? "", /^Cannot connect to \S+: .*\(ECONNREFUSED\)\. .*OLLAMA_BASE_URL.*\.$/)
      assert.include(error?.message, url)
    })
  )
})

const noModel: Readonly<Record<Wire, unknown>> = {
  anthropic: { type: "error", error: { type: "not_found_error", message: "model: claude-sonet-4-5" } },
  responses: {
    error: {
      message: "The model `gpt-5.5-turbo` does not exist or you do not have access to it.",
      type: "invalid_request_error",
      code: "model_not_found"
    }
  },
  "chat-completions": { error: { message: 'model "llama9" not found, try pulling it first', type: "api_error" } }
}

const offered: Readonly<Record<Wire, readonly [asked: string, models: ReadonlyArray<string>, near: string]>> = {
  anthropic: ["claude-sonet-4-5", ["claude-opus-4-5", "claude-sonnet-4-5"], "anthropic/claude-sonnet-4-5"],
  responses: ["gpt-5.5-turbo", ["gpt-5.5-turbo-2026-10-01", "dall-e-3"], "openai/gpt-5.5-turbo-2026-10-01"],
  "chat-completions": ["llama9", ["llama4", "qwen3:8b"], "openai-compatible/llama4"]
}

describe.each(wires)("an unknown model over %s", (wire) => {
  const [asked, models, near] = offered[wire]
  const answer = { script: () => [{ error: { status: 404, body: noModel[wire] } }] }
  const wanted = request(wire)
  const changed = { ...wanted, model: { ...wanted.model, model: asked } }

  it.live("is named, with what the server has that is near", () =>
    Effect.gen(function* () {
      const server = yield* serve({ ...answer, models })
      const { error } = yield* ask(layer(server.url), changed)
      assert.deepStrictEqual(error?.reason, { _tag: "InvalidRequest", because: "unknown-model" })
      assert.include(error?.message, `${server.url} has no model "${asked}" (status 404)`)
      assert.include(error?.message, `Did you mean ${near}`)
      assert.match(error?.message ?? "", /\?$/)
    })
  )

  it.live("is named also where the server has no list, with what is known of its provider", () =>
    Effect.gen(function* () {
      const server = yield* serve(answer)
      const { error } = yield* ask(layer(server.url), changed)
      assert.include(error?.message, `has no model "${asked}"`)
      const known = { anthropic: /Did you mean anthropic\/claude-/, responses: /Did you mean openai\/gpt-/ }
      if (wire === "chat-completions") assert.notInclude(error?.message, "Did you mean")
      else assert.match(error?.message ?? "", known[wire])
    })
  )
})

describe("model ids", () => {
  it.each([
    ["claude-sonnet-4-5", "Did you mean anthropic/claude-sonnet-4-5?"],
    ["gpt-5", "Did you mean openai/gpt-5?"],
    ["antropic/claude-x", "Did you mean anthropic/claude-x?"],
    ["OpenAI/gpt-5", "Did you mean openai/gpt-5"],
    ["olama/qwen3:8b", "Did you mean ollama/qwen3:8b?"],
    ["acme/claude-x", "Did you mean anthropic/claude-x?"],
    ["ollama", "Did you mean ollama/<model>?"],
    ["together/x", "Did you mean togetherai/x?"],
    ["bedrock/claude-x", "Did you mean amazon-bedrock/claude-x?"],
    ["vertex-ai/gemini-x", "Did you mean google-vertex/gemini-x?"],
    ["gateway/openai/gpt-5", "Did you mean vercel/openai/gpt-5?"],
    ["dashscope/x", "Did you mean alibaba/x?"],
    ["azure-openai/x", "Did you mean azure/x?"],
    ["github/x", "Did you mean github-models/x?"],
    ["gemini/x", "Did you mean google/x?"]
  ])("%s: %s", (text, meant) => {
    const found = read(text)
    assert.isTrue(Result.isFailure(found))
    if (Result.isFailure(found)) assert.include(found.failure, meant)
  })

  it("nothing is meant by what is like nothing", () => {
    const found = read("acme/x")
    if (Result.isSuccess(found)) return assert.fail("it is no provider")
    assert.notInclude(found.failure, "Did you mean")
    assert.include(found.failure, `Known providers: ${AiSdk.providers.join(", ")}.`)
  })

  it.live("a request for an unknown provider says the same", () =>
    Effect.gen(function* () {
      const asked = request("anthropic", { model: { provider: "antropic", model: "claude-x" } })
      const { error } = yield* ask(AiSdk.layerWith({}), asked)
      assert.deepStrictEqual(error?.reason, { _tag: "InvalidRequest" })
      assert.include(error?.message, "Did you mean anthropic/claude-x?")
    })
  )
})

describe("streamText", () => {
  it.live("finds a model by name through the SDK's default provider", () =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "by name" }])
      const { createAnthropic } = yield* Effect.promise(() => import("@ai-sdk/anthropic"))
      const before = globalThis.AI_SDK_DEFAULT_PROVIDER
      globalThis.AI_SDK_DEFAULT_PROVIDER = createAnthropic({ apiKey: key, baseURL: `${server.url}/v1` })
      const { error, parts } = yield* ask(AiSdk.fromStreamText("claude-sonnet-4-5"), request("responses")).pipe(
        Effect.ensuring(Effect.sync(() => (globalThis.AI_SDK_DEFAULT_PROVIDER = before)))
      )
      assert.isUndefined(error)
      assert.strictEqual(textOf(parts, "text-delta"), "by name")
    })
  )

  it.live("tells the SDK's telemetry", () =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "x" }])
      const seen: Array<string> = []
      const telemetry = {
        integrations: [{ onStart: () => void seen.push("start"), onEnd: () => void seen.push("end") }]
      }
      const settings = { apiKey: Redacted.make(key), baseUrl: server.url }
      yield* ask(AiSdk.layerStreamTextWith({ anthropic: settings }, { telemetry }), request("anthropic"))
      assert.deepStrictEqual(seen, ["start", "end"])
    })
  )
})
