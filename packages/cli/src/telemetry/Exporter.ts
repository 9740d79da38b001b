/** Sends spans and metrics to a collector by OTLP over HTTP. What cannot be read of the variables is told; whatever else goes wrong, the work goes on. */
import { version } from "@rein/core/version"
import { Telemetry } from "@rein/core/loop/telemetry/Telemetry"
import { ConfigProvider, Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { OtlpMetrics, OtlpSerialization, OtlpTracer } from "effect/observability"

/** What holds where the environment says nothing; the timeout is how long the end of the command waits for the last export. */
const defaults: Readonly<Record<string, string>> = {
  OTEL_TRACES_EXPORTER: "otlp",
  OTEL_METRICS_EXPORTER: "otlp",
  OTEL_SERVICE_NAME: "rein",
  OTEL_EXPORTER_OTLP_TIMEOUT: "1500"
}

/** How instrumentations of models are told that prompts and answers may be exported. */
const contentVariable = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"

const hasContent = (environment: NodeJS.ProcessEnv): boolean =>
  /^(true|1|span_only|span_and_event)$/i.test(environment[contentVariable] ?? "")

const warn = (why: string): Layer.Layer<never> =>
  Layer.effectDiscard(Effect.logWarning(`Nothing is exported to the collector: ${why}`))

const serialization = {
  "http/json": OtlpSerialization.layerJson,
  "http/protobuf": OtlpSerialization.layerProtobuf
} as const

const isKnown = (protocol: string): protocol is keyof typeof serialization => protocol in serialization

const protocolOf = (environment: NodeJS.ProcessEnv, signal: "TRACES" | "METRICS"): string =>
  environment[`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`] || environment["OTEL_EXPORTER_OTLP_PROTOCOL"] || "http/protobuf"

/** What is told, and the key for it, go to the configured address and not to where that leads. */
const client = Layer.provide(FetchHttpClient.layer, Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))

/** Empty variables count as none. */
const configOf = (environment: NodeJS.ProcessEnv): Layer.Layer<never> => {
  const given = Object.entries(environment).flatMap(([name, value]) => (value ? [[name, value] as const] : []))
  const env: Record<string, string> = { ...defaults, ...Object.fromEntries(given) }
  return ConfigProvider.layer(ConfigProvider.fromEnv({ env }))
}

/** Exports what is told while the layer lives, and the rest when it ends. */
export const layer = (environment: NodeJS.ProcessEnv): Layer.Layer<never> => {
  const [traces, metrics] = [protocolOf(environment, "TRACES"), protocolOf(environment, "METRICS")]
  const unknown = [traces, metrics].find((protocol) => !isKnown(protocol))
  if (!isKnown(traces) || !isKnown(metrics)) {
    return warn(`OTEL_EXPORTER_OTLP_PROTOCOL is ${unknown}; set it to http/protobuf or http/json.`)
  }
  const resource = { serviceVersion: version }
  const exporting = Layer.merge(
    Layer.provide(OtlpTracer.layerFromConfig({ resource }), serialization[traces]),
    Layer.provide(OtlpMetrics.layerFromConfig({ resource }), serialization[metrics])
  ).pipe(
    Layer.provide([client, configOf(environment)]),
    Layer.merge(Layer.succeed(Telemetry, { metrics: true, content: hasContent(environment) }))
  )
  return Layer.catchCause(exporting, () => warn("an OTEL_ variable cannot be read, e.g. an address that is none."))
}
