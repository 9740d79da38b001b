/** Models of `effect/ai` behind the runtime's model: what they are asked, and what is made of what they stream. */
import { assert, describe, it } from "@effect/vitest"
import { createAgent } from "@rein/core/promise"
import type { ModelRequest } from "@rein/core/model/ModelRequest"
import { Duration, Effect, Layer, Stream } from "effect"
import { AiError, LanguageModel, type Response } from "effect/ai"
import * as EffectAi from "../src/EffectAi.ts"
import { ask, lookTool, request, textOf } from "./support.ts"

type Encoded = Response.StreamPartEncoded

const usage = {
  inputTokens: { uncached: 3, total: 7, cacheRead: 4, cacheWrite: undefined },
  outputTokens: { total: 5, text: 3, reasoning: 2 }
}

const end = (reason: "stop" | "tool-calls" | "pause" = "stop"): Encoded => ({ type: "finish", reason, usage })

const says = (text: string): ReadonlyArray<Encoded> => [
  { type: "text-start", id: "1" },
  { type: "text-delta", id: "1", delta: text },
  { type: "text-end", id: "1" },
  end()
]

/** A provider that plays one answer after the other and keeps what it was asked. */
const provider = (...answers: ReadonlyArray<ReadonlyArray<Encoded> | AiError.AiError>) => {
  const asked: Array<LanguageModel.ProviderOptions> = []
  const streamText = (options: LanguageModel.ProviderOptions) => {
    const answer = answers[asked.push(options) - 1] ?? []
    return answer instanceof AiError.AiError ? Stream.fail(answer) : Stream.fromIterable(answer)
  }
  const made = LanguageModel.make({ generateText: () => Effect.succeed([]), streamText })
  return { asked, layer: Layer.effect(LanguageModel.LanguageModel, made) }
}

const failure = (reason: AiError.AiErrorReason) => AiError.make({ module: "Test", method: "streamText", reason })

const play = (answer: ReadonlyArray<Encoded> | AiError.AiError, changes?: Partial<ModelRequest>) => {
  const { asked, layer } = provider(answer)
  return Effect.map(ask(Layer.provide(EffectAi.layer, layer), request("chat-completions", changes)), (outcome) => ({
    ...outcome,
    asked
  }))
}

const reasonOf = (reason: AiError.AiErrorReason) => Effect.map(play(failure(reason)), ({ error }) => error?.reason)

describe("effect/ai", () => {
  it.effect("text, reasoning, calls and usage come through", () =>
    Effect.gen(function* () {
      const { error, parts } = yield* play([
        { type: "response-metadata", id: "r1", modelId: "m" },
        { type: "reasoning-start", id: "r" },
        { type: "reasoning-delta", id: "r", delta: "hm" },
        { type: "reasoning-end", id: "r", metadata: { acme: { signature: "s" } } },
        { type: "tool-params-start", id: "c", name: "look" },
        { type: "tool-params-delta", id: "c", delta: "{}" },
        { type: "tool-params-end", id: "c" },
        { type: "tool-call", id: "c", name: "look", params: { at: 1 } },
        end("tool-calls")
      ])
      assert.isUndefined(error)
      assert.deepStrictEqual(parts, [
        { type: "response", responseId: "r1", model: "m" },
        { type: "reasoning-start", id: "r" },
        { type: "reasoning-delta", id: "r", text: "hm" },
        { type: "reasoning-end", id: "r", provider: { acme: { signature: "s" } } },
        { type: "call-start", id: "c", tool: "look" },
        { type: "call-delta", id: "c", text: "{}" },
        { type: "call-end", id: "c" },
        { type: "call", id: "c", tool: "look", input: '{"at":1}' },
        {
          type: "finish",
          reason: "tool-calls",
          raw: "tool-calls",
          usage: { input: 7, cacheRead: 4, cacheWrite: "unknown", output: 5, reasoning: 2 }
        }
      ])
    })
  )

  it.effect("the whole history and the tools are asked, with what the provider wants back", () =>
    Effect.gen(function* () {
      const { asked } = yield* play(says("x"), {
        system: ["one", " ", "two"],
        tools: [{ name: "look", description: "Looks.", parameters: { type: "object", properties: {} } }],
        messages: [
          { role: "user", content: [{ type: "text", text: "hello" }] },
          {
            role: "assistant",
            content: [
              { type: "reasoning", text: "hm", provider: { acme: { signature: "s" } } },
              { type: "text", text: " " },
              { type: "call", id: "c", tool: "look", input: { at: 1 } }
            ]
          },
          { role: "tool", content: [{ type: "result", id: "c", tool: "look", output: "bad", failed: true }] }
        ]
      })
      const [system, user, assistant, results] = asked[0]?.prompt.content ?? []
      assert.strictEqual(system?.role === "system" && system.content, "one\n\ntwo")
      assert.strictEqual(user?.role, "user")
      if (assistant?.role !== "assistant" || results?.role !== "tool") return assert.fail("the history is not whole")
      assert.deepStrictEqual(
        assistant.content.map((part) => part.type),
        ["reasoning", "tool-call"]
      )
      assert.deepStrictEqual(assistant.content[0]?.options, { acme: { signature: "s" } })
      const [result] = results.content
      assert.deepStrictEqual(result?.type === "tool-result" && [result.id, result.isFailure, result.result], [
        "c",
        true,
        "bad"
      ])
      assert.deepStrictEqual(
        asked[0]?.tools.map((tool) => [tool.name, tool.description]),
        [["look", "Looks."]]
      )
    })
  )

  it.effect("a pause is no end, and an error in the stream comes behind what came before it", () =>
    Effect.gen(function* () {
      const paused = yield* play([...says("x").slice(0, 3), end("pause")])
      assert.deepInclude(paused.parts.at(-1), { type: "finish", reason: "unknown" })
      const broken = yield* play([...says("half").slice(0, 2), { type: "error", error: new Error("terminated") }])
      assert.strictEqual(textOf(broken.parts, "text-delta"), "half")
      assert.deepStrictEqual(broken.error?.reason, { _tag: "Transport", phase: "after-output" })
    })
  )

  it.effect("errors keep their reason, and an overflow is known by what it says", () =>
    Effect.gen(function* () {
      const http = (status: number, body: string) => ({ response: { status, headers: {} }, body })
      assert.deepStrictEqual(yield* reasonOf(new AiError.RateLimitError({ retryAfter: Duration.seconds(3) })), {
        _tag: "RateLimited",
        retryAfterMillis: 3_000
      })
      assert.deepStrictEqual(yield* reasonOf(new AiError.QuotaExhaustedError({})), { _tag: "Quota" })
      assert.deepStrictEqual(yield* reasonOf(new AiError.AuthenticationError({ kind: "InvalidKey" })), {
        _tag: "Authentication"
      })
      assert.deepStrictEqual(yield* reasonOf(new AiError.InvalidRequestError({ http: http(400, "no") })), {
        _tag: "InvalidRequest"
      })
      const tooLong = '{"error":{"message":"prompt is too long: 210000 tokens > 200000 maximum"}}'
      const overflow = yield* reasonOf(new AiError.InvalidRequestError({ http: http(400, tooLong) }))
      assert.strictEqual(overflow?._tag, "ContextOverflow")
    })
  )

  it.live("an agent works with one: its tools are run by Rein", () =>
    Effect.promise(async () => {
      const { asked, layer } = provider(
        [{ type: "tool-call", id: "c", name: "look", params: { at: "here" } }, end("tool-calls")],
        says("done")
      )
      await using agent = createAgent({
        model: EffectAi.effectModel("acme/m", layer),
        tools: [lookTool],
        permission: "allow"
      })
      const { outcome, text, usage } = await agent.run("look")
      assert.deepStrictEqual([outcome._tag, text, usage.input], ["completed", "done", 14])
      const last = asked[1]?.prompt.content.at(-1)
      assert.include(JSON.stringify(last), "here")
    })
  )

  it("an id that is none is refused", () => {
    assert.throws(() => EffectAi.effectModel("acme", provider().layer), /provider\/model/)
  })
})
