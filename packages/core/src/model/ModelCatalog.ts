/** What is known of a model: limits and prices. What is not known is `"unknown"`. */
import { Context, Effect, Layer } from "effect"
import * as ModelRef from "../schema/ModelRef.ts"
import type { Cost, Usage } from "../schema/Usage.ts"

/** Micro-dollars per million tokens, which is dollars times a million. */
export interface Prices {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
}

export interface ModelFacts {
  /** Tokens of input and output together. */
  readonly contextTokens: number | "unknown"
  readonly outputTokens: number | "unknown"
  readonly prices: Prices | "unknown"
}

/** A model of which nothing is known. */
export const unknown: ModelFacts = { contextTokens: "unknown", outputTokens: "unknown", prices: "unknown" }

export class ModelCatalog extends Context.Service<
  ModelCatalog,
  { readonly lookup: (ref: ModelRef.ModelRef) => Effect.Effect<ModelFacts> }
>()("@rein/core/model/ModelCatalog") {}

/** Own entries, by `provider/model`. */
export const layerValues = (facts: Readonly<Record<string, ModelFacts>>): Layer.Layer<ModelCatalog> =>
  Layer.succeed(
    ModelCatalog,
    ModelCatalog.of({ lookup: (ref) => Effect.succeed(facts[ModelRef.format(ref)] ?? unknown) })
  )

/** Nothing is known of any model. */
export const layer: Layer.Layer<ModelCatalog> = layerValues({})

/** What a usage costs, in micro-dollars; unknown as soon as a price or a needed count is. */
export const costOf = (usage: Usage, prices: Prices | "unknown"): Cost => {
  const { cacheRead, cacheWrite, input, output } = usage
  if (prices === "unknown" || input === "unknown" || output === "unknown") return "unknown" // guard: I10 core/test/model/ModelCatalog.test.ts
  // How much of the input was cached does not matter where cached input costs the same.
  const read = cacheRead === "unknown" && prices.cacheRead === prices.input ? 0 : cacheRead
  const write = cacheWrite === "unknown" && prices.cacheWrite === prices.input ? 0 : cacheWrite
  if (read === "unknown" || write === "unknown") return "unknown"
  const fresh = Math.max(0, input - read - write)
  const sum = fresh * prices.input + read * prices.cacheRead + write * prices.cacheWrite + output * prices.output
  return Math.round(sum / 1_000_000)
}
