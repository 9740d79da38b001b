import { createCohere } from "@ai-sdk/cohere"
import { input, type Recorded, said, sse } from "./recorded.ts"

const event = (type: string, more: object = {}) => sse({ type, ...more }, type)

const content = (index: number, kind: "text" | "thinking", texts: ReadonlyArray<string>) => [
  event("content-start", { index, delta: { message: { content: { type: kind, [kind]: "" } } } }),
  ...texts.map((text) => event("content-delta", { index, delta: { message: { content: { [kind]: text } } } })),
  event("content-end", { index })
]

const call = (more: object) => ({ delta: { message: { tool_calls: more } } })
const json = JSON.stringify(input)

export const cohere: Recorded = {
  contentType: "text/event-stream",
  events: [
    event("message-start", { id: "c1", delta: { message: { role: "assistant", content: [] } } }),
    ...content(0, "thinking", ["Über ", "🌍"]),
    ...content(1, "text", said),
    event("tool-call-start", {
      index: 0,
      ...call({ id: "call_1", type: "function", function: { name: "look", arguments: "" } })
    }),
    event("tool-call-delta", { index: 0, ...call({ function: { arguments: json.slice(0, 10) } }) }),
    event("tool-call-delta", { index: 0, ...call({ function: { arguments: json.slice(10) } }) }),
    event("tool-call-end", { index: 0 }),
    event("message-end", {
      delta: {
        finish_reason: "TOOL_CALL",
        usage: {
          billed_units: { input_tokens: 90, output_tokens: 10 },
          tokens: { input_tokens: 100, output_tokens: 10 }
        }
      }
    })
  ],
  last: 14,
  reasoning: "Über 🌍",
  usage: [100, "unknown", 10, "unknown"],
  model: (url) => createCohere({ apiKey: "k", baseURL: `${url}/v2` })("command-a-reasoning")
}
