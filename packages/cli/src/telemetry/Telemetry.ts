/** Whether the environment wants the work told to a collector. Nothing is loaded where it does not. */
import { Effect, Layer } from "effect"

const endpoints = [
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
  "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"
]

/** An empty variable is how shells say that there is none. */
const isWanted = (environment: NodeJS.ProcessEnv): boolean => endpoints.some((name) => (environment[name] ?? "") !== "")

/** What exports spans and metrics as the `OTEL_` variables say. */
export const layer = (environment: NodeJS.ProcessEnv): Layer.Layer<never> =>
  isWanted(environment)
    ? Layer.unwrap(
        Effect.map(
          Effect.promise(() => import("./Exporter.ts")),
          (Exporter) => Exporter.layer(environment)
        )
      )
    : Layer.empty
