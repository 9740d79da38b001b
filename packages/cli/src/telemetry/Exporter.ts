/** Sends spans and metrics to a collector by OTLP over HTTP. Whatever goes wrong with that is told, and the work goes on. */
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

/** Empty variables count as none. */
const configOf = (environment: NodeJS.ProcessEnv): Layer.Layer<never> => {
  const given = Object.entries(environment).flatMap(([name, value]) => (value ? [[name, value] as const] : []))
  const env: Record<string, string> = { ...defaults, ...Object.fromEntries(given) }
  return ConfigProvider.layer(ConfigProvider.fromEnv({ env }))
}

/** Exports what is told while the layer lives, and the rest when it ends. */
export const layer = (environment: NodeJS.ProcessEnv): Layer.Layer<never> => {
  const protocol = environment["OTEL_EXPORTER_OTLP_PROTOCOL"] || "http/protobuf"
  if (!isKnown(protocol)) {
    return warn(`OTEL_EXPORTER_OTLP_PROTOCOL is ${protocol}; set it to http/protobuf or http/json.`)
  }
  const resource = { serviceVersion: version }
  const exporting = Layer.merge(
    OtlpTracer.layerFromConfig({ resource }),
    OtlpMetrics.layerFromConfig({ resource })
  ).pipe(
    Layer.provide([serialization[protocol], FetchHttpClient.layer, configOf(environment)]),
    Layer.merge(Layer.succeed(Telemetry, { metrics: true, content: hasContent(environment) }))
  )
  return Layer.catchCause(exporting, () => warn("an OTEL_ variable cannot be read, e.g. an address that is none."))
}
