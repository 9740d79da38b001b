import { Deferred, type Duration, Effect, type Exit } from "effect"

/**
 * Waits for an effect, but never longer than the limit: then it is interrupted
 * and left behind, and the exit is undefined. Also inside a finalizer of an
 * interrupted fiber, and for an effect that ignores its interruption; hence
 * fibers of their own that nobody waits for.
 */
export const within = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  limit: Duration.Input
): Effect.Effect<Exit.Exit<A, E> | undefined, never, R> =>
  Effect.gen(function* () {
    const first = Deferred.makeUnsafe<Exit.Exit<A, E> | undefined>()
    const done = (exit: Exit.Exit<A, E> | undefined) => Deferred.doneUnsafe(first, Effect.succeed(exit))
    const watched = Effect.onExit(effect, (exit) => Effect.sync(() => done(exit)))
    const fiber = yield* Effect.forkDetach(Effect.interruptible(watched), { startImmediately: true })
    const timer = yield* Effect.forkDetach(
      Effect.interruptible(
        Effect.andThen(
          Effect.sleep(limit),
          Effect.sync(() => done(undefined))
        )
      )
    )
    const exit = yield* Deferred.await(first)
    timer.interruptUnsafe()
    fiber.interruptUnsafe()
    return exit
  })
