/** What is known of models: the facts of the package, newer ones, own entries, and what local servers say. */
import { createServer } from "node:http"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { ModelCatalog, type ModelFacts } from "@rein/core/model/ModelCatalog"
import { ConfigProvider, Effect, Layer, Schema } from "effect"
import { listening } from "./support/listening.ts"
import * as AiSdk from "../src/AiSdk.ts"
import * as Catalogue from "../src/Catalogue.ts"
import { StoredModels } from "../src/catalogue/Stored.ts"
import { providers as inSnapshot } from "../src/catalogue/Snapshot.ts"

/** What stands behind each path; anything else is a 404. Each request is kept, with its method. */
const serve = (answers: Readonly<Record<string, unknown>>) =>
  Effect.gen(function* () {
    const came: Array<string> = []
    const server = createServer((request, response) => {
      let body = ""
      request.on("data", (piece) => (body += String(piece)))
      request.on("end", () => {
        came.push(`${request.method} ${request.url} ${body}`.trim())
        const answer = answers[`${request.url}${body === "" ? "" : ` ${body}`}`]
        if (answer === "never") return
        response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" })
        response.end(JSON.stringify(answer ?? {}))
      })
    })
    return { url: yield* listening(server), came }
  })

const lookup = (provider: string, model: string) =>
  Effect.gen(function* () {
    return yield* (yield* ModelCatalog).lookup({ provider, model })
  })

describe("the facts of the package", () => {
  it.effect("are of known providers, and each can be read", () =>
    Effect.gen(function* () {
      const files = readdirSync(join(import.meta.dirname, "../src/catalogue/data"))
      assert.sameMembers(
        [...inSnapshot, "origin"],
        files.map((file) => file.replace(/\.json$/, ""))
      )
      const catalog = yield* ModelCatalog
      for (const provider of inSnapshot) {
        assert.include(AiSdk.providers, provider)
        const models = yield* catalog.models(provider)
        assert.isNotEmpty(Object.keys(models))
        yield* Schema.decodeUnknownEffect(StoredModels)(models, { onExcessProperty: "error" })
      }
    }).pipe(Effect.provide(Catalogue.layerWith({})))
  )

  it.effect("hold prices in micro-dollars, with steps; what nobody knows is unknown", () =>
    Effect.gen(function* () {
      const gemini = yield* lookup("google", "gemini-2.5-pro")
      assert.deepInclude(gemini.prices, { input: 1_250_000, output: 10_000_000, cacheRead: 125_000 })
      if (gemini.prices === "unknown") return assert.fail("it has a price")
      assert.deepInclude(gemini.prices.above?.[0], { tokens: 200_000, input: 2_500_000 })
      for (const [provider, model] of [
        ["google", "gemini-of-tomorrow"],
        ["google", "constructor"],
        ["nobody", "x"]
      ] as const) {
        const facts = yield* lookup(provider, model)
        assert.deepStrictEqual([facts.contextTokens, facts.prices], ["unknown", "unknown"])
      }
    }).pipe(Effect.provide(Catalogue.layerWith({})))
  )

  it.effect("give way to newer ones, and these to own entries, field by field", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const newer: ModelFacts = { contextTokens: 7, outputTokens: 8, prices: "unknown" }
      const layer = Catalogue.layerWith({
        entries: { "google/gemini-2.5-pro": { outputTokens: 9 }, "own/one": { contextTokens: 3 } },
        newer: async (provider) => {
          asked.push(provider)
          return provider === "google" ? { "gemini-2.5-pro": newer, "gemini-of-tomorrow": newer } : undefined
        }
      })
      const found = yield* Effect.provide(
        Effect.all([
          lookup("google", "gemini-2.5-pro"),
          lookup("google", "gemini-of-tomorrow"),
          lookup("google", "gemini-2.5-flash"),
          lookup("own", "one")
        ]),
        layer
      )
      assert.deepStrictEqual(
        found.map(({ contextTokens, outputTokens }) => [contextTokens, outputTokens]),
        [
          [7, 9],
          [7, 8],
          [1_048_576, 65_536],
          [3, "unknown"]
        ]
      )
      assert.deepStrictEqual(asked, ["google", "own"])
    })
  )
})

describe("facts in a file", () => {
  it("are read as they were written, and not at all when one of them is none", () => {
    const prices = { input: 1, output: 2, cacheRead: 1, cacheWrite: 1 }
    const models = { m: { contextTokens: 5, outputTokens: "unknown", prices } } as const
    assert.deepStrictEqual(Catalogue.readStored(JSON.stringify(models)), models)
    for (const wrong of [
      "",
      "{",
      "[]",
      '{"m":{}}',
      JSON.stringify({ m: { ...models.m, prices: { ...prices, input: "1" } } })
    ]) {
      assert.isUndefined(Catalogue.readStored(wrong))
    }
  })

  it.effect("that cannot be had leave what is known", () =>
    Effect.gen(function* () {
      const facts = yield* lookup("google", "gemini-2.5-pro")
      assert.strictEqual(facts.outputTokens, 65_536)
    }).pipe(Effect.provide(Catalogue.layerWith({ newer: () => Promise.reject(new Error("no disk")) })))
  )
})

describe("a public list", () => {
  const model = {
    name: "One",
    tool_call: true,
    reasoning: false,
    modalities: { input: ["text", "pdf"] },
    limit: { context: 1_000, output: 100 },
    cost: { input: 0.1, output: 2, cache_read: 0.01, context_over_200k: { input: 0.2, output: 4 } }
  }
  const list = {
    mistral: { models: { one: model, two: { limit: { context: -1 } } } },
    "fireworks-ai": { models: { one: { cost: { input: "free", output: 1 } } } },
    nobody: { models: { one: model } },
    groq: { models: [] },
    xai: 7
  }

  it.live("is loaded when it is asked for; what cannot be read is unknown or left out", () =>
    Effect.gen(function* () {
      const server = yield* serve({ "/api.json": list })
      const found = yield* Catalogue.refresh(`${server.url}/api.json`)
      assert.sameMembers(Object.keys(found), ["mistral", "fireworks"])
      assert.deepStrictEqual(found["mistral"]?.["one"], {
        name: "One",
        contextTokens: 1_000,
        outputTokens: 100,
        prices: {
          input: 100_000,
          output: 2_000_000,
          cacheRead: 10_000,
          cacheWrite: 100_000,
          above: [{ tokens: 200_000, input: 200_000, output: 4_000_000, cacheRead: 200_000, cacheWrite: 200_000 }]
        },
        capabilities: { tools: true, reasoning: false, input: ["text", "pdf"] }
      })
      assert.deepInclude(found["mistral"]?.["two"], { contextTokens: "unknown", prices: "unknown" })
      assert.deepInclude(found["fireworks"]?.["one"], { prices: "unknown" })
    })
  )

  it.live("that is not there is said to be so", () =>
    Effect.gen(function* () {
      const server = yield* serve({ "/empty": { nobody: {} } })
      for (const [path, why] of [
        ["/gone", "status 404"],
        ["/empty", "no models"]
      ] as const) {
        const error = yield* Effect.flip(Catalogue.refresh(`${server.url}${path}`))
        assert.include(error.message, `${server.url}${path}`)
        assert.include(error.message, why)
      }
    })
  )
})

/** One server of each kind, and where it is, as settings. */
const locals = {
  ollama: {
    "/api/tags": { models: [{ name: "qwen3:8b" }, { name: "set" }, { name: "runs" }] },
    "/api/ps": { models: [{ name: "runs", context_length: 4_096 }] },
    '/api/show {"model":"qwen3:8b"}': {
      model_info: { "general.architecture": "qwen3", "qwen3.context_length": 40_960 },
      capabilities: ["completion", "tools", "thinking"]
    },
    '/api/show {"model":"set"}': { parameters: "stop x\nnum_ctx    8192", model_info: { "a.context_length": 40_960 } },
    '/api/show {"model":"runs"}': { model_info: { "a.context_length": 40_960 } }
  },
  lmstudio: {
    "/api/v0/models": {
      data: [
        { id: "loaded", type: "llm", max_context_length: 32_768, loaded_context_length: 4_096 },
        { id: "idle", type: "vlm", max_context_length: 32_768 },
        { id: "words", type: "embeddings", max_context_length: 512 }
      ]
    }
  },
  llamacpp: {
    "/props": { default_generation_settings: { n_ctx: 16_384 } },
    "/v1/models": { data: [{ id: "some.gguf" }] }
  },
  vllm: { "/v1/models": { data: [{ id: "meta/llama", max_model_len: 131_072 }] } }
}

const contexts = (models: Catalogue.Models) =>
  Object.fromEntries(Object.entries(models).map(([name, { contextTokens }]) => [name, contextTokens]))

describe("local servers", () => {
  it.live("tell which models they have and how much these can read", () =>
    Effect.gen(function* () {
      const settings: Record<string, { readonly baseUrl: string }> = {}
      for (const [id, answers] of Object.entries(locals)) settings[id] = { baseUrl: (yield* serve(answers)).url }
      const url = (id: string) => settings[id]?.baseUrl ?? ""
      const found = yield* Effect.promise(() => Catalogue.findLocals(settings))
      assert.deepStrictEqual(
        found.map(({ address, id, models }) => [id, address, contexts(models)]),
        [
          ["ollama", url("ollama"), { "qwen3:8b": 40_960, set: 8_192, runs: 4_096 }],
          ["lmstudio", url("lmstudio"), { loaded: 4_096, idle: 32_768 }],
          ["llamacpp", url("llamacpp"), { "some.gguf": 16_384 }],
          ["vllm", url("vllm"), { "meta/llama": 131_072 }]
        ]
      )
      assert.deepStrictEqual(found[0]?.models["qwen3:8b"]?.capabilities, {
        tools: true,
        reasoning: true,
        input: ["text"]
      })
    })
  )

  it.live("are left out when another program answers there, nobody does, or never", () =>
    Effect.gen(function* () {
      const silent = yield* serve({ "/api/tags": "never", "/api/ps": "never" })
      const web = yield* serve({ "/": {}, "/v1/models": { data: [{ id: "gpt" }] } })
      const settings = {
        ollama: { baseUrl: silent.url },
        lmstudio: { baseUrl: web.url },
        llamacpp: { baseUrl: "http://127.0.0.1:1" },
        vllm: { baseUrl: web.url }
      }
      assert.isEmpty(yield* Effect.promise(() => Catalogue.findLocals(settings)))
    })
  )

  it.live("are asked on this machine only", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const fetch: typeof globalThis.fetch = async (input) => {
        asked.push(String(input))
        return new Response("{}")
      }
      const elsewhere = { baseUrl: "http://models.example/v1", fetch }
      const settings = { ollama: elsewhere, lmstudio: elsewhere, llamacpp: elsewhere, vllm: { fetch } }
      assert.isEmpty(yield* Effect.promise(() => Catalogue.findLocals(settings)))
      assert.deepStrictEqual(asked, ["http://127.0.0.1:8000/v1/models"])
    })
  )

  it.live("are asked by the catalogue only about their own models, and not again", () =>
    Effect.gen(function* () {
      const server = yield* serve(locals.vllm)
      const environment = ConfigProvider.layer(ConfigProvider.fromUnknown({ VLLM_BASE_URL: server.url }))
      yield* Effect.gen(function* () {
        yield* lookup("openai", "gpt-5")
        assert.isEmpty(server.came)
        const facts = yield* lookup("vllm", "meta/llama")
        assert.strictEqual(facts.contextTokens, 131_072)
        yield* lookup("vllm", "meta/llama")
        assert.strictEqual(server.came.length, 1)
      }).pipe(Effect.provide(Layer.provide(Catalogue.layer, environment)))
    })
  )
})
