import assert from "node:assert/strict"
import { test } from "node:test"
import { percentFor } from "../src/discount.js"

test("a single copy has no discount", () => {
  assert.equal(percentFor(1), 0)
})

test("exactly ten copies get the discount for ten", () => {
  assert.equal(percentFor(10), 10)
})

test("many copies get the highest discount", () => {
  assert.equal(percentFor(80), 20)
})
