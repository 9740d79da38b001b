import { type Duration, Effect, Fiber } from "effect"
import { within } from "./within.ts"

/** How long an effect may run, and how long its end is waited for when it was told to stop. */
export interface Bounds<E> {
  readonly timeoutMillis: number
  readonly onTimeout: () => E
  readonly grace: Duration.Input
}

/**
 * Runs an effect in a fiber of its own, for at most the timeout. When it takes
 * longer or the caller is interrupted it is interrupted, but waited for only as
 * long as the grace: one that ignores interruption is left behind and cannot
 * hold the caller.
 */
export const abandonable = <A, E, R>(effect: Effect.Effect<A, E, R>, bounds: Bounds<E>): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      let timedOut = false
      const fiber = yield* Effect.forkDetach(Effect.interruptible(effect), { startImmediately: true })
      const stop = Effect.suspend(() => {
        fiber.interruptUnsafe()
        return within(Fiber.await(fiber), bounds.grace)
      })
      if (fiber.pollUnsafe() !== undefined) return yield* Fiber.join(fiber)
      const timer = Effect.andThen(
        Effect.sleep(bounds.timeoutMillis),
        Effect.sync(() => {
          timedOut = true
        })
      )
      const waiting = Effect.raceFirst(Effect.asVoid(Fiber.await(fiber)), timer)
      yield* restore(waiting).pipe(Effect.onInterrupt(() => stop))
      if (!timedOut) return yield* Fiber.join(fiber)
      yield* stop
      return yield* Effect.fail(bounds.onTimeout())
    })
  )
