import { percentFor } from "./discount.js"
import { format, reduce } from "./money.js"

/** What one position of an order costs. */
export const positionTotal = ({ copies, price }) => reduce(copies * price, percentFor(copies))

/** What a whole order costs. */
export const orderTotal = (order) => order.reduce((sum, position) => sum + positionTotal(position), 0)

/** The invoice as text, one line for each position. */
export const invoice = (order) =>
  [
    ...order.map((position) => `${position.copies} x ${position.title}: ${format(positionTotal(position))}`),
    `Total: ${format(orderTotal(order))}`
  ].join("\n")
