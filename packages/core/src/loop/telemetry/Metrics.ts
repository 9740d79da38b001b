/** The metrics of the loop, in the conventions' names, units and buckets. */
import { Effect, Metric } from "effect"
import type { Tokens, Usage } from "../../schema/Usage.ts"

const seconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
const tokens = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864]

const inSeconds = (name: string, description: string) =>
  Metric.histogram(name, { description, boundaries: seconds, attributes: { unit: "s" } })

const requestDuration = inSeconds("gen_ai.client.operation.duration", "How long a request to a model took.")
const firstChunk = inSeconds(
  "gen_ai.client.operation.time_to_first_chunk",
  "How long a request waited for the first part of its answer."
)
const agentDuration = inSeconds("gen_ai.invoke_agent.duration", "How long a turn took.")
const toolDuration = inSeconds("gen_ai.execute_tool.duration", "How long a call ran.")
const tokenUsage = Metric.histogram("gen_ai.client.token.usage", {
  description: "Tokens that a request used.",
  boundaries: tokens,
  attributes: { unit: "{token}" }
})
const retries = Metric.counter("rein.client.retries", {
  description: "Requests that failed and were made again.",
  incremental: true,
  attributes: { unit: "{request}" }
})

/** What a series is of. */
export type Labels = Readonly<Record<string, string>>

const failedLabels = (type: string | undefined): Labels => (type === undefined ? {} : { "error.type": type })

const countTokens = (labels: Labels, type: "input" | "output", count: Tokens): Effect.Effect<void> =>
  count === "unknown"
    ? Effect.void
    : Metric.update(Metric.withAttributes(tokenUsage, { ...labels, "gen_ai.token.type": type }), count)

/** What was measured of one request. What is not known is not counted. */
export interface RequestMeasured {
  readonly seconds: number
  /** Until the first part that shows that the answer has begun. */
  readonly firstSeconds: number | undefined
  readonly usage: Usage | undefined
  readonly errorType: string | undefined
}

/** One request to a model has ended. */
export const request = (labels: Labels, measured: RequestMeasured): Effect.Effect<void> => {
  const { errorType, firstSeconds, seconds, usage } = measured
  const duration = Metric.withAttributes(requestDuration, { ...labels, ...failedLabels(errorType) })
  return Effect.all(
    [
      Metric.update(duration, seconds),
      firstSeconds === undefined ? Effect.void : Metric.update(Metric.withAttributes(firstChunk, labels), firstSeconds),
      countTokens(labels, "input", usage?.input ?? "unknown"),
      countTokens(labels, "output", usage?.output ?? "unknown")
    ],
    { discard: true }
  )
}

/** A request is made again. */
export const retried = (labels: Labels, errorType: string): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(retries, { ...labels, ...failedLabels(errorType) }), 1)

/** A turn has ended. */
export const turn = (agent: string, seconds: number, errorType: string | undefined): Effect.Effect<void> =>
  Metric.update(
    Metric.withAttributes(agentDuration, { "gen_ai.agent.name": agent, ...failedLabels(errorType) }),
    seconds
  )

/** A call has ended. */
export const call = (tool: string, seconds: number, errorType: string | undefined): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(toolDuration, { "gen_ai.tool.name": tool, ...failedLabels(errorType) }), seconds)
