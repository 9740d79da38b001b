/**
 * One limit for each account at a provider: when it limits the rate of one session, all sessions and children of the
 * runtime hold back.
 *
 * A `Model` over another one. A request that comes too early is not sent: it fails at once as rate limited, with the time
 * to wait, so that whoever waits shows, ends or skips the wait as any other. After the pause the waiting ones go one by one.
 */
import { Clock, Effect, Layer, Random, Stream } from "effect"
import { ModelError, type ModelErrorReason } from "../schema/ModelError.ts"
import { Model, type ModelService } from "./Model.ts"
import { isSemantic, type ModelPart } from "./ModelPart.ts"
import type { ModelRequest } from "./ModelRequest.ts"
import { backoff } from "./Retry.ts"

/** How long an account is left alone after it was limited, in milliseconds. */
export interface Options {
  /** The least of the pause when the provider names none, which is up to twice as long; doubled each time until an answer comes. */
  readonly baseMillis: number
  readonly capMillis: number
  /** Between two requests that waited for the same pause. */
  readonly spacingMillis: number
}

/** 2 to 30 seconds; half a second between those that waited. */
export const defaults: Options = { baseMillis: 2_000, capMillis: 30_000, spacingMillis: 500 }

/** What is known of an account's limits. */
interface Account {
  /** Nothing is sent before. */
  until: number
  /** When the next one that waits may go. */
  next: number
  /** Pauses since the last answer. */
  pauses: number
}

type RateLimited = Extract<ModelErrorReason, { readonly _tag: "RateLimited" }>

class Limiter {
  readonly #accounts = new Map<string, Account>()
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  /** How long a request has to wait; 0 when it may go. */
  hold(name: string, now: number): number {
    const account = this.#accounts.get(name)
    return account === undefined || now >= account.until ? 0 : this.#slot(account) - now
  }

  /** The account was limited, as the answer to a request of `sent` says. Gives the time that this request has to wait. */
  limited(name: string, { retryAfterMillis }: RateLimited, sent: number, now: number, dice: number): number {
    const account = this.#accounts.get(name) ?? { until: 0, next: 0, pauses: 0 }
    this.#accounts.set(name, account)
    // Requests that were under way together are limited together, once.
    if (sent >= account.until) account.pauses += 1
    const pause = retryAfterMillis ?? backoff(this.#options, account.pauses, dice)
    account.until = Math.max(account.until, now + pause)
    return this.#slot(account) - now
  }

  /** An answer has come. */
  answered(name: string): void {
    const account = this.#accounts.get(name)
    if (account !== undefined) account.pauses = 0
  }

  isWary(name: string): boolean {
    return (this.#accounts.get(name)?.pauses ?? 0) > 0
  }

  #slot(account: Account): number {
    const slot = Math.max(account.until, account.next)
    account.next = slot + this.#options.spacingMillis
    return slot
  }
}

const seconds = (millis: number): string => (millis / 1_000).toFixed(1)

const heldBack = (account: string, millis: number): ModelError =>
  new ModelError({
    reason: { _tag: "RateLimited", retryAfterMillis: millis, unsent: true },
    message: `The provider limits the rate of requests (account ${account}), so this one was held back for ${seconds(millis)} s.`
  })

const make = (model: ModelService, options: Options): ModelService => {
  const limiter = new Limiter(options)

  const failed = (name: string, sent: number, now: () => number, dice: () => number) => (error: ModelError) => {
    const { reason } = error
    if (reason._tag !== "RateLimited" || reason.lasting === true) return error
    const retryAfterMillis = limiter.limited(name, reason, sent, now(), dice())
    return new ModelError({ ...error, message: error.message, reason: { ...reason, retryAfterMillis } })
  }

  const watched = (name: string, stream: Stream.Stream<ModelPart, ModelError>) =>
    limiter.isWary(name)
      ? Stream.mapArray(stream, (parts) => {
          if (parts.some(isSemantic)) limiter.answered(name)
          return parts
        })
      : stream

  const stream = (request: ModelRequest): Stream.Stream<ModelPart, ModelError> =>
    Stream.unwrap(
      Effect.gen(function* () {
        const [clock, random] = [yield* Clock.Clock, yield* Random.Random]
        const name = model.account?.(request.model) ?? request.model.provider
        const now = () => clock.currentTimeMillisUnsafe()
        const dice = () => random.nextDoubleUnsafe()
        const hold = request.urgent === true ? 0 : limiter.hold(name, now())
        return hold > 0
          ? Stream.fail(heldBack(name, hold))
          : Stream.mapError(watched(name, model.stream(request)), failed(name, now(), now, dice))
      })
    )
  return { ...model, stream }
}

/** The model below, with limits that all of its users share. */
export const layerWith = (options: Options): Layer.Layer<Model, never, Model> =>
  Layer.effect(
    Model,
    Effect.map(Model, (model) => Model.of(make(model, options)))
  )

/** Over the model that is provided, with the pauses in `defaults`. */
export const layer: Layer.Layer<Model, never, Model> = layerWith(defaults)
