import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Budget from "../../src/loop/Budget.ts"
import * as Ids from "../../src/schema/Ids.ts"
import type { Cost } from "../../src/schema/Usage.ts"

const usage = (input: number | "unknown") => ({ input, cacheRead: 0, cacheWrite: 0, output: 10, reasoning: 0 })

/** The limit that stops the second step, if any. */
const afterOne = (limits: Budget.Limits, input: number | "unknown", cost: Cost) =>
  Effect.gen(function* () {
    const budget = yield* Budget.Budget
    const root = Ids.make.session()
    assert.isUndefined(yield* budget.reserve(root))
    yield* budget.settle(root, usage(input), cost)
    assert.isUndefined(yield* budget.reserve(Ids.make.session()))
    return (yield* budget.reserve(root))?.limit
  }).pipe(Effect.provide(Budget.layerFixed(limits)))

describe("a fixed budget", () => {
  it.effect("counts steps, tokens and money of a tree, and of no other", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* afterOne({ steps: 1 }, 5, 0), "steps")
      assert.isUndefined(yield* afterOne({ steps: 2 }, 5, 0))
      assert.strictEqual(yield* afterOne({ tokens: 15 }, 5, 0), "tokens")
      assert.isUndefined(yield* afterOne({ tokens: 16 }, 5, 0))
      assert.strictEqual(yield* afterOne({ microDollars: 7 }, 5, 7), "money")
      assert.isUndefined(yield* afterOne({ microDollars: 8 }, 5, 7))
    })
  )

  it.effect("does not take what is unknown for nothing", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* afterOne({ microDollars: 1_000_000 }, 5, "unknown"), "money")
      assert.strictEqual(yield* afterOne({ tokens: 1_000_000 }, "unknown", 0), "tokens")
    })
  )
})
