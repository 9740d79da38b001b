import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Options from "@rein/core/loop/telemetry/Telemetry"
import { Effect, Layer, Logger } from "effect"
import { expect, it, onTestFinished } from "vitest"
import * as Telemetry from "../../src/telemetry/Telemetry.ts"
import { place, rein, serve, ways } from "../support.ts"

interface Received {
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A collector on this machine, which answers like this; one that is silent takes everything and never answers. */
const collect = async (answer: "silent" | { readonly leadsTo: string } | "taken" = "taken") => {
  const received: Array<Received> = []
  const server = createServer((request, response) => {
    const pieces: Array<Buffer> = []
    request.on("data", (piece: Buffer) => pieces.push(piece))
    request.on("end", () => {
      received.push({ path: request.url, headers: request.headers, body: Buffer.concat(pieces) })
      if (typeof answer === "object") response.writeHead(307, { location: `${answer.leadsTo}${request.url}` }).end()
      else if (answer === "taken") response.writeHead(200, { "content-type": "application/json" }).end("{}")
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // A server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, received }
}

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

interface Span {
  readonly name: string
  readonly kind: number
  readonly spanId: string
  readonly traceId: string
  readonly parentSpanId?: string
  readonly attributes: ReadonlyArray<Attribute>
}

interface Traces {
  readonly resourceSpans: ReadonlyArray<{
    readonly resource: { readonly attributes: ReadonlyArray<Attribute> }
    readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<Span> }>
  }>
}

interface Metrics {
  readonly resourceMetrics: ReadonlyArray<{
    readonly scopeMetrics: ReadonlyArray<{
      readonly metrics: ReadonlyArray<{ readonly name: string; readonly unit: string }>
    }>
  }>
}

/** What came to a path, as OTLP's JSON says it looks. */
const at = <Body>(received: ReadonlyArray<Received>, path: string): ReadonlyArray<Body> =>
  received.filter((one) => one.path === path).map(({ body }) => JSON.parse(body.toString("utf8")) as Body)

const valueOf = ({ attributes }: { readonly attributes: ReadonlyArray<Attribute> }, key: string): unknown =>
  Object.values(attributes.find((one) => one.key === key)?.value ?? {})[0]

const script = () =>
  serve([
    [
      { text: "I look." },
      { call: { tool: "read", input: { path: "a.txt" } } },
      { usage: { input: 90, cacheRead: 40, output: 8 } }
    ],
    [{ text: "done" }]
  ])

it("a run is one trace at the collector: the turn, its requests and its calls; and its metrics", async () => {
  const here = await place()
  writeFileSync(join(here.project, "a.txt"), "the content\n")
  const [server, collector] = [await script(), await collect()]
  const ended = await rein(here, ["run", "Look", "--model", ways.anthropic.model], {
    environment: {
      ...ways.anthropic.environment(server.url),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_HEADERS: "x-team=shop%20floor",
      OTEL_SERVICE_NAME: "shop"
    }
  })
  expect(ended).toMatchObject({ code: 0, stdout: "I look.\ndone\n" })
  const traces = at<Traces>(collector.received, "/v1/traces").flatMap(({ resourceSpans }) => resourceSpans)
  const spans = traces.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
  const named = (name: string) => spans.filter((span) => span.name === name)
  const [turn] = named("invoke_agent build")
  const chats = named("chat some-model")
  const [call] = named("execute_tool read")
  expect(chats).toHaveLength(2)
  for (const below of [...chats, call]) expect(below?.parentSpanId).toBe(turn?.spanId)
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
  // Client, and internal.
  expect([chats[0]?.kind, call?.kind]).toEqual([3, 1])
  const [above] = spans.filter(({ spanId }) => spanId === turn?.parentSpanId)
  expect(above?.name).toBe("Sessions.prompt")
  expect(chats[0] && valueOf(chats[0], "gen_ai.usage.cache_read.input_tokens")).toBe(40)
  expect(turn && valueOf(turn, "rein.outcome")).toBe("completed")
  expect(traces[0] && valueOf(traces[0].resource, "service.name")).toBe("shop")
  expect(collector.received[0]?.headers["x-team"]).toBe("shop floor")
  expect(collector.received.map(({ body }) => body.toString("utf8")).join()).not.toContain("the content")

  const metrics = at<Metrics>(collector.received, "/v1/metrics")
    .flatMap(({ resourceMetrics }) => resourceMetrics)
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
  expect(metrics).toContainEqual(expect.objectContaining({ name: "gen_ai.client.operation.duration", unit: "s" }))
  expect(metrics.map(({ name }) => name)).toContain("gen_ai.client.token.usage")
})

/** What an environment's exporter warns of while something is told; what that gives is given, too. */
const tell = async <A>(environment: NodeJS.ProcessEnv, told: Effect.Effect<A>) => {
  const warnings: Array<string> = []
  const logger = Logger.layer([Logger.make(({ message }) => void warnings.push(String(message)))])
  const value = await Effect.runPromise(
    told.pipe(Effect.withSpan("told"), Effect.provide(Layer.provide(Telemetry.layer(environment), logger)))
  )
  return { value, warnings }
}

const options = Effect.gen(function* () {
  return yield* Options.Telemetry
})

it("without a word about it the collector gets protobuf, and no content", async () => {
  const collector = await collect()
  const plain = await tell({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, options)
  expect(plain).toEqual({ value: { content: false, metrics: true }, warnings: [] })
  const [traces] = collector.received.filter(({ path }) => path === "/v1/traces")
  expect(traces?.headers["content-type"]).toBe("application/x-protobuf")
  expect(traces?.body.toString("latin1")).toContain("told")

  const inJson = { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json" }
  await tell({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...inJson }, Effect.void)
  const types = collector.received.map(({ headers, path }) => `${path} ${headers["content-type"]}`)
  expect(types).toContain("/v1/traces application/json")
  expect(types).not.toContain("/v1/metrics application/json")

  const withContent = { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true" }
  const { value } = await tell({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...withContent }, options)
  expect(value.content).toBe(true)
})

it("nothing is exported where no collector is named, or it is switched off", async () => {
  const collector = await collect()
  const { value } = await tell({ OTEL_EXPORTER_OTLP_ENDPOINT: "" }, options)
  expect(value).toEqual({ content: false })
  await tell({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SDK_DISABLED: "true" }, Effect.void)
  expect(collector.received).toEqual([])
})

it("what is told, and the key for it, go to the configured collector and to nobody to whom that leads", async () => {
  const other = await collect()
  const collector = await collect({ leadsTo: other.url })
  const headers = { OTEL_EXPORTER_OTLP_HEADERS: "x-api-key=for-the-collector" }
  await tell({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...headers }, Effect.void)
  expect(collector.received[0]?.headers["x-api-key"]).toBe("for-the-collector")
  expect(other.received).toEqual([])
})

it("a collector that is silent, gone or misspelled does not change the work", async () => {
  const [silent, gone] = [await collect("silent"), (await collect()).url.replace(/\d+$/, "9")]
  const work = Effect.succeed("done")
  const soon = { OTEL_EXPORTER_OTLP_TIMEOUT: "50" }
  for (const url of [silent.url, gone]) {
    const { value, warnings } = await tell({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...soon }, work)
    expect([value, warnings]).toEqual(["done", []])
  }
  const wrong = await tell({ OTEL_EXPORTER_OTLP_ENDPOINT: "no address" }, work)
  expect(wrong.value).toBe("done")
  expect(wrong.warnings.join()).toContain("an OTEL_ variable cannot be read")
  const grpc = await tell({ OTEL_EXPORTER_OTLP_ENDPOINT: silent.url, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, work)
  expect(grpc.value).toBe("done")
  expect(grpc.warnings.join()).toContain("OTEL_EXPORTER_OTLP_PROTOCOL is grpc")
})
