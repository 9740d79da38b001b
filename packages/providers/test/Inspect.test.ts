// What is looked at is what would be sent.
import { assert, describe, it } from "@effect/vitest"
import type { ModelMessage } from "@rein/core/model/ModelRequest"
import { Effect, Redacted } from "effect"
import * as Inspect from "../src/Inspect.ts"
import { ask, key, layer, options, request, serve, wires } from "./support.ts"

const messages: ReadonlyArray<ModelMessage> = [
  { role: "user", content: [{ type: "text", text: "look" }] },
  {
    role: "assistant",
    content: [
      { type: "reasoning", text: "hm" },
      { type: "call", id: "a:1", tool: "look", input: {} }
    ],
    from: { provider: "other", model: "other" }
  },
  { role: "tool", content: [{ type: "result", id: "a:1", tool: "look", output: "seen", failed: false }] }
]

const tools = [{ name: "look", description: "Looks.", parameters: { type: "object", properties: {} } }]

describe("an inspected request", () => {
  it.live.each(wires)("over %s is what is sent, and is not sent", (wire) =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "x" }])
      const asked = request(wire, { messages, tools, system: ["one", "two"] })
      yield* ask(layer(server.url), asked)
      const seen = yield* Inspect.inspect(asked, options(server.url))
      assert.lengthOf(server.requests, 1)
      const [sent] = server.requests
      assert.deepStrictEqual(seen.wire, { url: `${server.url}${sent?.path}`, body: sent?.body })
      const changedBy = seen.changes.map(({ name }) => name)
      assert.include(changedBy, "foreign-reasoning")
      assert.strictEqual(changedBy.includes("claude-call-ids"), wire === "anthropic")
      assert.strictEqual(changedBy.includes("one-system-text"), wire !== "anthropic")
      assert.notInclude(JSON.stringify(seen), key)
    })
  )

  it.live("tells what no rule has made fit, and which providers there are", () =>
    Effect.gen(function* () {
      const nobody = yield* Effect.flip(
        Inspect.inspect({ ...request("anthropic"), model: { provider: "x", model: "y" } })
      )
      assert.include(nobody.message, 'There is no provider "x"')
      const nowhere = yield* Inspect.inspect(request("chat-completions"))
      assert.match(nowhere.refusal ?? "", /set OPENAI_COMPATIBLE_BASE_URL/)
      const url = "http://name:word@127.0.0.1:9/v1"
      const settings = { apiKey: Redacted.make(key), baseUrl: url }
      const seen = yield* Inspect.inspect(request("anthropic"), { anthropic: settings })
      assert.notInclude(JSON.stringify(seen), "word@")
    })
  )
})
