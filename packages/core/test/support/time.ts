// Waiting in tests: on the test clock, or by letting other fibers run; never on the real clock.
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"

/** Lets time pass on the test clock until the fiber has ended. */
export const letTimePass = Effect.fnUntraced(function* <A, E>(fiber: Fiber.Fiber<A, E>) {
  while (fiber.pollUnsafe() === undefined) {
    yield* TestClock.adjust("100 millis")
    yield* Effect.yieldNow
  }
  return yield* Fiber.join(fiber)
})

/** Lets other fibers run until it is so; the test's own timeout bounds it. */
export const until = (isSo: () => boolean): Effect.Effect<void> =>
  Effect.asVoid(Effect.repeat(Effect.yieldNow, { until: isSo }))

/** Lets other fibers run for so many rounds, to see that something does not happen. */
export const rounds = (count: number): Effect.Effect<void> =>
  Effect.asVoid(Effect.repeat(Effect.yieldNow, { times: count }))
