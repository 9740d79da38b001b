import { assert, it } from "vitest"
import * as PromptCache from "../../src/demo/PromptCache.ts"

const mark = { cache_control: { type: "ephemeral" } }
const long = "x".repeat(8_000)

const request = (...texts: ReadonlyArray<string>) => ({
  system: [{ type: "text", text: long, ...mark }],
  messages: texts.map((text, index) => ({
    role: index % 2 === 0 ? "user" : "assistant",
    content: [{ type: "text", text, ...(index === texts.length - 1 ? mark : {}) }]
  }))
})

it("reads what stood before a mark of an earlier request, and writes what is new before a mark", () => {
  const { use } = PromptCache.make()
  const first = use(request("one"), [])
  assert.strictEqual(first.cacheRead, 0)
  assert.strictEqual(first.cacheWrite, first.input)
  const second = use(request("one", "two", "three"), [])
  assert.strictEqual(second.cacheRead, first.input)
  assert.strictEqual(second.cacheWrite, second.input - first.input)
})

it("reads nothing when the beginning has changed, or is too short to be kept", () => {
  const { use } = PromptCache.make()
  use(request("one"), [])
  assert.strictEqual(use({ ...request("one"), system: [{ type: "text", text: `y${long}`, ...mark }] }, []).cacheRead, 0)
  const short = { messages: [{ role: "user", content: [{ type: "text", text: "short", ...mark }] }] }
  assert.deepInclude(use(short, []), { cacheRead: 0, cacheWrite: 0 })
  assert.deepInclude(use(short, []), { cacheRead: 0, cacheWrite: 0 })
})
