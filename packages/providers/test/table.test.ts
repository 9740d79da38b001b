/** Each provider of the table, asked over HTTP: where the request goes to, with which key, and what is made of the answer. */
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { providerName } from "@rein/core/loop/telemetry/Telemetry"
import type { ModelPart } from "@rein/core/model/ModelPart"
import type { ModelMessage } from "@rein/core/model/ModelRequest"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import * as AiSdk from "../src/AiSdk.ts"
import { versions } from "../src/aisdk/Packages.ts"
import * as Inspect from "../src/Inspect.ts"
import { ask, finishOf, key, request, textOf } from "./support.ts"
import { anyServer, type Came } from "./support/AnyServer.ts"

type Header = readonly [name: string, value: string | RegExp]

const bearer: Header = ["authorization", `Bearer ${key}`]
const gemini: Header = ["x-goog-api-key", key]

/** Where each is asked: through its own package, and without. */
const paths: Readonly<Record<string, { readonly own?: readonly [string, Header]; readonly plain?: string }>> = {
  anthropic: { own: ["/v1/messages", ["x-api-key", key]] },
  openai: { own: ["/v1/responses", bearer] },
  "openai-compatible": { plain: "/v1/chat/completions" },
  google: {
    own: ["/v1beta/models/m:streamGenerateContent?alt=sse", gemini],
    plain: "/v1beta/openai/chat/completions"
  },
  "google-vertex": { own: ["/v1/publishers/google/models/m:streamGenerateContent?alt=sse", gemini] },
  "amazon-bedrock": { own: ["/model/m/converse-stream", bearer] },
  azure: { own: ["/openai/v1/responses", ["api-key", key]] },
  mistral: { own: ["/v1/chat/completions", bearer], plain: "/v1/chat/completions" },
  groq: { own: ["/openai/v1/chat/completions", bearer], plain: "/openai/v1/chat/completions" },
  xai: { own: ["/v1/responses", bearer], plain: "/v1/chat/completions" },
  deepseek: { own: ["/v1/chat/completions", bearer], plain: "/v1/chat/completions" },
  togetherai: { own: ["/v1/chat/completions", bearer], plain: "/v1/chat/completions" },
  fireworks: { own: ["/inference/v1/chat/completions", bearer], plain: "/inference/v1/chat/completions" },
  cerebras: { own: ["/v1/chat/completions", bearer], plain: "/v1/chat/completions" },
  cohere: { own: ["/v2/chat", bearer], plain: "/compatibility/v1/chat/completions" },
  perplexity: { plain: "/chat/completions" },
  deepinfra: { own: ["/v1/openai/chat/completions", bearer], plain: "/v1/openai/chat/completions" },
  openrouter: { own: ["/api/v1/chat/completions", bearer], plain: "/api/v1/chat/completions" },
  vercel: { own: ["/v4/ai/language-model", bearer], plain: "/v1/chat/completions" },
  alibaba: { own: ["/compatible-mode/v1/chat/completions", bearer], plain: "/compatible-mode/v1/chat/completions" },
  moonshotai: { own: ["/v1/chat/completions", bearer], plain: "/v1/chat/completions" },
  "github-models": { plain: "/inference/chat/completions" },
  ollama: { plain: "/v1/chat/completions" },
  lmstudio: { plain: "/v1/chat/completions" },
  llamacpp: { plain: "/v1/chat/completions" },
  vllm: { plain: "/v1/chat/completions" }
}

/** What OpenTelemetry's conventions call those that have another name there. */
const conventional = {
  google: "gcp.gemini",
  "google-vertex": "gcp.vertex_ai",
  "amazon-bedrock": "aws.bedrock",
  azure: "azure.ai.openai",
  mistral: "mistral_ai",
  xai: "x_ai",
  moonshotai: "moonshot_ai"
}

/** Their dialects have no place for what an answer has cost, or their packages drop it. */
const silent = ["anthropic", "openai", "google", "google-vertex", "amazon-bedrock", "azure", "groq", "xai", "cohere"]

const look = { name: "look", description: "Looks.", parameters: { type: "object", properties: {} } }

/** What the model has been told by the tool. */
const history: ReadonlyArray<ModelMessage> = [
  { role: "user", content: [{ type: "text", text: "hello" }] },
  {
    role: "assistant",
    content: [
      { type: "reasoning", text: "thought" },
      { type: "call", id: "call00000", tool: "look", input: { at: "here" } }
    ]
  },
  { role: "tool", content: [{ type: "result", id: "call00000", tool: "look", output: "nothing there", failed: false }] }
]

/** Some packages are not used for every model. */
const taken: Readonly<Record<string, string>> = { alibaba: "qwen3.7-max", deepseek: "deepseek-v4-pro" }

const asked = (provider: string) =>
  request("chat-completions", {
    model: { provider, model: taken[provider] ?? "m" },
    messages: history,
    tools: [look]
  })

/** The calls, as they are asked for. */
const callsOf = (parts: ReadonlyArray<ModelPart>) =>
  parts.flatMap((part) => (part.type === "call" ? [[part.tool, JSON.parse(part.input)]] : []))

const nameOf = (id: string): string => id.replace(/-[a-z]/g, (letters) => letters.slice(1).toUpperCase())

const settings = (url: string) => ({ apiKey: Redacted.make(key), baseUrl: url, region: "eu-west-1" })

/** The tool, its call and its result are in the request, wherever the dialect puts them. */
const checkCame = (came: Came | undefined, path: string, [header, value]: Header) => {
  assert.strictEqual(came?.path, path)
  const sent = String(came?.headers[header])
  if (typeof value === "string") assert.strictEqual(sent, value)
  else assert.match(sent, value)
  assert.match(came?.body ?? "", /"tools":\[/)
  assert.include(came?.body, '"look"')
  assert.include(came?.body, '"hello"')
  assert.include(came?.body, "here")
  assert.include(came?.body, '"nothing there"')
}

/** Was it sent by the package that speaks with everybody? */
const isPlain = (came: Came | undefined): boolean => String(came?.headers["user-agent"]).includes("openai-compatible")

describe("the table", () => {
  it("holds exactly these providers", () => {
    assert.sameMembers([...AiSdk.providers], Object.keys(paths))
  })

  it("is told of in the words of the conventions", () => {
    const told = Object.fromEntries(AiSdk.providers.map((id) => [id, providerName(id)]))
    const others = Object.fromEntries(Object.entries(told).filter(([id, name]) => id !== name))
    assert.deepStrictEqual(others, conventional)
    assert.lengthOf(new Set(Object.values(told)), AiSdk.providers.length)
  })

  it("names for each package the version that the tests run with", () => {
    const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8"))
    assert.deepStrictEqual(manifest.devDependencies, { ...versions })
    assert.deepStrictEqual(
      manifest.peerDependencies,
      Object.fromEntries(Object.entries(versions).map(([name, version]) => [name, `^${version}`]))
    )
    for (const name of Object.keys(versions)) assert.isTrue(manifest.peerDependenciesMeta[name].optional)
  })

  it.live.each(Object.entries(paths))("%s is asked where it listens, with its key, and is understood", ([id, way]) =>
    Effect.gen(function* () {
      const server = yield* anyServer
      const { error, parts } = yield* ask(AiSdk.layerWith({ [nameOf(id)]: settings(server.url) }), asked(id))
      assert.isUndefined(error)
      const [path, header] = way.own ?? [way.plain ?? "", bearer]
      checkCame(server.came[0], path, header)
      assert.strictEqual(isPlain(server.came[0]), way.own === undefined)
      assert.strictEqual(server.came.length, 1)
      assert.strictEqual(textOf(parts, "text-delta"), "hello")
      const end = finishOf(parts)
      assert.deepStrictEqual(callsOf(parts), [["look", { at: "ü.ts" }]])
      assert.deepStrictEqual([end?.reason, end?.usage.input, end?.usage.output], ["tool-calls", 7, 2])
      assert.strictEqual(end?.cost, silent.includes(id) ? undefined : 4_500)
      const seen = yield* Inspect.inspect(asked(id), { [nameOf(id)]: settings(server.url) })
      assert.deepStrictEqual(seen.wire, {
        url: `${server.url}${server.came[0]?.path.split("?")[0]}`,
        body: JSON.parse(server.came[0]?.body ?? "")
      })
      assert.strictEqual(server.came.length, 1)
    })
  )

  it.live("Bedrock is asked with signed requests where there are keys of AWS", () =>
    Effect.gen(function* () {
      const server = yield* anyServer
      const environment = {
        AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
        AWS_SECRET_ACCESS_KEY: key,
        AWS_REGION: "eu-west-1",
        AMAZON_BEDROCK_BASE_URL: server.url
      }
      const layer = AiSdk.layer.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(environment))))
      const { error } = yield* ask(layer, asked("amazon-bedrock"))
      assert.isUndefined(error)
      const signed = /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d+\/eu-west-1\/bedrock\//
      checkCame(server.came[0], "/model/m/converse-stream", ["authorization", signed])
    })
  )

  it.live.each([
    ["azure", { AZURE_API_KEY: key }, "AZURE_RESOURCE_NAME"],
    ["amazon-bedrock", { AWS_BEARER_TOKEN_BEDROCK: key }, "AWS_REGION"],
    ["google-vertex", {}, "GOOGLE_VERTEX_PROJECT"],
    ["mistral", { GROQ_API_KEY: key }, "MISTRAL_API_KEY"],
    ["github-models", {}, "GITHUB_MODELS_TOKEN"]
  ] as const)("%s says what is not set", ([id, environment, variable]) =>
    Effect.gen(function* () {
      const nowhere = { OLLAMA_BASE_URL: "", LMSTUDIO_BASE_URL: "", ...environment }
      const layer = AiSdk.layer.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(nowhere))))
      const { error } = yield* ask(layer, asked(id))
      assert.include(error?.message, `set ${variable}`)
    })
  )

  it.live("an address with a path that is not the usual one is taken as it stands", () =>
    Effect.gen(function* () {
      const server = yield* anyServer
      const google = { google: settings(`${server.url}/proxy/v1beta/openai/`) }
      yield* ask(AiSdk.layerWith(google), asked("google"))
      yield* ask(AiSdk.layerWith({ mistral: settings(`${server.url}/proxy`) }), asked("mistral"))
      yield* ask(AiSdk.layerWith({ azure: settings(`${server.url}/openai`) }), asked("azure"))
      assert.deepStrictEqual(
        server.came.map(({ path }) => path),
        ["/proxy/v1beta/models/m:streamGenerateContent?alt=sse", "/proxy/chat/completions", "/openai/v1/responses"]
      )
    })
  )
})

/** Which field takes reasoning back; others are refused there. Most servers ignore what they do not know. */
const reasoningFields: Readonly<Record<string, ReadonlyArray<string>>> = {
  groq: ["reasoning"],
  cerebras: ["reasoning"],
  mistral: []
}

/** The fields of the assistant's message that hold its reasoning. */
const reasoningIn = (came: Came | undefined): ReadonlyArray<string> => {
  const { messages = [] }: { readonly messages?: ReadonlyArray<object> } = JSON.parse(came?.body ?? "{}")
  return messages.flatMap((message) => Object.keys(message).filter((name) => name.startsWith("reasoning")))
}

/** Asks every provider in a process in which Node finds none of the optional packages. */
const program = (url: string) => `
  import { registerHooks } from "node:module"
  const hidden = new Set(${JSON.stringify(Object.keys(versions))})
  registerHooks({ resolve: (name, context, next) =>
    next(name, hidden.has(name) ? { ...context, parentURL: "file:///nowhere/main.mjs" } : context)
  })
  const { AiSdk } = await import("@rein/providers")
  const { Model } = await import("@rein/core/model/Model")
  const { Effect, ManagedRuntime, Redacted, Stream } = await import("effect")
  const settings = { apiKey: Redacted.make(${JSON.stringify(key)}), baseUrl: ${JSON.stringify(url)}, region: "eu-west-1" }
  const out = {}
  for (const id of AiSdk.providers) {
    const name = id.replace(/-[a-z]/g, (letters) => letters.slice(1).toUpperCase())
    const model = await ManagedRuntime.make(AiSdk.layerWith({ [name]: settings })).runPromise(Effect.gen(function* () { return yield* Model }))
    const exit = await Effect.runPromise(Effect.result(Stream.runCollect(model.stream({ ...${JSON.stringify(asked("x"))}, model: { provider: id, model: "m" } }))))
    out[id] = exit._tag === "Failure" ? { message: exit.failure.message, parts: [] } : { message: "", parts: exit.success }
  }
  console.log(JSON.stringify(out))
`

describe("without any optional package", () => {
  it.live("chat completions are asked, and what has none says what to install", () =>
    Effect.gen(function* () {
      const server = yield* anyServer
      const args = ["--conditions=@rein/source", "--input-type=module", "--eval", program(server.url)]
      const { stdout } = yield* Effect.promise(() =>
        promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname, env: { PATH: process.env["PATH"] } })
      )
      const said: Readonly<Record<string, { readonly message: string; readonly parts: ReadonlyArray<ModelPart> }>> =
        JSON.parse(stdout)
      assert.include(
        said["amazon-bedrock"]?.message,
        `npm install @ai-sdk/amazon-bedrock@${versions["@ai-sdk/amazon-bedrock"]}`
      )
      assert.include(
        said["google-vertex"]?.message,
        `npm install @ai-sdk/google-vertex@${versions["@ai-sdk/google-vertex"]}`
      )
      const answering = AiSdk.providers.filter((id) => id !== "amazon-bedrock" && id !== "google-vertex")
      for (const [index, id] of answering.entries()) {
        const { parts = [] } = said[id] ?? {}
        assert.strictEqual(textOf(parts, "text-delta"), "hello", id)
        assert.deepStrictEqual(callsOf(parts), [["look", { at: "ü.ts" }]], id)
        assert.strictEqual(finishOf(parts)?.reason, "tool-calls", id)
        const { own, plain } = paths[id] ?? {}
        checkCame(server.came[index], plain ?? own?.[0] ?? "", plain === undefined ? (own?.[1] ?? bearer) : bearer)
        assert.strictEqual(isPlain(server.came[index]), plain !== undefined)
        if (plain !== undefined) {
          assert.deepStrictEqual(reasoningIn(server.came[index]), reasoningFields[id] ?? ["reasoning_content"], id)
        }
      }
    })
  )
})
