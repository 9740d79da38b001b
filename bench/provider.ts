// CPU per text delta through the provider layer, in memory and over HTTP, beside a bare read of the provider model and `streamText`; and how long a first request takes with one provider installed and with all that the router knows.
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createAnthropic } from "@ai-sdk/anthropic"
import type { LanguageModelV4, LanguageModelV4Prompt, LanguageModelV4StreamPart } from "@ai-sdk/provider"
import { Ids, Model } from "@rein/core"
import type { ModelRequest } from "@rein/core/model/ModelRequest"
import { AiSdk, ModelName } from "@rein/providers"
import { streamText } from "ai"
import { Effect, type Layer, ManagedRuntime, Redacted, Stream } from "effect"
import { versions } from "../packages/providers/src/aisdk/Packages.ts"
import { compare, median, report } from "./support/measure.ts"

const deltas = 20_000
const rounds = 5
const starts = 9
/** One that the package knows, so that it warns of nothing. */
const name = "claude-sonnet-4-5"

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
const inMemory: LanguageModelV4 = {
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

const prompt: LanguageModelV4Prompt = [{ role: "user", content: [{ type: "text", text: "go" }] }]

const whole = (length: number) => {
  if (length < deltas) throw new Error("text is missing")
}

const bare = (model: LanguageModelV4) => async () => {
  const { stream } = await model.doStream({ prompt })
  let length = 0
  const reader = stream.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (next.value.type === "text-delta") length += next.value.delta.length
  }
  whole(length)
}

const aiSdk = (model: LanguageModelV4) => async () => {
  let length = 0
  for await (const part of streamText({ model, prompt: "go" }).textStream) length += part.length
  whole(length)
}

const request = (): ModelRequest => ({
  session: Ids.make.session(),
  model: { provider: "anthropic", model: name },
  system: [],
  tools: [],
  messages: [{ role: "user", content: [{ type: "text", text: "go" }] }],
  cache: { tools: false, system: false, messages: [] }
})

const rein = (layer: Layer.Layer<Model.Model>) => {
  const runtime = ManagedRuntime.make(layer)
  const ask = Effect.gen(function* () {
    const model = yield* Model.Model
    let length = 0
    yield* Stream.runForEachArray(model.stream(request()), (batch) =>
      Effect.sync(() => {
        for (const part of batch) if (part.type === "text-delta") length += part.text.length
      })
    )
    whole(length)
  })
  return () => runtime.runPromise(ask)
}

/** A server in a process of its own, whose CPU is not counted. */
const serve = async () => {
  const file = join(import.meta.dirname, "support/deltaServer.ts")
  const child = spawn(process.execPath, ["--conditions=@rein/source", file, String(deltas)], {
    stdio: ["pipe", "pipe", "inherit"]
  })
  const [line] = await once(child.stdout, "data")
  return { url: String(line).trim(), stop: () => child.stdin.end() }
}

const perDelta = async () => {
  const direct = await compare(
    {
      "bare doStream": bare(inMemory),
      "rein, provider layer": rein(AiSdk.fromLanguageModel(inMemory)),
      "ai streamText": aiSdk(inMemory)
    },
    rounds
  )
  const options = { floor: "bare doStream", units: deltas, unit: "delta" }
  report(`${deltas} text deltas of a model in memory`, direct, options)

  const server = await serve()
  const model = createAnthropic({ apiKey: "bench", baseURL: `${server.url}/v1` })(name)
  const router = AiSdk.layerWith({ anthropic: { apiKey: Redacted.make("bench"), baseUrl: server.url } })
  const overHttp = await compare(
    { "bare doStream": bare(model), "rein, router": rein(router), "ai streamText": aiSdk(model) },
    rounds
  )
  report(`${deltas} text deltas over HTTP, with the package of Anthropic`, overHttp, options)
  server.stop()
}

/** The packages that the router takes where they are installed, as all of them are here. */
const packages = Object.keys(versions)
// Throws for one that is not.
for (const name of packages) import.meta.resolve(name)

const router = `rein, router over ${ModelName.providers.length} providers`

/** Programs that make one request, each in a process of its own, because what is measured is mostly imports. */
const firsts = {
  "bare doStream, one package": "bare",
  "rein, one model value": "one",
  [`${router}, 1 installed`]: "alone",
  [`${router}, ${packages.length + 1} installed`]: "router"
}

const firstRequest = async () => {
  const server = await serve()
  const file = join(import.meta.dirname, "support/firstRequest.ts")
  const seen: Record<string, Array<number>> = {}
  for (let round = 0; round <= starts; round++) {
    for (const [name, program] of Object.entries(firsts)) {
      const began = performance.now()
      const { status } = spawnSync(
        process.execPath,
        ["--conditions=@rein/source", file, program, server.url, ...packages],
        {
          stdio: ["ignore", "ignore", "inherit"]
        }
      )
      if (status !== 0) throw new Error(`${name} failed`)
      if (round > 0) (seen[name] ??= []).push(performance.now() - began)
    }
  }
  server.stop()
  const floor = median(seen["bare doStream, one package"] ?? [])
  console.log(`\nFrom the start of a process to the end of its first request (medians of ${starts}, on source)`)
  for (const [name, all] of Object.entries(seen)) {
    const millis = median(all)
    console.log(`  ${name.padEnd(44)} ${millis.toFixed(0).padStart(6)} ms ${(millis / floor).toFixed(2).padStart(8)}x`)
  }
}

await perDelta()
await firstRequest()
