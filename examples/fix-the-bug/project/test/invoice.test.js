import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { invoice, orderTotal } from "../src/invoice.js"

const order = JSON.parse(readFileSync(new URL("fixtures/order.json", import.meta.url), "utf8"))

test("the total of an order has the discount of each position", () => {
  assert.equal(orderTotal(order), 2500 + 14400)
})

test("an invoice lists the positions and the total", () => {
  assert.equal(invoice(order), "2 x Dune: 25.00 EUR\n20 x Emma: 144.00 EUR\nTotal: 169.00 EUR")
})
