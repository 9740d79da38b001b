// CPU per step of a turn of 200 and of 1,000 steps, with the memory store and with SQLite, beside a bare loop, the AI SDK's own and that of pi; and whether a long turn stays flat.
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { createAgent, Model, type StoreSource } from "@rein/core"
import { sqlite } from "@rein/core/node"
import { stepCountIs, streamText, tool as aiTool } from "ai"
import { MockLanguageModelV4, simulateReadableStream } from "ai/test"
import { Layer } from "effect"
import { z } from "zod"
import { compare, cpuMillis, report } from "./support/measure.ts"
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

/** The second half of a long turn may cost so much of the first. */
const flat = 1.3

/** What the events of all sessions in a file weigh, in bytes: their data, and the file with all its indexes. */
const weigh = (path: string) => {
  const database = new DatabaseSync(path, { readOnly: true })
  const data = database.prepare("SELECT sum(length(CAST(data AS BLOB))) AS bytes FROM event").get()
  const pages = database
    .prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size")
    .get()
  database.close()
  return { data: Number(data?.["bytes"]), file: Number(pages?.["bytes"]) }
}

type Kind = "wall" | "cpu"

/** Flat: with SQLite, a live subscriber and permission on, the second half of a long turn must cost what the first does. */
const halves = async (steps: number) => {
  const marks: Array<Readonly<Record<Kind, number>>> = []
  const folder = join(directory, `${files++}`)
  const path = join(folder, "rein.db")
  {
    await using agent = createAgent({
      model: {
        ref: { provider: "bench", model: "steps" },
        layer: Layer.succeed(
          Model.Model,
          stepping(steps, () => marks.push({ wall: performance.now(), cpu: cpuMillis() }))
        )
      },
      tools: [look],
      permission: [{ permission: "look", pattern: "*", action: "allow" }],
      store: sqlite(path)
    })
    let events = 0
    for await (const _event of agent.stream("go")) events++
    if (events < steps * 5) throw new Error(`the subscriber got only ${events} events`)
  }
  const between = (from: number, to: number, kind: Kind) => (marks[to]?.[kind] ?? 0) - (marks[from]?.[kind] ?? 0)
  const half = steps / 2
  console.log(`\nA turn of ${steps} steps with SQLite, a live subscriber and permission rules`)
  for (const kind of ["wall", "cpu"] as const) {
    // What the first steps cost is the compiler's.
    const first = between(50, half, kind) / (half - 50)
    const second = between(half, steps - 1, kind) / (half - 1)
    const ratio = second / first
    const verdict = kind === "cpu" ? "" : `, target ${flat}x: ${ratio <= flat ? "kept" : "missed"}`
    console.log(
      `  ${kind.padEnd(5)} ${first.toFixed(2)} ms a step in the first half, ${second.toFixed(2)} ms in the second (${ratio.toFixed(2)}x)${verdict}`
    )
  }
  const { data, file } = weigh(path)
  console.log(
    `  log   ${Math.round(data / steps)} bytes of event data a step, ${Math.round(file / steps)} bytes of file`
  )
}
await halves(1_000)
rmSync(directory, { recursive: true })
