import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Stream } from "effect"
import { capacity, fromReadable } from "../../src/model/Batching.ts"

/** Numbers below `count`, as fast as they are asked for; tells how many were asked for and whether it was cancelled. */
const numbers = (count: number, fail?: Error) => {
  const state = { pulled: 0, cancelled: false, aborted: false }
  const open = (signal: AbortSignal) => {
    signal.addEventListener("abort", () => void (state.aborted = true))
    return Promise.resolve(
      new ReadableStream<number>(
        {
          pull(controller) {
            if (state.pulled < count) return controller.enqueue(state.pulled++)
            if (fail !== undefined) return controller.error(fail)
            controller.close()
          },
          cancel() {
            state.cancelled = true
          }
        },
        { highWaterMark: 0 }
      )
    )
  }
  return { state, open }
}

const message = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))
const untilIdle = Effect.promise(() => new Promise<void>((resume) => setImmediate(() => setImmediate(resume))))

describe("Batching", () => {
  it.live("gives what came together in one array, and never more than the capacity", () =>
    Effect.gen(function* () {
      const { open } = numbers(1_000)
      const sizes: Array<number> = []
      const seen: Array<number> = []
      yield* Stream.runForEachArray(fromReadable(open, message), (items) =>
        Effect.sync(() => {
          sizes.push(items.length)
          seen.push(...items)
        })
      )
      assert.deepStrictEqual(
        seen,
        Array.from({ length: 1_000 }, (_, index) => index)
      )
      assert.isAtMost(Math.max(...sizes), capacity)
      assert.isAtMost(sizes.length, 5)
    })
  )

  it.live("stops reading while the consumer has enough", () =>
    Effect.gen(function* () {
      const { open, state } = numbers(10_000)
      const gate = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(
        Stream.runForEachArray(fromReadable(open, message), () => Deferred.await(gate)),
        { startImmediately: true }
      )
      for (let round = 0; round < 400; round++) yield* untilIdle
      // One array is with the consumer, one waits.
      assert.isAtMost(state.pulled, 2 * capacity)
      assert.isAtLeast(state.pulled, capacity)
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(fiber)
      assert.strictEqual(state.pulled, 10_000)
      assert.isFalse(state.cancelled)
      assert.isFalse(state.aborted)
    })
  )

  it.live("cancels the reader and aborts the signal on interruption", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const state = { cancelled: false, aborted: false }
      const silent = fromReadable((signal) => {
        signal.addEventListener("abort", () => void (state.aborted = true))
        return Promise.resolve(
          new ReadableStream<number>({
            start: (controller) => controller.enqueue(1),
            cancel: () => void (state.cancelled = true)
          })
        )
      }, message)
      const fiber = yield* Effect.forkChild(Stream.runForEachArray(silent, () => Deferred.succeed(started, undefined)))
      yield* Deferred.await(started)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(state, { cancelled: true, aborted: true })
    })
  )

  it.live("aborts an opening that is still under way, and cancels what it gives later", () =>
    Effect.gen(function* () {
      const opening = yield* Deferred.make<AbortSignal>()
      const { open, state } = numbers(3)
      let give: () => void = () => {}
      const stream = fromReadable(async (signal) => {
        Effect.runSync(Deferred.succeed(opening, signal))
        await new Promise<void>((resume) => void (give = resume))
        return open(signal)
      }, message)
      const fiber = yield* Effect.forkChild(Stream.runDrain(stream))
      const signal = yield* Deferred.await(opening)
      yield* Fiber.interrupt(fiber)
      assert.isTrue(signal.aborted)
      give()
      yield* untilIdle
      assert.deepStrictEqual(state, { pulled: 0, cancelled: true, aborted: false })
    })
  )

  it.live("cancels when the consumer ends early", () =>
    Effect.gen(function* () {
      const { open, state } = numbers(1_000)
      const seen = yield* Stream.runCollect(Stream.takeUntil(fromReadable(open, message), (n) => n === 3))
      assert.deepStrictEqual([...seen], [0, 1, 2, 3])
      assert.isTrue(state.cancelled)
      assert.isTrue(state.aborted)
    })
  )

  it.live("gives what was read before an error, then the error", () =>
    Effect.gen(function* () {
      const { open } = numbers(5, new Error("broken"))
      const seen: Array<number> = []
      const exit = yield* Effect.exit(
        Stream.runForEachArray(fromReadable(open, message), (items) => Effect.sync(() => void seen.push(...items)))
      )
      assert.deepStrictEqual(seen, [0, 1, 2, 3, 4])
      assert.deepStrictEqual(exit, Exit.fail("broken"))
    })
  )

  it.live("reports a failed opening, thrown or rejected", () =>
    Effect.gen(function* () {
      const rejected = fromReadable<number, string>(() => Promise.reject(new Error("refused")), message)
      const thrown = fromReadable<number, string>(() => {
        throw new Error("at once")
      }, message)
      assert.deepStrictEqual(yield* Effect.exit(Stream.runDrain(rejected)), Exit.fail("refused"))
      assert.deepStrictEqual(yield* Effect.exit(Stream.runDrain(thrown)), Exit.fail("at once"))
    })
  )

  it.live("opens anew for each run", () =>
    Effect.gen(function* () {
      let opened = 0
      const stream = fromReadable((signal) => {
        opened++
        return numbers(2).open(signal)
      }, message)
      assert.strictEqual(opened, 0)
      yield* Stream.runDrain(stream)
      yield* Stream.runDrain(stream)
      assert.strictEqual(opened, 2)
    })
  )
})
