import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { stoppable } from "../../src/internal/stoppable.ts"
import { rounds } from "../support/time.ts"

const grace = "1 second"

/** Hands out `stop`, and counts those who still listen. */
const listener = () => {
  const listening = { count: 0, stop: () => {} }
  const listen = (stop: () => void) => {
    listening.count++
    listening.stop = stop
    return () => void listening.count--
  }
  return { listening, listen }
}

it.effect("gives the exit of an effect that ends by itself, whatever it is", () =>
  Effect.gen(function* () {
    const { listen, listening } = listener()
    assert.deepStrictEqual(yield* stoppable(Effect.succeed(1), { listen, grace }), Exit.succeed(1))
    assert.deepStrictEqual(yield* stoppable(Effect.fail("no"), { listen, grace }), Exit.fail("no"))
    assert.strictEqual(listening.count, 0)
  })
)

it.effect("interrupts one that is stopped, and waits for it no longer than the grace", () =>
  Effect.gen(function* () {
    const { listen, listening } = listener()
    let ended = 0
    const count = Effect.sync(() => void ended++)
    const polite = yield* Effect.forkChild(
      stoppable(
        Effect.onInterrupt(Effect.never, () => count),
        { listen, grace }
      )
    )
    yield* rounds(2)
    listening.stop()
    listening.stop()
    assert.isUndefined(yield* Fiber.join(polite))
    assert.strictEqual(ended, 1)
    const deaf = yield* Effect.forkChild(stoppable(Effect.uninterruptible(Effect.never), { listen, grace }))
    yield* rounds(2)
    listening.stop()
    yield* TestClock.adjust("999 millis")
    assert.isUndefined(deaf.pollUnsafe())
    yield* TestClock.adjust("1 millis")
    assert.isUndefined(yield* Fiber.join(deaf))
    assert.strictEqual(listening.count, 0)
  })
)

it.effect("never starts one that is stopped at once, and ends one that is stopped in its first tick", () =>
  Effect.gen(function* () {
    let started = 0
    const never = stoppable(
      Effect.sync(() => void started++),
      {
        listen: (stop) => {
          stop()
          return () => {}
        },
        grace
      }
    )
    assert.isUndefined(yield* never)
    assert.strictEqual(started, 0)
    const { listen, listening } = listener()
    let isInterrupted = false
    const stopsItself = Effect.andThen(
      Effect.sync(() => listening.stop()),
      Effect.onInterrupt(Effect.never, () =>
        Effect.sync(() => {
          isInterrupted = true
        })
      )
    )
    assert.isUndefined(yield* stoppable(stopsItself, { listen, grace }))
    assert.isTrue(isInterrupted)
  })
)

it.effect("interrupts it with its caller", () =>
  Effect.gen(function* () {
    const { listen, listening } = listener()
    const ended = Deferred.makeUnsafe<void>()
    const work = Effect.onInterrupt(Effect.never, () => Deferred.succeed(ended, undefined))
    const caller = yield* Effect.forkChild(stoppable(work, { listen, grace }))
    yield* rounds(2)
    yield* Fiber.interrupt(caller)
    assert.isTrue(yield* Deferred.isDone(ended))
    assert.strictEqual(listening.count, 0)
  })
)
