import { createGoogleGenerativeAI } from "@ai-sdk/google"
import { input, type Recorded, said, sse } from "./recorded.ts"

const counts = {
  promptTokenCount: 100,
  cachedContentTokenCount: 50,
  candidatesTokenCount: 7,
  thoughtsTokenCount: 3,
  totalTokenCount: 110
}

const chunk = (parts: ReadonlyArray<object>, more: object = {}) =>
  sse({
    candidates: [{ content: { parts, role: "model" }, index: 0, ...more }],
    usageMetadata: counts,
    modelVersion: "gemini-2.5-pro",
    responseId: "r1"
  })

export const google: Recorded = {
  contentType: "text/event-stream",
  events: [
    chunk([{ text: "Über 🌍", thought: true }]),
    ...said.map((text) => chunk([{ text }])),
    chunk([{ functionCall: { name: "look", args: input }, thoughtSignature: "c2ln" }]),
    chunk([], { finishReason: "STOP" })
  ],
  last: 5,
  reasoning: "Über 🌍",
  usage: [100, 50, 10, 3],
  model: (url) => createGoogleGenerativeAI({ apiKey: "k", baseURL: `${url}/v1beta` })("gemini-2.5-pro")
}
