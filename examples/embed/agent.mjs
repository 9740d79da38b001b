// The agent that the handlers serve. Its model is scripted, so the example runs offline;
// for a real one: import { model } from "@rein/providers", then model("anthropic/...").
import { createAgent, tool } from "@rein/core"
import { ScriptedModel } from "@rein/core/testing"
import { z } from "zod"

/** Two steps: look up the order, then say what was found. */
const script = [
  { answer: [{ text: "I look it up. " }, { call: "order", input: { id: 7 } }] },
  { expects: ['"status":"sent"'], answer: [{ text: "Order 7 is on its way." }] }
]

export const order = tool({
  name: "order",
  description: "Looks up an order by its number.",
  parameters: z.object({ id: z.number() }),
  safety: "read",
  execute: async ({ id }) => ({ id, status: "sent" })
})

export const makeAgent = () =>
  createAgent({
    model: { ref: { provider: "scripted", model: "orders" }, layer: ScriptedModel.layer(script) },
    tools: [order],
    system: "You answer questions about orders.",
    permission: [{ permission: "order", pattern: "*", action: "allow" }]
  })
