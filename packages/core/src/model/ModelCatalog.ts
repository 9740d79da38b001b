/** What is known of a model: limits, prices and what it can do. What is not known is `"unknown"`. */
import { Context, Effect, Layer } from "effect"
import * as ModelRef from "../schema/ModelRef.ts"
import type { Cost, Usage } from "../schema/Usage.ts"

/** Micro-dollars per million tokens, which is dollars times a million. Where cached input has no price, it is that of input. */
export interface Rates {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
}

/** What a step costs, and what one with a long input costs. */
export interface Prices extends Rates {
  /** With more input than so many tokens, these are the rates of all that the step reads and writes. */
  readonly above?: ReadonlyArray<Rates & { readonly tokens: number }>
}

/** What a model can take and do. */
export interface Capabilities {
  readonly tools: boolean
  readonly reasoning: boolean
  /** What may be sent: `text`, `image`, `pdf` and so on. */
  readonly input: ReadonlyArray<string>
}

/** What is known of one model. */
export interface ModelFacts {
  /** For people. */
  readonly name?: string
  /** Tokens of input and output together. */
  readonly contextTokens: number | "unknown"
  readonly outputTokens: number | "unknown"
  readonly prices: Prices | "unknown"
  /** Left out where they are not known. */
  readonly capabilities?: Capabilities
}

/** Some facts about a model. */
export type SomeFacts = Partial<ModelFacts>

/** By `provider/model`. */
export type Entries = Readonly<Record<string, SomeFacts>>

/** A model of which nothing is known. */
export const unknown: ModelFacts = { contextTokens: "unknown", outputTokens: "unknown", prices: "unknown" }

/** Looks models up. A model that it does not know is no failure: all of its facts are unknown. */
export class ModelCatalog extends Context.Service<
  ModelCatalog,
  {
    readonly lookup: (ref: ModelRef.ModelRef) => Effect.Effect<ModelFacts>
    /** The models of a provider that are known, by their names. */
    readonly models: (provider: string) => Effect.Effect<Readonly<Record<string, ModelFacts>>>
  }
>()("@rein/core/model/ModelCatalog") {}

/** What a catalogue layer is made of. */
export type CatalogService = ModelCatalog["Service"]

/** Puts own entries over a catalogue: of each model, the fields that they have. */
export const over = (entries: Entries, below: CatalogService): CatalogService => {
  const models = (provider: string) => {
    const own = Object.entries(entries).flatMap(([id, facts]) => {
      const ref = ModelRef.parse(id)
      return ref?.provider === provider ? [[ref.model, facts] as const] : []
    })
    return Effect.map(below.models(provider), (known) => ({
      ...known,
      ...Object.fromEntries(own.map(([model, facts]) => [model, { ...unknown, ...known[model], ...facts }]))
    }))
  }
  return ModelCatalog.of({
    lookup: (ref) => {
      const own = entries[ModelRef.format(ref)]
      return own === undefined ? below.lookup(ref) : Effect.map(below.lookup(ref), (facts) => ({ ...facts, ...own }))
    },
    models
  })
}

const empty: CatalogService = ModelCatalog.of({
  lookup: () => Effect.succeed(unknown),
  models: () => Effect.succeed({})
})

/** Own entries, by `provider/model`. */
export const layerValues = (entries: Entries): Layer.Layer<ModelCatalog> =>
  Layer.succeed(ModelCatalog, over(entries, empty))

/** Own entries over another catalogue. */
export const layerOver = (entries: Entries): Layer.Layer<ModelCatalog, never, ModelCatalog> =>
  Layer.effect(
    ModelCatalog,
    Effect.gen(function* () {
      return over(entries, yield* ModelCatalog)
    })
  )

/** Nothing is known of any model. */
export const layer: Layer.Layer<ModelCatalog> = layerValues({})

/** The rates of an input of this length: those of the highest step of the price list that it exceeds. */
const ratesFor = (input: number, { above = [], ...base }: Prices): Rates =>
  above.filter(({ tokens }) => input > tokens).toSorted((a, b) => b.tokens - a.tokens)[0] ?? base

/**
 * What a step costs, in whole micro-dollars, rounded once; unknown as soon as a price or a needed count is.
 *
 * Cached input and reasoning are parts of what the usage counts as input and output, whatever a provider's style is.
 */
export const costOf = (usage: Usage, prices: Prices | "unknown"): Cost => {
  const { cacheRead, cacheWrite, input, output } = usage
  if (prices === "unknown" || input === "unknown" || output === "unknown") return "unknown" // guard: I10 core/test/model/ModelCatalog.test.ts
  const rates = ratesFor(input, prices)
  // How much of the input was cached does not matter where cached input costs the same.
  const read = cacheRead === "unknown" && rates.cacheRead === rates.input ? 0 : cacheRead
  const write = cacheWrite === "unknown" && rates.cacheWrite === rates.input ? 0 : cacheWrite
  if (read === "unknown" || write === "unknown") return "unknown"
  const fresh = Math.max(0, input - read - write)
  const sum = fresh * rates.input + read * rates.cacheRead + write * rates.cacheWrite + output * rates.output
  return Math.round(sum / 1_000_000)
}
