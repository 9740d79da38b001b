/** Which failed attempts are repeated, and after how long. Acts only before the first semantic part of an answer. */
import { Clock, Context, Effect, Layer, Random } from "effect"
import type { ModelError, ModelErrorReason } from "../schema/ModelError.ts"

/** Wait so long and try again, or give up; `why` is for people, where the error alone does not tell. */
export type Decision =
  | { readonly _tag: "again"; readonly inMillis: number }
  | { readonly _tag: "give-up"; readonly why?: string }

/** Decides after a failed attempt. It does not wait itself: whoever asked does, and shows it. */
export class Retry extends Context.Service<
  Retry,
  {
    /** Called after attempt number `attempt` (from 1) failed, so long after the first one began. */
    readonly decide: (error: ModelError, attempt: number, elapsedMillis?: number) => Effect.Effect<Decision>
  }
>()("@rein/core/model/Retry") {}

/** Bounds of attempts and of the waits between them, in milliseconds. */
export interface Options {
  /** Attempts in all. */
  readonly attempts: number
  /** The least of the first wait, which is up to twice as long; doubled each time. */
  readonly baseMillis: number
  readonly capMillis: number
  /** The longest wait that a server may ask for; above it the attempt is given up. */
  readonly serverCapMillis: number
  /** No attempt begins later than so long after the first one. */
  readonly totalMillis: number
}

/** 5 attempts, 2 to 30 seconds; a server may ask for up to 15 minutes, and all of it for half an hour. */
export const defaults: Options = {
  attempts: 5,
  baseMillis: 2_000,
  capMillis: 30_000,
  serverCapMillis: 900_000,
  totalMillis: 1_800_000
}

/** Is it worth asking again unchanged? */
export const isTransient = (reason: ModelErrorReason): boolean => {
  switch (reason._tag) {
    case "Timeout":
      return true
    case "RateLimited":
    case "Overloaded":
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

const span = (millis: number): string => {
  const minutes = Math.round(millis / 60_000)
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** A wait that nobody should sit through: it is told when the session can go on. */
const tooLong = (asked: number, options: Options) =>
  Effect.map(Clock.currentTimeMillis, (now): Decision => ({
    _tag: "give-up",
    why: `It asks to wait ${span(asked)}, until ${new Date(now + asked).toISOString().slice(0, 16)}Z; up to ${span(options.serverCapMillis)} are waited for it. Go on with the session then.`
  }))

/**
 * A wait of which the server says nothing, longer each time: `dice`, from 0 to 1, says where between its bounds. The first
 * one is by chance, too, because what fails together should not come back together.
 */
export const backoff = (
  { baseMillis, capMillis }: Pick<Options, "baseMillis" | "capMillis">,
  attempt: number,
  dice: number
): number => {
  const most = Math.min(capMillis, baseMillis * 2 ** attempt)
  const least = Math.max(Math.min(capMillis, baseMillis), most / 2)
  return Math.round(least + (most - least) * dice)
}

const decide = Effect.fnUntraced(function* (
  options: Options,
  { reason }: ModelError,
  attempt: number,
  elapsedMillis: number
): Effect.fn.Return<Decision> {
  if (!isTransient(reason) || attempt >= options.attempts) return giveUp
  const asked = serverDelay(reason)
  if (asked !== undefined && asked > options.serverCapMillis) return yield* tooLong(asked, options)
  const inMillis = asked ?? backoff(options, attempt, yield* Random.next)
  return elapsedMillis + inMillis > options.totalMillis
    ? { _tag: "give-up", why: `It was tried for ${span(elapsedMillis)}.` }
    : { _tag: "again", inMillis }
})

/** Exponential with jitter over the upper half, and at least what the server asks for; the rest is as in `defaults`. */
export const layerWith = (options: Partial<Options>): Layer.Layer<Retry> => {
  const all = { ...defaults, ...options }
  return Layer.succeed(
    Retry,
    Retry.of({ decide: (error, attempt, elapsedMillis = 0) => decide(all, error, attempt, elapsedMillis) })
  )
}

/** The default: with the bounds in `defaults`. */
export const layer: Layer.Layer<Retry> = layerWith({})

/** Every failure is final. */
export const layerNone: Layer.Layer<Retry> = Layer.succeed(Retry, Retry.of({ decide: () => Effect.succeed(giveUp) }))
