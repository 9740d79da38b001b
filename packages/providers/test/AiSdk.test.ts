import { assert, describe, it } from "@effect/vitest"
import { Model } from "@rein/core/model/Model"
import type { ModelMessage, ModelRequest } from "@rein/core/model/ModelRequest"
import { isPrefix, render } from "@rein/core/testing/rendering"
import type { Answer, Wire } from "@rein/core/testing/WireServer"
import { ConfigProvider, Effect, Exit, Fiber, Layer, Option, Stream } from "effect"
import * as AiSdk from "../src/AiSdk.ts"
import { ask, collect, finishOf, joined, key, layer, play, request, serve, textOf, wires } from "./support.ts"

const usage = { input: 1_000, cacheRead: 600, cacheWrite: 100, output: 50, reasoning: 20 }

const user = (text: string): ModelMessage => ({ role: "user", content: [{ type: "text", text }] })

const tool = { name: "read", description: "Reads a file", parameters: { type: "object", properties: {} } }

describe.each(wires)("AiSdk over %s", (wire) => {
  it.live("text, in deltas, with the answer's id and model", () =>
    Effect.gen(function* () {
      const { error, parts } = yield* play(wire, [{ text: ["Hel", "lo ", "wörld 🌍"] }])
      assert.isUndefined(error)
      assert.strictEqual(textOf(parts, "text-delta"), "Hello wörld 🌍")
      assert.deepInclude(parts, {
        type: "response",
        responseId: wire === "anthropic" ? "msg_0" : "chatcmpl-0",
        model: request(wire).model.model
      })
      assert.deepStrictEqual(
        joined(parts).map((part) => part.type),
        ["response", "text-start", "text-delta", "text-end", "finish"]
      )
    })
  )

  it.live("calls, parallel ones too, and one without arguments", () =>
    Effect.gen(function* () {
      const { parts } = yield* play(wire, [
        { text: "two at once" },
        { call: { id: "a", tool: "read", input: { path: "x.ts" } } },
        { call: { id: "b", tool: "read", input: { path: "y.ts" } } },
        { call: { id: "c", tool: "list", inputText: "" } }
      ])
      const calls = parts.filter((part) => part.type === "call")
      assert.deepStrictEqual(calls, [
        { type: "call", id: "a", tool: "read", input: `{"path":"x.ts"}` },
        { type: "call", id: "b", tool: "read", input: `{"path":"y.ts"}` },
        { type: "call", id: "c", tool: "list", input: "{}" }
      ])
      const streamed = parts.flatMap((part) => (part.type === "call-delta" && part.id === "b" ? [part.text] : []))
      assert.strictEqual(streamed.join(""), `{"path":"y.ts"}`)
      assert.include(finishOf(parts), { reason: "tool-calls" })
    })
  )

  it.live("usage with cache tokens; what is not reported is unknown", () =>
    Effect.gen(function* () {
      const { parts } = yield* play(wire, [{ text: "x" }, { usage }])
      const cacheWrite = wire === "anthropic" ? 100 : ("unknown" as const)
      assert.deepStrictEqual(finishOf(parts)?.usage, {
        input: 1_000,
        cacheRead: 600,
        cacheWrite,
        output: 50,
        reasoning: 20
      })

      const silent = yield* play(wire, [{ text: "x" }, { usage: { input: 10, output: 5 } }])
      const cached = wire === "anthropic" ? 0 : ("unknown" as const)
      assert.deepStrictEqual(finishOf(silent.parts)?.usage, {
        input: 10,
        cacheRead: cached,
        cacheWrite: cached,
        output: 5,
        reasoning: "unknown"
      })
    })
  )

  it.live.each([
    ["stop", "stop"],
    ["length", "length"],
    ["content-filter", "content-filter"],
    ["tool-calls", "tool-calls"],
    [{ raw: "something_new" }, "unknown"],
    [{ raw: "pause_turn" }, "unknown"]
  ] as const)("finish %j is %s", ([finish, reason]) =>
    Effect.gen(function* () {
      const { parts } = yield* play(wire, [{ text: "x" }, { finish }])
      assert.include(finishOf(parts), { reason })
    })
  )

  it.live("an answer without a finish is cut, never a stop", () =>
    Effect.gen(function* () {
      const { error, parts } = yield* play(wire, [{ text: "half" }, { finish: "none" }, { usage }])
      assert.strictEqual(textOf(parts, "text-delta"), "half")
      if (wire === "anthropic") {
        assert.include(finishOf(parts), { reason: "cut" })
        assert.deepInclude(finishOf(parts)?.usage, { input: 1_000, cacheRead: 600, cacheWrite: 100, output: "unknown" })
      } else {
        assert.deepStrictEqual(error?.reason, { _tag: "CutOff", phase: "after-output" })
        assert.isUndefined(finishOf(parts))
      }
    })
  )

  it.live("a history goes out whole, in order, and a longer one begins with it", () =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "ok" }])
      const first: ReadonlyArray<ModelMessage> = [
        {
          role: "user",
          content: [
            { type: "text", text: "" },
            { type: "text", text: "read both" }
          ]
        },
        {
          role: "assistant",
          content: [
            { type: "text", text: " \n" },
            { type: "call", id: "a", tool: "read", input: { path: "x" } },
            { type: "call", id: "b:1", tool: "read", input: { path: "y" } }
          ]
        },
        {
          role: "tool",
          content: [
            { type: "result", id: "a", tool: "read", output: "contents", failed: false },
            { type: "result", id: "b:1", tool: "read", output: "", failed: true }
          ]
        }
      ]
      const second: ReadonlyArray<ModelMessage> = [
        ...first,
        user("a note"),
        { role: "assistant", content: [{ type: "text", text: "done" }] },
        { role: "user", content: [] },
        user("thanks")
      ]
      const model = layer(server.url)
      const marked = { tools: true, system: true, messages: [2] }
      for (const messages of [first, second]) {
        const { error } = yield* ask(model, request(wire, { messages, tools: [tool], cache: marked }))
        assert.isUndefined(error)
      }
      const [before, after] = server.requests.map(({ body }) => render(wire, body))
      assert.isTrue(isPrefix(before ?? [], after ?? []))
      assert.isAbove(after?.length ?? 0, before?.length ?? 0)
      assert.notInclude(JSON.stringify(server.requests[0]?.body), `"text":""`)
    })
  )

  it.live("an interruption ends the HTTP request", () =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "a" }, { finish: "none" }, { neverClose: true }])
      const fiber = yield* Effect.forkChild(ask(layer(server.url), request(wire)))
      const seen = yield* Effect.promise(() => server.request(0))
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* Effect.promise(() => seen.ended), "client-closed")
    })
  )

  it.live("so does a consumer that has enough", () =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "a" }, { finish: "none" }, { neverClose: true }])
      const program = Effect.gen(function* () {
        const model = yield* Model
        return yield* collect(Stream.takeUntil(model.stream(request(wire)), (part) => part.type === "text-delta"))
      })
      const { parts } = yield* Effect.provide(program, layer(server.url))
      assert.strictEqual(parts.at(-1)?.type, "text-delta")
      assert.strictEqual(yield* Effect.promise(async () => (await server.request(0)).ended), "client-closed")
    })
  )

  it.live("parts that come while the answer is open are not held back", () =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "early" }, { finish: "none" }, { neverClose: true }])
      const program = Effect.gen(function* () {
        const model = yield* Model
        return yield* Stream.runHead(Stream.filter(model.stream(request(wire)), (part) => part.type === "text-delta"))
      })
      assert.deepInclude(Option.getOrUndefined(yield* Effect.provide(program, layer(server.url))), { text: "early" })
    })
  )

  it.live("options go out in the provider's own words", () =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "x" }])
      const options = wire === "anthropic" ? { thinking: { type: "enabled", budgetTokens: 2_000 } } : { top_k: 7 }
      const asked = request(wire)
      yield* ask(layer(server.url), { ...asked, model: { ...asked.model, options }, maxOutputTokens: 100 })
      const body = server.requests[0]?.body ?? {}
      if (wire === "anthropic")
        assert.deepInclude(body, { thinking: { type: "enabled", budget_tokens: 2_000 }, max_tokens: 2_100 })
      else assert.deepInclude(body, { top_k: 7, max_tokens: 100 })
    })
  )
})

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
  const withEnvironment = (values: Record<string, string>) =>
    AiSdk.layer.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(values))))

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
        ["chat-completions", { OPENAI_API_KEY: key, OPENAI_BASE_URL: server.url }],
        [
          "chat-completions",
          { OPENAI_COMPATIBLE_API_KEY: key, OPENAI_COMPATIBLE_BASE_URL: server.url, OPENAI_API_KEY: "other" }
        ]
      ]
      for (const [wire, values] of environments) {
        assert.isUndefined((yield* ask(withEnvironment(values), request(wire))).error)
      }
      assert.lengthOf(server.requests, 3)
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

  it.live("without a key the request fails and names the variable", () =>
    Effect.gen(function* () {
      const anthropic = yield* ask(withEnvironment({ ANTHROPIC_API_KEY: "" }), request("anthropic"))
      assert.deepStrictEqual(anthropic.error?.reason, { _tag: "Authentication" })
      assert.include(anthropic.error?.message, "ANTHROPIC_API_KEY")
      const openai = yield* ask(withEnvironment({}), request("chat-completions"))
      assert.deepStrictEqual(openai.error?.reason, { _tag: "Authentication" })
      assert.include(openai.error?.message, "OPENAI_API_KEY")
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
        assert.include(error?.message, "anthropic, openai-compatible")
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
      assert.isTrue(Exit.isSuccess(yield* Effect.exit(play("anthropic", [{ finish: "none" }]))))
    })
  )
})
