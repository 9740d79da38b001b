// What a message becomes follows from it and from what stands before it, for ever.
import { assert, describe, it } from "@effect/vitest"
import type { ModelMessage, ModelRequest } from "@rein/core/model/ModelRequest"
import { Arbitrary, Effect, Schema } from "effect"
import * as Dialect from "../../src/aisdk/Dialect.ts"
import * as CallIds from "../../src/transform/CallIds.ts"
import type { Rule, Target } from "../../src/transform/Rule.ts"
import * as Transform from "../../src/transform/Transform.ts"
import { request } from "../support.ts"
import { asked, histories, other } from "./histories.ts"

/** How often a property is tried, over all targets. */
const runs = process.env["REIN_TEST_FULL"] === undefined ? 40 : 1_000

const targetOf = (provider: string, model: string): Target => ({
  provider: provider.split(".")[0] ?? provider,
  model,
  dialect: Dialect.ofProvider(provider)
})

const targets: ReadonlyArray<Target> = [
  targetOf("anthropic.messages", "claude-sonnet-4-5"),
  targetOf("openai.responses", "gpt-5"),
  targetOf("google.generative-ai", "gemini-3-pro"),
  targetOf("mistral.chat", "mistral-large"),
  targetOf("amazon-bedrock", "us.anthropic.claude-opus-4-1"),
  targetOf("openai-compatible.chat", "kimi-k2-thinking")
]

const requestOf = (messages: ReadonlyArray<ModelMessage>): ModelRequest =>
  request("anthropic", { model: asked, messages })

const flat = (transform: ReturnType<typeof Transform.make>, messages: ReadonlyArray<ModelMessage>) =>
  transform(requestOf(messages)).messages.flat()

describe("a transformed history", () => {
  it.effect.prop(
    "begins with that of the shorter one, whatever was made before it",
    [histories],
    ([messages]) =>
      Effect.sync(() => {
        for (const target of targets) {
          const transform = Transform.make(target, asked)
          const whole = flat(Transform.make(target, asked), messages)
          for (let length = 0; length <= messages.length; length++) {
            const made = flat(transform, messages.slice(0, length))
            assert.deepStrictEqual(made, whole.slice(0, made.length))
          }
          // The same objects, so that what was made of them below is not made again.
          const again = flat(transform, messages)
          assert.isTrue(flat(transform, messages).every((message, index) => message === again[index]))
        }
      }),
    { arbitrary: { runs } }
  )

  it.effect.prop(
    "holds nothing empty, and no reasoning of others but as plain text",
    [histories],
    ([messages]) =>
      Effect.sync(() => {
        for (const target of targets) {
          for (const { content, ...message } of flat(Transform.make(target, asked), messages)) {
            assert.isAbove(content.length, 0)
            for (const part of content) {
              if (part.type === "text") assert.notStrictEqual(part.text.trim(), "")
              if (part.type === "result") assert.notStrictEqual(part.output.trim(), "")
              const isForeign = "from" in message && message.from === other
              if (part.type === "reasoning" && isForeign) assert.notProperty(part, "provider")
              if (part.type === "call") assert.isFalse(part.hosted === true && isForeign)
            }
          }
        }
      }),
    { arbitrary: { runs } }
  )

  it("counts again only behind the same messages", () => {
    const transform = Transform.make(targetOf("mistral.chat", "mistral-large"), asked)
    const user: ModelMessage = { role: "user", content: [{ type: "text", text: "b" }] }
    const result = { type: "result", id: "abcdefghi", tool: "t", output: "x", failed: false } as const
    const first: ModelMessage = { role: "user", content: [{ type: "text", text: "a" }] }
    assert.lengthOf(flat(transform, [first, user]), 2)
    assert.lengthOf(flat(transform, [{ role: "tool", content: [result] }, user]), 3)
    assert.lengthOf(flat(transform, [first, user]), 2)
  })
})

const names = (messages: ReadonlyArray<ModelMessage>): ReadonlyArray<string> =>
  messages.flatMap(({ content }) => content.flatMap((part) => (part.type === "call" ? [part.id] : [])))

const callsOf = (given: ReadonlyArray<string>): ReadonlyArray<ModelMessage> =>
  given.map((id) => ({ role: "assistant", content: [{ type: "call", id, tool: "t", input: {} }] }))

describe("ids of calls", () => {
  it.effect.prop(
    "stay apart, and fit",
    [Arbitrary.array(Arbitrary.schema(Schema.String), { maxLength: 20 })],
    ([given]) =>
      Effect.sync(() => {
        for (const [target, fits] of [
          [targetOf("mistral.chat", "x"), /^[a-zA-Z0-9]{9}$/],
          [targetOf("anthropic.messages", "x"), /^[a-zA-Z0-9_-]{1,64}$/]
        ] as const) {
          const made = names(flat(Transform.make(target, asked), callsOf(given)))
          assert.strictEqual(new Set(made).size, new Set(given).size)
          for (const id of made) assert.match(id, fits)
        }
      }),
    { arbitrary: { runs } }
  )

  it("that collide are told apart, in the order in which they came, for results as for calls", () => {
    const rule: Rule = {
      name: "narrow",
      what: "",
      why: "",
      source: "",
      applies: () => true,
      callId: (_id, attempt) => `n${attempt}`
    }
    const transform = Transform.make(targetOf("x", "x"), asked, [rule])
    const result = { type: "result", id: "b", tool: "t", output: "x", failed: false } as const
    const made = flat(transform, [...callsOf(["a", "b", "a"]), { role: "tool", content: [result] }])
    assert.deepStrictEqual(names(made), ["n0", "n1", "n0"])
    assert.deepInclude(made.at(-1)?.content[0], { id: "n1" })
  })

  it("of nine characters follow from the id alone", () => {
    assert.strictEqual(
      CallIds.nine("call_0190f3a1-0000-7000-8000-000000000001"),
      CallIds.nine("call_0190f3a1-0000-7000-8000-000000000001")
    )
    assert.strictEqual(CallIds.nine("a"), "COUtnvw1b")
  })
})
