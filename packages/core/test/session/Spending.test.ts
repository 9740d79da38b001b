import { assert, describe, it } from "@effect/vitest"
import { addAmounts, of, totalOf, zero } from "../../src/session/Spending.ts"
import { log, runs } from "../support/arbitrary.ts"

describe("the money of several sessions", () => {
  const known = { ...zero.money, sum: 7, largest: 7 }

  it("is a sum, unknown as soon as a part of it is, and keeps the known part", () => {
    assert.strictEqual(totalOf(addAmounts(known, known)), 14)
    for (const part of [
      { ...zero.money, untold: 1 },
      { ...zero.money, cut: 1 }
    ]) {
      const all = addAmounts(known, part)
      assert.strictEqual(totalOf(all), "unknown")
      assert.strictEqual(all.sum, 7)
    }
  })

  it.prop(
    "of any events is never below zero, and counts no more steps than have ended",
    { events: log },
    ({ events }) => {
      const { money, steps } = of(events)
      assert.isAtMost(steps, events.filter(({ type }) => type === "StepFinished").length)
      assert.isAtLeast(money.cut + money.untold, 0)
    },
    { arbitrary: { runs } }
  )
})
