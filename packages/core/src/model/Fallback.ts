/** Which model is asked when one fails before it has said anything, and no other try is left to it. */
import { Context, Effect, Layer, Schema } from "effect"
import type { ModelErrorReason } from "../schema/ModelError.ts"
import * as ModelRef from "../schema/ModelRef.ts"
import { ModelCatalog, type Prices } from "./ModelCatalog.ts"

/** What a model is asked for: the agent's steps, small questions, summaries of a history, reviews of what was done. */
export const ModelRole = Schema.Literals(["model", "small", "summary", "review"])
/** Each role has its own list of models; one without a list has no fallback. */
export type ModelRole = typeof ModelRole.Type

type Tag = ModelErrorReason["_tag"]

/** By default a model that costs more, or whose price is unknown, is never asked instead. */
export interface Options {
  /** For each role the models to ask, in this order. */
  readonly models: Readonly<Partial<Record<ModelRole, ReadonlyArray<ModelRef.ModelRef>>>>
  /** The reasons for which another model is asked. */
  readonly on?: ReadonlyArray<Tag>
  /** Also a model that costs more than the one that failed, or of which either price is unknown. */
  readonly anyPrice?: boolean
  /** While another model is left, one that failed is waited for so long at most. */
  readonly patienceMillis?: number
}

/** What is wrong with the provider or the account, not with the request: that another one would refuse, too. */
export const defaultReasons: ReadonlyArray<Tag> = [
  "RateLimited",
  "Overloaded",
  "Quota",
  "Transport",
  "Timeout",
  "InvalidOutput",
  "CutOff"
]

/** Half a minute, as long as a wait without a word of the server. */
export const defaultPatienceMillis = 30_000

/** What failed, and what failed before it. */
export interface Failed {
  readonly role: ModelRole
  readonly model: ModelRef.ModelRef
  readonly reason: ModelErrorReason
  /** The models that failed before it, the wanted one first. */
  readonly tried: ReadonlyArray<ModelRef.ModelRef>
}

/** Another model, or none; `why` where there would have been one. */
export type Choice =
  | { readonly _tag: "take"; readonly model: ModelRef.ModelRef }
  | { readonly _tag: "none"; readonly why?: string }

/** Chooses the model that is asked next. */
export class Fallback extends Context.Service<
  Fallback,
  {
    readonly next: (failed: Failed) => Effect.Effect<Choice>
    /** How long the running model may be waited for between two attempts. */
    readonly patienceMillis: (asked: Omit<Failed, "reason">) => number
  }
>()("@rein/core/model/Fallback") {}

const same =
  (a: ModelRef.ModelRef) =>
  (b: ModelRef.ModelRef): boolean =>
    a.provider === b.provider && a.model === b.model

/** Costs it more, for anything? */
const isDearer = (other: Prices, wanted: Prices): boolean =>
  other.input > wanted.input ||
  other.output > wanted.output ||
  other.cacheRead > wanted.cacheRead ||
  other.cacheWrite > wanted.cacheWrite

const make = Effect.fnUntraced(function* (options: Options) {
  const catalog = yield* ModelCatalog
  const { anyPrice = false, models, on = defaultReasons, patienceMillis = defaultPatienceMillis } = options

  const left = ({ model, role, tried }: Omit<Failed, "reason">) =>
    (models[role] ?? []).filter((one) => ![...tried, model].some(same(one)))

  /** Why a model may not stand in for the wanted one, if so. */
  const objection = Effect.fnUntraced(function* (other: ModelRef.ModelRef, wanted: ModelRef.ModelRef) {
    if (anyPrice) return undefined
    const prices = [(yield* catalog.lookup(other)).prices, (yield* catalog.lookup(wanted)).prices] as const
    const [its, usual] = prices
    const name = ModelRef.format(other)
    if (its === "unknown") return `${name} was not asked instead: its price is unknown.`
    if (usual === "unknown") return `${name} was not asked instead: the price of ${ModelRef.format(wanted)} is unknown.`
    return isDearer(its, usual) ? `${name} was not asked instead: it costs more.` : undefined
  })

  return Fallback.of({
    next: Effect.fnUntraced(function* (failed): Effect.fn.Return<Choice> {
      if (!on.includes(failed.reason._tag)) return { _tag: "none" }
      const objections: Array<string> = []
      for (const model of left(failed)) {
        const why = yield* objection(model, failed.tried[0] ?? failed.model)
        if (why === undefined) return { _tag: "take", model }
        objections.push(why)
      }
      return objections.length === 0 ? { _tag: "none" } : { _tag: "none", why: objections.join(" ") }
    }),
    patienceMillis: (asked) => (left(asked).length === 0 ? Number.POSITIVE_INFINITY : patienceMillis)
  })
})

/** With lists of models; the catalogue's prices decide which of them may stand in. */
export const layerWith = (options: Options): Layer.Layer<Fallback, never, ModelCatalog> =>
  Layer.effect(Fallback, make(options))

/** A model that fails is not replaced. */
export const layerNone: Layer.Layer<Fallback> = Layer.succeed(
  Fallback,
  Fallback.of({ next: () => Effect.succeed({ _tag: "none" }), patienceMillis: () => Number.POSITIVE_INFINITY })
)
