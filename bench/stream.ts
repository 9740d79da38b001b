// CPU of 20,000 text deltas through the whole pipeline with one live subscriber, beside a bare read of the same stream.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { LanguageModelV4, LanguageModelV4StreamPart } from "@ai-sdk/provider"
import { createAgent } from "@rein/core"
import { sqlite } from "@rein/core/node"
import { languageModel } from "@rein/providers"
import { streamText } from "ai"
import { compare, report } from "./support/measure.ts"

const deltas = 20_000
const rounds = 7
const directory = mkdtempSync(join(tmpdir(), "rein-bench-"))

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 }
}

const parts: ReadonlyArray<LanguageModelV4StreamPart> = [
  { type: "stream-start", warnings: [] },
  { type: "text-start", id: "1" },
  ...Array.from({ length: deltas }, (_, n): LanguageModelV4StreamPart => ({
    type: "text-delta",
    id: "1",
    delta: `word${n % 10} `
  })),
  { type: "text-end", id: "1" },
  { type: "finish", finishReason: { unified: "stop", raw: "end_turn" }, usage }
]

/** As many parts as the reader asks for, at once. */
const model: LanguageModelV4 = {
  specificationVersion: "v4",
  provider: "bench",
  modelId: "deltas",
  supportedUrls: {},
  doGenerate: () => Promise.reject(new Error("only streams")),
  doStream: async () => {
    let at = 0
    return {
      stream: new ReadableStream<LanguageModelV4StreamPart>({
        pull(controller) {
          const part = parts[at++]
          if (part === undefined) controller.close()
          else controller.enqueue(part)
        }
      })
    }
  }
}

const bare = async () => {
  const { stream } = await model.doStream({ prompt: [] })
  let text = ""
  const reader = stream.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (next.value.type === "text-delta") text += next.value.delta
  }
  if (text.length < deltas) throw new Error("text is missing")
}

const agent = createAgent({ model: languageModel(model), store: sqlite(join(directory, "rein.db")) })

const rein = async () => {
  let length = 0
  for await (const event of agent.stream("go")) if (event.type === "Delta") length += event.text.length
  if (length < deltas) throw new Error("text is missing")
}

const aiSdk = async () => {
  let length = 0
  for await (const part of streamText({ model, prompt: "go" }).textStream) length += part.length
  if (length < deltas) throw new Error("text is missing")
}

const results = await compare(
  { "bare doStream": bare, "rein, SQLite, one live subscriber": rein, "ai streamText": aiSdk },
  rounds
)
report(`${deltas} text deltas`, results, { floor: "bare doStream", units: deltas, unit: "delta" })
await agent.close()
rmSync(directory, { recursive: true })
