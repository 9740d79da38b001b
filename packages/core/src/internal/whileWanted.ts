/** Background work that runs only while somebody needs it. */
import { type Duration, Effect, Fiber, type Scope } from "effect"

/**
 * Gives a function that starts the work unless it already runs. It repeats `tick`, first after one pause,
 * and ends by itself when `wanted` says no, or with the scope.
 */
export const whileWanted = Effect.fnUntraced(function* (options: {
  readonly wanted: () => boolean
  readonly pause: Duration.Input
  readonly tick: Effect.Effect<void>
}): Effect.fn.Return<() => void, never, Scope.Scope> {
  // The layer's context, not that of whoever starts it: the work outlives that fiber.
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  let fiber: Fiber.Fiber<void> | undefined
  let closed = false
  const loop = Effect.gen(function* () {
    while (true) {
      yield* Effect.sleep(options.pause)
      // Decided and forgotten in one synchronous step, so that no start is lost in between.
      if (!options.wanted()) {
        fiber = undefined
        return
      }
      yield* options.tick
    }
  })
  yield* Effect.addFinalizer(() => {
    closed = true
    return fiber === undefined ? Effect.void : Fiber.interrupt(fiber)
  })
  return () => {
    if (fiber === undefined && !closed) fiber = fork(loop)
  }
})
