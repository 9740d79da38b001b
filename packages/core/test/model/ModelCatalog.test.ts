import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as ModelCatalog from "../../src/model/ModelCatalog.ts"
import type { Usage } from "../../src/schema/Usage.ts"

const prices = { input: 3_000_000, output: 15_000_000, cacheRead: 300_000, cacheWrite: 3_750_000 }
const usage: Usage = { input: 1_000, cacheRead: 400, cacheWrite: 100, output: 200, reasoning: 50 }

describe("the price of a step", () => {
  it("counts cached input at its own prices, and reasoning as output", () => {
    assert.strictEqual(ModelCatalog.costOf(usage, prices), 500 * 3 + 400 * 0.3 + 100 * 3.75 + 200 * 15)
  })

  it("is unknown as soon as a price or a needed count is", () => {
    assert.strictEqual(ModelCatalog.costOf(usage, "unknown"), "unknown")
    assert.strictEqual(ModelCatalog.costOf({ ...usage, input: "unknown" }, prices), "unknown")
    assert.strictEqual(ModelCatalog.costOf({ ...usage, output: "unknown" }, prices), "unknown")
    assert.strictEqual(ModelCatalog.costOf({ ...usage, cacheRead: "unknown" }, prices), "unknown")
    assert.strictEqual(ModelCatalog.costOf({ ...usage, cacheWrite: "unknown" }, prices), "unknown")
    const sameWrite = { ...prices, cacheWrite: prices.input }
    assert.strictEqual(
      ModelCatalog.costOf({ ...usage, cacheWrite: "unknown" }, sameWrite),
      ModelCatalog.costOf({ ...usage, cacheWrite: 0 }, sameWrite)
    )
    assert.strictEqual(ModelCatalog.costOf({ ...usage, reasoning: "unknown" }, prices), 4_995)
  })

  it("is never negative", () => {
    assert.strictEqual(ModelCatalog.costOf({ ...usage, input: 0, cacheRead: 0, cacheWrite: 0, output: 0 }, prices), 0)
    assert.isAtLeast(Number(ModelCatalog.costOf({ ...usage, input: 10 }, prices)), 0)
  })
})

describe("the catalogue", () => {
  const facts = { contextTokens: 200_000, outputTokens: 8_000, prices }

  it.effect("knows own entries and nothing else", () =>
    Effect.gen(function* () {
      const catalog = yield* ModelCatalog.ModelCatalog
      assert.deepStrictEqual(yield* catalog.lookup({ provider: "p", model: "m" }), facts)
      assert.deepStrictEqual(yield* catalog.lookup({ provider: "p", model: "m", options: { effort: "high" } }), facts)
      assert.deepStrictEqual(yield* catalog.lookup({ provider: "p", model: "m2" }), ModelCatalog.unknown)
      assert.deepStrictEqual(ModelCatalog.unknown, {
        contextTokens: "unknown",
        outputTokens: "unknown",
        prices: "unknown"
      })
    }).pipe(Effect.provide(ModelCatalog.layerValues({ "p/m": facts })))
  )
})
