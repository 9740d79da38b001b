// The loop of pi-agent-core with a model in memory that says a word and calls `look`, as `stepping` in ../support/model.ts does.
import { agentLoop } from "@mariozechner/pi-agent-core"
import { createAssistantMessageEventStream, Type } from "@mariozechner/pi-ai"

const usage = {
  input: 1,
  output: 1,
  cacheRead: 0,
  cacheWrite: 0,
  totalTokens: 2,
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 }
}

const model = {
  id: "steps",
  name: "steps",
  api: "bench",
  provider: "bench",
  baseUrl: "",
  reasoning: false,
  input: ["text"],
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
  contextWindow: 1_000_000_000,
  maxTokens: 1_000_000
}

const answer = (step, last) => {
  const stream = createAssistantMessageEventStream()
  const text = { type: "text", text: last ? "done" : "I look." }
  const toolCall = { type: "toolCall", id: `c${step}`, name: "look", arguments: { n: step } }
  const partial = {
    role: "assistant",
    content: last ? [text] : [text, toolCall],
    api: "bench",
    provider: "bench",
    model: "steps",
    usage,
    stopReason: last ? "stop" : "toolUse",
    timestamp: 0
  }
  queueMicrotask(() => {
    stream.push({ type: "start", partial })
    stream.push({ type: "text_start", contentIndex: 0, partial })
    stream.push({ type: "text_delta", contentIndex: 0, delta: text.text, partial })
    stream.push({ type: "text_end", contentIndex: 0, content: text.text, partial })
    if (!last) stream.push({ type: "toolcall_end", contentIndex: 1, toolCall, partial })
    stream.push({ type: "done", reason: last ? "stop" : "toolUse", message: partial })
  })
  return stream
}

/** A turn of so many steps. */
export const pi = (steps) => async () => {
  let step = 0
  const look = {
    name: "look",
    label: "look",
    description: "Looks.",
    parameters: Type.Object({ n: Type.Number() }),
    execute: async (_id, { n }) => ({
      content: [{ type: "text", text: `result ${n}` }],
      details: {}
    })
  }
  const loop = agentLoop(
    [{ role: "user", content: "go", timestamp: 0 }],
    { systemPrompt: "", messages: [], tools: [look] },
    { model, convertToLlm: (messages) => messages.filter((one) => one.role !== "custom") },
    undefined,
    () => answer(++step, step === steps)
  )
  for await (const _event of loop);
  if (step !== steps) throw new Error(`pi took ${step} steps`)
}
