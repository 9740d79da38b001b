/** Bedrock's frames are binary: lengths and check sums around headers and JSON. */
import { crc32 } from "node:zlib"
import { createAmazonBedrock } from "@ai-sdk/amazon-bedrock"
import { input, type Recorded, said } from "./recorded.ts"

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

const header = (name: string, value: string): Buffer => {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(Buffer.byteLength(value))
  // 7: a text.
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, Buffer.from(value)])
}

const frame = (type: string, value: object): Buffer => {
  const headers = Buffer.concat([
    header(":event-type", type),
    header(":content-type", "application/json"),
    header(":message-type", "event")
  ])
  const body = Buffer.from(JSON.stringify(value))
  const lengths = Buffer.concat([number(headers.length + body.length + 16), number(headers.length)])
  const checked = Buffer.concat([lengths, number(crc32(lengths)), headers, body])
  return Buffer.concat([checked, number(crc32(checked))])
}

const delta = (contentBlockIndex: number, value: object) =>
  frame("contentBlockDelta", { contentBlockIndex, delta: value })
const stop = (contentBlockIndex: number) => frame("contentBlockStop", { contentBlockIndex })
const json = JSON.stringify(input)

export const bedrock: Recorded = {
  contentType: "application/vnd.amazon.eventstream",
  events: [
    frame("messageStart", { role: "assistant" }),
    delta(0, { reasoningContent: { text: "Über 🌍" } }),
    delta(0, { reasoningContent: { signature: "c2ln" } }),
    stop(0),
    ...said.map((text) => delta(1, { text })),
    stop(1),
    frame("contentBlockStart", { contentBlockIndex: 2, start: { toolUse: { name: "look", toolUseId: "tooluse_1" } } }),
    delta(2, { toolUse: { input: json.slice(0, 10) } }),
    delta(2, { toolUse: { input: json.slice(10) } }),
    stop(2),
    frame("messageStop", { stopReason: "tool_use" }),
    frame("metadata", {
      usage: {
        inputTokens: 50,
        outputTokens: 10,
        totalTokens: 110,
        cacheReadInputTokens: 50,
        cacheWriteInputTokens: 0
      },
      metrics: { latencyMs: 1 }
    })
  ],
  last: 12,
  reasoning: "Über 🌍",
  usage: [100, 50, 10, "unknown"],
  model: (url) =>
    createAmazonBedrock({ apiKey: "k", region: "us-east-1", baseURL: url })("anthropic.claude-sonnet-4-5-v1:0")
}
