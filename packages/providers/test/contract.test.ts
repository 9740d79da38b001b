/** What both layers promise, over each wire: the same events for the same answer. */
import { assert, describe, it } from "@effect/vitest"
import { Model } from "@rein/core/model/Model"
import type { ModelMessage } from "@rein/core/model/ModelRequest"
import { isPrefix, render } from "@rein/core/testing/rendering"
import type { Answer } from "@rein/core/testing/WireServer"
import { Effect, Fiber, Option, Stream } from "effect"
import { ask, cases, collect, finishOf, joined, key, layer, play, request, serve, textOf, wires } from "./support.ts"

const usage = { input: 1_000, cacheRead: 600, cacheWrite: 100, output: 50, reasoning: 20 }

const user = (text: string): ModelMessage => ({ role: "user", content: [{ type: "text", text }] })

const tool = { name: "read", description: "Reads a file", parameters: { type: "object", properties: {} } }

/** Options in each provider's own words, and what they are on the wire. */
const own = {
  anthropic: [
    { thinking: { type: "enabled", budgetTokens: 2_000 } },
    { thinking: { type: "enabled", budget_tokens: 2_000 }, max_tokens: 2_100 }
  ],
  responses: [{ textVerbosity: "low" }, { text: { verbosity: "low" }, max_output_tokens: 100 }],
  "chat-completions": [{ top_k: 7 }, { top_k: 7, max_tokens: 100 }]
} as const

const ids = { anthropic: "msg_0", responses: "resp_0", "chat-completions": "chatcmpl-0" }

describe.each(cases)("AiSdk over %s by %s", (wire, way) => {
  it.live("text, in deltas, with the answer's id and model", () =>
    Effect.gen(function* () {
      const { error, parts } = yield* play(wire, [{ text: ["Hel", "lo ", "wörld 🌍"] }], way)
      assert.isUndefined(error)
      assert.strictEqual(textOf(parts, "text-delta"), "Hello wörld 🌍")
      assert.deepInclude(parts, {
        type: "response",
        responseId: ids[wire],
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
      const { parts } = yield* play(
        wire,
        [
          { text: "two at once" },
          { call: { id: "a", tool: "read", input: { path: "x.ts" } } },
          { call: { id: "b", tool: "read", input: { path: "y.ts" } } },
          { call: { id: "c", tool: "list", inputText: "" } }
        ],
        way
      )
      const calls = parts.flatMap((part) => {
        if (part.type !== "call") return []
        const { provider: _, ...call } = part
        return [call]
      })
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
      const { parts } = yield* play(wire, [{ text: "x" }, { usage }], way)
      const cacheWrite = wire === "anthropic" ? 100 : ("unknown" as const)
      assert.deepStrictEqual(finishOf(parts)?.usage, {
        input: 1_000,
        cacheRead: 600,
        cacheWrite,
        output: 50,
        reasoning: 20
      })

      const silent = yield* play(wire, [{ text: "x" }, { usage: { input: 10, output: 5 } }], way)
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
      const called: Answer = finish === "tool-calls" ? [{ call: { tool: "read" } }] : []
      const { parts } = yield* play(wire, [{ text: "x" }, ...called, { finish }], way)
      assert.include(finishOf(parts), { reason })
    })
  )

  it.live("an answer without a finish is cut, never a stop", () =>
    Effect.gen(function* () {
      const { error, parts } = yield* play(wire, [{ text: "half" }, { finish: "none" }, { usage }], way)
      assert.strictEqual(textOf(parts, "text-delta"), "half")
      if (wire === "anthropic") {
        assert.include(finishOf(parts), { reason: "cut" })
        assert.deepInclude(finishOf(parts)?.usage, { input: 1_000, cacheRead: 600, cacheWrite: 100, output: "unknown" })
      } else if (wire === "responses") {
        assert.include(finishOf(parts), { reason: "cut" })
        assert.deepInclude(finishOf(parts)?.usage, { input: "unknown", output: "unknown" })
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
      const model = layer(server.url, key, way)
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
      const fiber = yield* Effect.forkChild(ask(layer(server.url, key, way), request(wire)))
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
      const { parts } = yield* Effect.provide(program, layer(server.url, key, way))
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
      assert.deepInclude(Option.getOrUndefined(yield* Effect.provide(program, layer(server.url, key, way))), {
        text: "early"
      })
    })
  )

  it.live("options go out in the provider's own words", () =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "x" }])
      const [options, sent] = own[wire]
      const asked = request(wire)
      yield* ask(layer(server.url, key, way), { ...asked, model: { ...asked.model, options }, maxOutputTokens: 100 })
      assert.deepInclude(server.requests[0]?.body, sent)
    })
  )
})

const rich: Answer = [
  { reasoning: ["Let me ", "think."], signature: "c2lnbmF0dXJl" },
  { ping: true },
  { text: ["Two ", "at once."] },
  { call: { id: "a", tool: "read", inputText: ['{ "path": ', '"x.ts" }'] } },
  { call: { id: "b", tool: "read", inputText: "{not json" } },
  { call: { id: "c", tool: "unknown", input: {} } },
  { usage }
]

const history: ReadonlyArray<ModelMessage> = [
  user("read"),
  {
    role: "assistant",
    content: [
      { type: "text", text: "I read." },
      { type: "call", id: "a", tool: "read", input: { path: "x" } },
      { type: "call", id: "b", tool: "read", input: { path: "y" } }
    ]
  },
  {
    role: "tool",
    content: [
      { type: "result", id: "a", tool: "read", output: "contents", failed: false },
      { type: "result", id: "b", tool: "read", output: "no such file", failed: true }
    ]
  },
  user("go on")
]

const same: ReadonlyArray<readonly [string, Answer]> = [
  ["text, reasoning, parallel calls with broken and unknown ones, cached usage", rich],
  ["an empty answer", [{ text: "" }]],
  ["nothing at all", [{ error: { status: 200, headers: { "content-type": "text/event-stream" }, body: "" } }]],
  ["an answer without its end", [{ text: "half" }, { finish: "none" }]],
  ["an end for another reason", [{ text: "x" }, { finish: { raw: "something_new" } }]],
  ["a connection that breaks", [{ text: "half" }, { finish: "none" }, { cutAfter: 1_000_000 }]],
  ["an error in the middle", [{ text: "half" }, { streamError: { type: "overloaded_error", message: "busy" } }]],
  ["an error at once", [{ streamError: { type: "overloaded_error", message: "busy" } }]],
  ["a refused key", [{ error: { status: 401 } }]],
  ["a limit with a delay", [{ error: { status: 429, headers: { "retry-after-ms": "1500" } } }]]
]

describe.each(wires)("both layers over %s", (wire) => {
  it.live.each(same)("give equal events for %s", ([, answer]) =>
    Effect.gen(function* () {
      const server = yield* serve(answer)
      const tools = [{ ...tool, name: "write" }, { ...tool, name: "10" }, tool]
      const cache = { tools: true, system: true, messages: [2, 3] }
      const asked = request(wire, { messages: history, system: ["one", "two"], tools, cache })
      const direct = yield* ask(layer(server.url, key, "doStream"), asked)
      const throughSdk = yield* ask(layer(server.url, key, "streamText"), asked)
      const plain = (parts: typeof direct.parts) =>
        // The fake numbers its answers; the second one is another.
        JSON.parse(JSON.stringify(joined(parts)).replaceAll(/_1(?=[_":])|-1"/g, (id) => id.replace("1", "0")))
      assert.deepStrictEqual(plain(throughSdk.parts), plain(direct.parts))
      assert.deepStrictEqual(throughSdk.error, direct.error)
      const [one, other] = server.requests
      assert.deepStrictEqual(other?.body, one?.body)
      assert.isDefined(one)
    })
  )
})
