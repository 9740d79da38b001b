import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Layer, Schema } from "effect"
import * as ModelCatalog from "../../src/model/ModelCatalog.ts"
import type { Usage } from "../../src/schema/Usage.ts"
import { runs } from "../support/arbitrary.ts"

const tokens = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2_000_000 }))

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

  it("is that of the highest step of the price list which the input exceeds", () => {
    const above = [
      { tokens: 200_000, input: 6_000_000, output: 20_000_000, cacheRead: 600_000, cacheWrite: 6_000_000 },
      { tokens: 500_000, input: 9_000_000, output: 30_000_000, cacheRead: 900_000, cacheWrite: 9_000_000 }
    ]
    const cost = (input: number) =>
      ModelCatalog.costOf({ input, cacheRead: 100_000, cacheWrite: 0, output: 10, reasoning: 5 }, { ...prices, above })
    assert.strictEqual(cost(200_000), 100_000 * 3 + 100_000 * 0.3 + 150)
    assert.strictEqual(cost(200_001), 100_001 * 6 + 100_000 * 0.6 + 200)
    assert.strictEqual(cost(600_000), 500_000 * 9 + 100_000 * 0.9 + 300)
  })

  it.prop(
    "is a whole number, and never less for more tokens",
    { input: Arbitrary.schema(tokens), output: Arbitrary.schema(tokens) },
    ({ input, output }) => {
      const cost = (tokens: number) =>
        Number(ModelCatalog.costOf({ input: tokens, cacheRead: 0, cacheWrite: 0, output, reasoning: 0 }, prices))
      assert.isTrue(Number.isSafeInteger(cost(input)))
      assert.isAtLeast(cost(input + 1_000), cost(input))
    },
    { arbitrary: { runs } }
  )

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

  it.effect("takes from an own entry the fields that it has, and the rest from below", () =>
    Effect.gen(function* () {
      const catalog = yield* ModelCatalog.ModelCatalog
      assert.deepStrictEqual(yield* catalog.lookup({ provider: "p", model: "m" }), { ...facts, contextTokens: 5 })
      assert.deepStrictEqual(yield* catalog.lookup({ provider: "p", model: "new/one" }), {
        ...ModelCatalog.unknown,
        outputTokens: 7
      })
      assert.deepStrictEqual(yield* catalog.models("p"), {
        m: { ...facts, contextTokens: 5 },
        other: facts,
        "new/one": { ...ModelCatalog.unknown, outputTokens: 7 }
      })
      assert.deepStrictEqual(yield* catalog.models("q"), {})
    }).pipe(
      Effect.provide(
        Layer.provide(
          ModelCatalog.layerOver({ "p/m": { contextTokens: 5 }, "p/new/one": { outputTokens: 7 } }),
          ModelCatalog.layerValues({ "p/m": facts, "p/other": facts })
        )
      )
    )
  )
})
