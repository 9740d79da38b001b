// An agent that answers questions about orders. Which model it asks is said by whoever makes it.
import { createAgent, type ModelSource, tool } from "@rein/core"
import { z } from "zod"

const places: Readonly<Record<number, string>> = { 7: "on its way to Lyon", 8: "delivered" }

const order = tool({
  name: "order",
  description: "Looks up an order by its number.",
  parameters: z.object({ id: z.number() }),
  safety: "read",
  execute: async ({ id }) => places[id] ?? `There is no order ${id}.`
})

export const makeAgent = (model: ModelSource) =>
  createAgent({
    model,
    system: "You answer questions about orders. Look them up; never guess.",
    tools: [order],
    permission: [{ permission: "order", pattern: "*", action: "allow" }]
  })
