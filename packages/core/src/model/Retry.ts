/** Which failed attempts are repeated, and after how long. Acts only before the first semantic part of an answer. */
import { Context, Effect, Layer, Random } from "effect"
import type { ModelError, ModelErrorReason } from "../schema/ModelError.ts"

/** Wait so long and try again, or give up. */
export type Decision = { readonly _tag: "again"; readonly inMillis: number } | { readonly _tag: "give-up" }

export class Retry extends Context.Service<
  Retry,
  {
    /** Called after attempt number `attempt` (from 1) failed. */
    readonly decide: (error: ModelError, attempt: number) => Effect.Effect<Decision>
  }
>()("@rein/core/model/Retry") {}

export interface Options {
  /** Attempts in all. */
  readonly attempts: number
  /** The first wait; doubled each time. */
  readonly baseMillis: number
  readonly capMillis: number
  /** The longest wait that a server may ask for; above it the attempt is given up. */
  readonly serverCapMillis: number
}

/** 5 attempts, 2 to 30 seconds; a server may ask for up to 15 minutes. */
export const defaults: Options = { attempts: 5, baseMillis: 2_000, capMillis: 30_000, serverCapMillis: 900_000 }

/** Is it worth asking again unchanged? */
export const isTransient = (reason: ModelErrorReason): boolean => {
  switch (reason._tag) {
    case "RateLimited":
    case "Overloaded":
    case "Timeout":
      return true
    case "InvalidOutput":
      return reason.lasting !== true
    case "Transport":
      return reason.lasting !== true && reason.phase === "before-output"
    case "CutOff":
      return reason.phase === "before-output"
    default:
      return false
  }
}

const serverDelay = (reason: ModelErrorReason): number | undefined =>
  reason._tag === "RateLimited" || reason._tag === "Overloaded" ? reason.retryAfterMillis : undefined

const giveUp: Decision = { _tag: "give-up" }

/** Exponential with full jitter over the upper half, and at least what the server asks for. */
export const layerWith = (options: Options): Layer.Layer<Retry> =>
  Layer.succeed(
    Retry,
    Retry.of({
      decide: Effect.fnUntraced(function* (error, attempt) {
        if (!isTransient(error.reason) || attempt >= options.attempts) return giveUp
        const asked = serverDelay(error.reason)
        if (asked !== undefined) {
          return asked > options.serverCapMillis ? giveUp : { _tag: "again", inMillis: asked }
        }
        const wait = Math.min(options.capMillis, options.baseMillis * 2 ** (attempt - 1))
        const jitter = yield* Random.next
        return { _tag: "again", inMillis: Math.round(Math.max(options.baseMillis, wait * (0.5 + jitter / 2))) }
      })
    })
  )

export const layer: Layer.Layer<Retry> = layerWith(defaults)

/** Every failure is final. */
export const layerNone: Layer.Layer<Retry> = Layer.succeed(Retry, Retry.of({ decide: () => Effect.succeed(giveUp) }))
