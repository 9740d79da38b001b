import { Deferred, type Duration, Effect, type Exit, Fiber } from "effect"
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
      const first = Deferred.makeUnsafe<Exit.Exit<A, E> | undefined>()
      const done = (exit: Exit.Exit<A, E> | undefined) => Deferred.doneUnsafe(first, Effect.succeed(exit))
      const watched = Effect.onExit(effect, (exit) => Effect.sync(() => done(exit)))
      const fiber = yield* Effect.forkDetach(Effect.interruptible(watched), { startImmediately: true })
      const now = fiber.pollUnsafe()
      if (now !== undefined) return yield* now
      const timer = yield* Effect.forkDetach(
        Effect.interruptible(
          Effect.andThen(
            Effect.sleep(bounds.timeoutMillis),
            Effect.sync(() => done(undefined))
          )
        )
      )
      const stop = Effect.suspend(() => {
        fiber.interruptUnsafe()
        return within(Fiber.await(fiber), bounds.grace)
      })
      const exit = yield* restore(Deferred.await(first)).pipe(
        Effect.onInterrupt(() => stop),
        Effect.ensuring(Effect.sync(() => timer.interruptUnsafe()))
      )
      if (exit !== undefined) return yield* exit
      yield* stop
      return yield* Effect.fail(bounds.onTimeout())
    })
  )
