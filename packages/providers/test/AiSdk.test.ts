import { assert, describe, it } from "@effect/vitest"
import { Model } from "@rein/core/model/Model"
import type { ModelMessage, ModelRequest } from "@rein/core/model/ModelRequest"
import type { Answer, Wire } from "@rein/core/testing/WireServer"
import { ConfigProvider, Effect, Layer } from "effect"
import * as AiSdk from "../src/AiSdk.ts"
import { ask, collect, finishOf, key, layer, play, request, serve, textOf, wires } from "./support.ts"

const user = (text: string): ModelMessage => ({ role: "user", content: [{ type: "text", text }] })

const tool = { name: "read", description: "Reads a file", parameters: { type: "object", properties: {} } }

describe("AiSdk reasoning", () => {
  const signed: Answer = [
    { reasoning: ["Let me ", "think."], signature: "c2lnbmF0dXJl" },
    { redacted: "opaque" },
    { text: "ok" }
  ]

  it.live("a signature goes back to Anthropic as it came", () =>
    Effect.gen(function* () {
      const server = yield* serve(signed)
      const model = layer(server.url)
      const { parts } = yield* ask(model, request("anthropic"))
      assert.strictEqual(textOf(parts, "reasoning-delta"), "Let me think.")
      const data = (id: string) =>
        Object.assign({}, ...parts.map((part) => ("id" in part && part.id === id ? (part.provider ?? {}) : {})))
      const messages: ReadonlyArray<ModelMessage> = [
        user("hello"),
        {
          role: "assistant",
          content: [
            { type: "reasoning", text: "Let me think.", provider: data("0") },
            { type: "reasoning", text: "", provider: data("1") },
            { type: "text", text: "ok" }
          ]
        },
        user("again")
      ]
      yield* ask(model, request("anthropic", { messages }))
      const sent = server.requests[1]?.body["messages"]
      assert.deepNestedInclude(
        { sent },
        {
          "sent[1].content": [
            { type: "thinking", thinking: "Let me think.", signature: "c2lnbmF0dXJl" },
            { type: "redacted_thinking", data: "opaque" },
            { type: "text", text: "ok" }
          ]
        }
      )
    })
  )

  it.live("what is encrypted goes back to OpenAI, which stores nothing and is told which session it is", () =>
    Effect.gen(function* () {
      const server = yield* serve(signed)
      const model = layer(server.url)
      const { parts } = yield* ask(model, request("responses"))
      assert.strictEqual(textOf(parts, "reasoning-delta"), "Let me think.")
      const end = parts.find((part) => part.type === "reasoning-end")
      const messages: ReadonlyArray<ModelMessage> = [
        user("hello"),
        {
          role: "assistant",
          content: [
            {
              type: "reasoning",
              text: "Let me think.",
              ...(end?.provider === undefined ? {} : { provider: end.provider })
            },
            { type: "text", text: "ok", provider: { openai: { itemId: "msg_0_1" } } }
          ]
        },
        user("again")
      ]
      const asked = request("responses", { messages })
      yield* ask(model, asked)
      assert.deepNestedInclude(server.requests[1]?.body, {
        store: false,
        include: ["reasoning.encrypted_content"],
        prompt_cache_key: asked.session,
        "input[2]": {
          type: "reasoning",
          id: "rs_0_0",
          encrypted_content: "c2lnbmF0dXJl",
          summary: [{ type: "summary_text", text: "Let me think." }]
        },
        "input[3]": { role: "assistant", content: "ok" }
      })
    })
  )

  it.live("chat completions send it back as text", () =>
    Effect.gen(function* () {
      const server = yield* serve([{ reasoning: "hm" }, { text: "ok" }])
      const model = layer(server.url)
      const { parts } = yield* ask(model, request("chat-completions"))
      assert.strictEqual(textOf(parts, "reasoning-delta"), "hm")
      const assistant: ModelMessage = {
        role: "assistant",
        content: [
          { type: "reasoning", text: "hm", provider: { anthropic: { signature: "foreign" } } },
          { type: "text", text: "ok" }
        ]
      }
      yield* ask(model, request("chat-completions", { messages: [user("hello"), assistant, user("again")] }))
      assert.deepNestedInclude(server.requests[1]?.body, {
        "messages[2]": { role: "assistant", content: "ok", reasoning_content: "hm" }
      })
    })
  )
})

describe("AiSdk requests", () => {
  const asked = (wire: Wire, changes: Partial<ModelRequest>) =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "x" }])
      assert.isUndefined((yield* ask(layer(server.url), request(wire, changes))).error)
      return server.requests[0]?.body ?? {}
    })

  it.live("Anthropic's cache marks stand where the plan says, and nowhere else", () =>
    Effect.gen(function* () {
      const body = yield* asked("anthropic", {
        system: ["one", "two"],
        tools: [{ ...tool, name: "a" }, tool],
        messages: [user("1"), { role: "assistant", content: [{ type: "text", text: "2" }] }, user("3")],
        cache: { tools: true, system: true, messages: [0, 2] }
      })
      const mark = { cache_control: { type: "ephemeral" } }
      assert.deepNestedInclude(body, { "system[1]": { type: "text", text: "two", ...mark } })
      assert.deepNestedInclude(body, { "messages[0].content[0]": { type: "text", text: "1", ...mark } })
      assert.deepNestedInclude(body, { "messages[2].content[0]": { type: "text", text: "3", ...mark } })
      assert.deepNestedInclude(body, { "tools[1].cache_control": mark.cache_control })
      assert.lengthOf(JSON.stringify(body).match(/cache_control/g) ?? [], 4)
    })
  )

  it.live("marks of one request do not stay in the next", () =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "x" }])
      const model = layer(server.url)
      const changes = { tools: [tool], messages: [user("1")] }
      const program = Effect.gen(function* () {
        const { stream } = yield* Model
        yield* collect(
          stream(request("anthropic", { ...changes, cache: { tools: true, system: true, messages: [0] } }))
        )
        yield* collect(stream(request("anthropic", changes)))
      })
      yield* Effect.provide(program, model)
      assert.notInclude(JSON.stringify(server.requests[1]?.body), "cache_control")
    })
  )

  it.live("system texts are blocks for Anthropic and one message for chat completions", () =>
    Effect.gen(function* () {
      const system = ["one", "", "two"]
      assert.deepInclude(yield* asked("anthropic", { system }), {
        system: [
          { type: "text", text: "one" },
          { type: "text", text: "two" }
        ]
      })
      assert.deepNestedInclude(yield* asked("chat-completions", { system }), {
        "messages[0]": { role: "system", content: "one\n\ntwo" }
      })
    })
  )

  it.live("files in results: inside for Anthropic, behind them for chat completions", () =>
    Effect.gen(function* () {
      const attachment = {
        type: "file",
        mediaType: "image/png",
        data: { type: "base64", base64: "iVBORw0KGgo=" }
      } as const
      const messages: ReadonlyArray<ModelMessage> = [
        user("look"),
        { role: "assistant", content: [{ type: "call", id: "a", tool: "read", input: {} }] },
        {
          role: "tool",
          content: [
            { type: "result", id: "a", tool: "read", output: "a picture", failed: false, attachments: [attachment] }
          ]
        }
      ]
      const anthropic = yield* asked("anthropic", { messages })
      assert.deepNestedInclude(anthropic, { "messages[2].content[0].content[1].type": "image" })
      const chat = yield* asked("chat-completions", { messages })
      assert.deepNestedInclude(chat, { "messages[3]": { role: "tool", tool_call_id: "a", content: "a picture" } })
      assert.deepNestedInclude(chat, { "messages[4].role": "user", "messages[4].content[0].type": "image_url" })
    })
  )
})

describe("AiSdk settings", () => {
  const withEnvironment = (values: Record<string, string>, layer = AiSdk.layer) =>
    layer.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(values))))

  it.live.each(["", "/", "/v1", "/v1/"])("an address that ends in %j", (end) =>
    Effect.gen(function* () {
      for (const wire of wires) {
        const server = yield* serve([{ text: "x" }])
        assert.isUndefined((yield* ask(layer(server.url + end), request(wire))).error)
      }
    })
  )

  it.live("keys and addresses come from the environment", () =>
    Effect.gen(function* () {
      const server = yield* serve({ script: () => [{ text: "x" }], key })
      const environments: ReadonlyArray<readonly [Wire, Record<string, string>]> = [
        ["anthropic", { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: server.url }],
        ["responses", { OPENAI_API_KEY: key, OPENAI_BASE_URL: server.url }],
        ["chat-completions", { OPENAI_API_KEY: key, OPENAI_BASE_URL: server.url }],
        [
          "chat-completions",
          { OPENAI_COMPATIBLE_API_KEY: key, OPENAI_COMPATIBLE_BASE_URL: server.url, OPENAI_API_KEY: "other" }
        ]
      ]
      for (const [wire, values] of environments) {
        for (const layer of [AiSdk.layer, AiSdk.layerStreamText])
          assert.isUndefined((yield* ask(withEnvironment(values, layer), request(wire))).error)
      }
      assert.lengthOf(server.requests, 8)
    })
  )

  it.live("OpenAI's key never goes to another server", () =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "x" }])
      const values = { OPENAI_API_KEY: key, OPENAI_COMPATIBLE_BASE_URL: server.url }
      assert.isUndefined((yield* ask(withEnvironment(values), request("chat-completions"))).error)
      assert.notProperty(server.requests[0]?.headers, "authorization")
    })
  )

  it.live("layerWith reads no environment", () =>
    Effect.gen(function* () {
      const saved = process.env["ANTHROPIC_API_KEY"]
      process.env["ANTHROPIC_API_KEY"] = key
      const { error } = yield* ask(AiSdk.layerWith({}), request("anthropic"))
      if (saved === undefined) delete process.env["ANTHROPIC_API_KEY"]
      else process.env["ANTHROPIC_API_KEY"] = saved
      assert.deepStrictEqual(error?.reason, { _tag: "Authentication" })
    })
  )

  it.live("an unknown provider is refused, with the known ones", () =>
    Effect.gen(function* () {
      for (const provider of ["acme", "toString"]) {
        const { error } = yield* ask(AiSdk.layerWith({}), request("anthropic", { model: { provider, model: "x" } }))
        assert.deepStrictEqual(error?.reason, { _tag: "InvalidRequest" })
        assert.include(error?.message, "anthropic, openai, openai-compatible")
      }
    })
  )

  it.live("one model value answers, and an older kind is refused", () =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "x" }])
      const { createAnthropic } = yield* Effect.promise(() => import("@ai-sdk/anthropic"))
      const model = createAnthropic({ apiKey: key, baseURL: `${server.url}/v1` })("claude-sonnet-4-5")
      const { error, parts } = yield* ask(AiSdk.fromLanguageModel(model), request("chat-completions"))
      assert.isUndefined(error)
      assert.strictEqual(textOf(parts, "text-delta"), "x")

      const old = Object.assign(Object.create(model), { specificationVersion: "v2" })
      const refused = yield* ask(AiSdk.fromLanguageModel(old), request("anthropic"))
      assert.deepStrictEqual(refused.error?.reason, { _tag: "InvalidRequest" })
      assert.include(refused.error?.message, "v4")
    })
  )

  it.live("a stream that the provider closes empty ends without parts that were made up", () =>
    Effect.gen(function* () {
      const { error, parts } = yield* play("anthropic", [{ cutAfter: 1_000_000 }, { finish: "none" }])
      assert.isUndefined(finishOf(parts))
      assert.isDefined(error)
      const silent = yield* play("anthropic", [{ finish: "none" }])
      assert.deepStrictEqual(silent.error?.reason, { _tag: "CutOff", phase: "before-output" })
      assert.isUndefined(finishOf(silent.parts))
    })
  )
})
