// One measurement of `bench/concurrency.ts`: starts runs that all wait on a model, and prints what they add to the memory as JSON.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createAgent, Model, type ModelSource, type StoreSource } from "@rein/core"
import { sqlite } from "@rein/core/node"
import { languageModel } from "@rein/providers"
import { stepCountIs, streamText, tool as aiTool } from "ai"
import { MockLanguageModelV4 } from "ai/test"
import { Effect, Layer, Stream } from "effect"
import { z } from "zod"
import { look } from "./model.ts"

/** What is in memory after everything was collected, in bytes. `rss` also counts room that V8 keeps for later. */
export interface Memory {
  readonly heap: number
  readonly rss: number
}

/** Starts a run and leaves it waiting. */
type Start = () => void

const directory = mkdtempSync(join(tmpdir(), "rein-bench-"))
/** What waits, as the network would hold it: a run that waits for nothing is garbage. */
const waiting: Array<unknown> = []

/** The request is made, and no answer comes. */
const silent = new MockLanguageModelV4({
  doStream: async () => {
    // The mock remembers every request, which no provider does.
    silent.doStreamCalls.length = 0
    return { stream: new ReadableStream({ start: (controller) => void waiting.push(controller) }) }
  }
})

const bare = (): Start => () => {
  const messages = [{ role: "user", content: "go" }]
  void (async () => {
    const { stream } = await silent.doStream({ prompt: [] })
    for await (const part of stream) messages.push({ role: "assistant", content: JSON.stringify(part) })
  })()
}

const aiSdk = (): Start => () => {
  const result = streamText({
    model: silent,
    prompt: "go",
    stopWhen: stepCountIs(10),
    tools: { look: aiTool({ inputSchema: z.object({ n: z.number() }), execute: async ({ n }) => `result ${n}` }) }
  })
  void result.consumeStream()
}

/** The same without the SDK, for what a run costs that is not the provider's. */
const silentModel: ModelSource = {
  ref: { provider: "bench", model: "silent" },
  layer: Layer.succeed(
    Model.Model,
    Model.Model.of({
      stream: () => Stream.fromEffect(Effect.callback<never>((resume) => void waiting.push(resume)))
    })
  )
}

const rein = (model: ModelSource, store?: StoreSource): Start => {
  const agent = createAgent({
    model,
    tools: [look],
    permission: [{ permission: "look", pattern: "*", action: "allow" }],
    ...(store === undefined ? {} : { store })
  })
  return () => void agent.run("go")
}

const programs: Readonly<Record<string, () => Start>> = {
  "bare read": bare,
  "ai streamText": aiSdk,
  "rein, memory store": () => rein(silentModel),
  "rein, SQLite": () => rein(silentModel, sqlite(join(directory, "rein.db"))),
  "rein, SQLite, AI SDK model": () => rein(languageModel(silent), sqlite(join(directory, "rein.db")))
}

/** The names by which a measurement is asked for. */
export const names: ReadonlyArray<string> = Object.keys(programs)

const turnOfLoop = () => new Promise((resolve) => setImmediate(resolve))

const startAll = async (start: Start, count: number) => {
  const goal = waiting.length + count
  for (let run = 0; run < count; run++) start()
  while (waiting.length < goal) await turnOfLoop()
  for (let turn = 0; turn < 50; turn++) await turnOfLoop()
}

const memory = (): Memory => {
  const { gc } = globalThis
  if (gc === undefined) throw new Error("run with --expose-gc")
  for (let round = 0; round < 3; round++) gc()
  const { heapUsed, rss } = process.memoryUsage()
  return { heap: heapUsed, rss }
}

const measure = async (name: string, count: number): Promise<Memory> => {
  const make = programs[name]
  if (make === undefined) throw new Error(`no program ${name}`)
  const start = make()
  // Code, caches and the heap's own spare room are not the runs'.
  await startAll(start, 300)
  const before = memory()
  await startAll(start, count)
  const after = memory()
  return { heap: after.heap - before.heap, rss: after.rss - before.rss }
}

const [name, count] = process.argv.slice(2)
if (name !== undefined && import.meta.main) {
  console.log(JSON.stringify(await measure(name, Number(count))))
  rmSync(directory, { recursive: true })
  process.exit(0)
}
