import { createMistral } from "@ai-sdk/mistral"
import { input, type Recorded, said, sse } from "./recorded.ts"

const chunk = (delta: object, finish_reason: string | null = null, more: object = {}) =>
  sse({
    id: "m1",
    object: "chat.completion.chunk",
    created: 1_790_000_000,
    model: "mistral-large-latest",
    choices: [{ index: 0, delta, finish_reason }],
    ...more
  })

const call = { id: "abcdefghi", function: { name: "look", arguments: JSON.stringify(input) }, index: 0 }

export const mistral: Recorded = {
  contentType: "text/event-stream",
  events: [
    chunk({ role: "assistant", content: "" }),
    chunk({ content: [{ type: "thinking", thinking: [{ type: "text", text: "Über 🌍" }] }] }),
    ...said.map((content) => chunk({ content })),
    chunk({ content: "", tool_calls: [call] }, "tool_calls", {
      usage: { prompt_tokens: 100, total_tokens: 110, completion_tokens: 10 }
    }),
    sse("[DONE]")
  ],
  last: 5,
  reasoning: "Über 🌍",
  usage: [100, "unknown", 10, "unknown"],
  model: (url) => createMistral({ apiKey: "k", baseURL: `${url}/v1` })("mistral-large-latest")
}
