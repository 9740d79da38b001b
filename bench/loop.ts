// CPU per step of a turn of 200 and of 1,000 steps, with the memory store and with SQLite, beside a bare loop, the AI SDK's own and that of pi.
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createAgent, Model, type StoreSource } from "@rein/core"
import { sqlite } from "@rein/core/node"
import { stepCountIs, streamText, tool as aiTool } from "ai"
import { MockLanguageModelV4, simulateReadableStream } from "ai/test"
import { Layer } from "effect"
import { z } from "zod"
import { compare, measure, median, report } from "./support/measure.ts"
import { look, stepping } from "./support/model.ts"

const rounds = 5
const directory = mkdtempSync(join(tmpdir(), "rein-bench-"))
let files = 0

/** What any harness must do: keep the messages, run the tool. */
const bare = (steps: number) => async () => {
  const messages: Array<unknown> = [{ role: "user", content: "go" }]
  for (let step = 1; step <= steps; step++) {
    const answer = await Promise.resolve({ text: "I look.", call: step < steps ? { n: step } : undefined })
    messages.push({ role: "assistant", content: answer })
    if (answer.call !== undefined)
      messages.push({ role: "tool", content: await Promise.resolve(`result ${answer.call.n}`) })
  }
}

const rein = (steps: number, store?: () => StoreSource) => async () => {
  await using agent = createAgent({
    model: { ref: { provider: "bench", model: "steps" }, layer: Layer.succeed(Model.Model, stepping(steps)) },
    tools: [look],
    permission: [{ permission: "look", pattern: "*", action: "allow" }],
    ...(store === undefined ? {} : { store: store() })
  })
  const { outcome } = await agent.run("go")
  if (outcome._tag !== "completed") throw new Error(JSON.stringify(outcome))
}

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 }
}

const aiSdk = (steps: number) => async () => {
  let step = 0
  const model = new MockLanguageModelV4({
    doStream: async () => {
      step++
      const last = step === steps
      return {
        stream: simulateReadableStream({
          chunkDelayInMs: null,
          initialDelayInMs: null,
          chunks: [
            { type: "stream-start", warnings: [] },
            { type: "text-start", id: "1" },
            { type: "text-delta", id: "1", delta: "I look." },
            { type: "text-end", id: "1" },
            ...(last
              ? []
              : [{ type: "tool-call" as const, toolCallId: `c${step}`, toolName: "look", input: `{"n":${step}}` }]),
            { type: "finish", finishReason: { unified: last ? "stop" : "tool-calls", raw: undefined }, usage }
          ]
        })
      }
    }
  })
  const result = streamText({
    model,
    prompt: "go",
    stopWhen: stepCountIs(steps),
    tools: { look: aiTool({ inputSchema: z.object({ n: z.number() }), execute: async ({ n }) => `result ${n}` }) }
  })
  await result.consumeStream()
}

/** pi is no dependency of the workspace, because it brings the client of every cloud with it. */
const peers = existsSync(join(import.meta.dirname, "peers/node_modules"))
  ? await import("./peers/pi.mjs")
  : (console.log("pi-agent-core is left out; to have it here: npm ci --prefix bench/peers"), undefined)

const file = (): StoreSource => sqlite(join(directory, `${files++}`, "rein.db"))

for (const steps of [200, 1_000]) {
  const results = await compare(
    {
      "bare loop": bare(steps),
      "rein, memory store": rein(steps),
      "rein, SQLite": rein(steps, file),
      "ai streamText": aiSdk(steps),
      ...(peers === undefined ? {} : { "pi-agent-core": peers.pi(steps) })
    },
    steps === 200 ? rounds : 2
  )
  report(`A turn of ${steps} steps`, results, {
    floor: peers === undefined ? "ai streamText" : "pi-agent-core",
    units: steps,
    unit: "step"
  })
}

/** Flat: the second half of a long turn must not cost more than the first. */
const halves = async (steps: number) => {
  const marks: Array<number> = []
  await using agent = createAgent({
    model: {
      ref: { provider: "bench", model: "steps" },
      layer: Layer.succeed(
        Model.Model,
        stepping(steps, () => marks.push(performance.now()))
      )
    },
    tools: [look],
    permission: "allow",
    store: file()
  })
  await measure(() => agent.run("go"))
  const gaps = marks.slice(1).map((mark, index) => mark - (marks[index] ?? 0))
  const early = median(gaps.slice(20, 120))
  const late = median(gaps.slice(-100))
  console.log(
    `\nGap between steps with SQLite: ${early.toFixed(2)} ms at step 20-120, ${late.toFixed(2)} ms at step ${steps - 100}-${steps} (${(late / early).toFixed(2)}x)`
  )
}
await halves(1_000)
rmSync(directory, { recursive: true })
