// What is not known stays unknown, and is never taken for zero.
import { assert, describe, it } from "@effect/vitest"
import { add, addCost, type Tokens, unknown, type Usage, zero } from "../../src/schema/Usage.ts"

const usage = (input: Tokens, reasoning: Tokens): Usage => ({
  input,
  cacheRead: 1,
  cacheWrite: 2,
  output: 3,
  reasoning
})

describe("Usage", () => {
  it("adds what is known", () => {
    assert.deepStrictEqual(add(usage(10, 1), usage(5, 2)), {
      input: 15,
      cacheRead: 2,
      cacheWrite: 4,
      output: 6,
      reasoning: 3
    })
    assert.deepStrictEqual(add(zero, usage(10, 1)), usage(10, 1))
  })

  it("keeps each unknown part unknown, and only that part", () => {
    assert.deepStrictEqual(add(usage(10, "unknown"), usage(5, 2)), {
      input: 15,
      cacheRead: 2,
      cacheWrite: 4,
      output: 6,
      reasoning: "unknown"
    })
    assert.deepStrictEqual(add(zero, unknown), unknown)
    assert.deepStrictEqual(add(unknown, zero), unknown)
  })

  it("keeps an unknown cost unknown, also beside a free one", () => {
    assert.strictEqual(addCost(7, 5), 12)
    assert.strictEqual(addCost(0, "unknown"), "unknown")
    assert.strictEqual(addCost("unknown", 5), "unknown")
    assert.strictEqual(addCost("unknown", "unknown"), "unknown")
  })
})
