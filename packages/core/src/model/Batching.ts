/**
 * Reads a `ReadableStream` as an Effect stream whose arrays hold all that has come so far.
 *
 * One effect per element costs seven times the reading itself. Here a promise loop
 * reads into an array, and the consumer takes the whole array with one pull.
 */
import { Cause, Effect, Stream } from "effect"
import type { Pull } from "effect"

/** So many elements may wait for the consumer; above it nothing is read until it takes them. */
export const capacity = 256

type NonEmpty<A> = readonly [A, ...Array<A>]

const isNonEmpty = <A>(items: ReadonlyArray<A>): items is NonEmpty<A> => items.length > 0

const ignore = (): void => {}

/** Only some hosts have it, so no type of the web says it; in Node it costs far less than a timer. */
const { setImmediate: immediate } = globalThis as { readonly setImmediate?: (run: () => void) => unknown }

/** Runs after everything that is already queued, promise reactions too: what came together is read together. */
const macrotask: (run: () => void) => unknown = immediate ?? ((run) => setTimeout(run, 0))

/** The read loop and what it has read; plain callbacks, because it runs once per element. */
class Source<A> {
  #items: Array<A> = []
  #ended = false
  #closed = false
  #failure: { readonly cause: unknown } | undefined
  #reader: ReadableStreamDefaultReader<A> | undefined
  #wake: (() => void) | undefined
  #waking = false
  #room: (() => void) | undefined
  readonly #abort = new AbortController()

  /** Never rejects: what goes wrong waits in `#failure` until the consumer has taken what came before it. */
  async run(open: (signal: AbortSignal) => Promise<ReadableStream<A>>): Promise<void> {
    try {
      const stream = await open(this.#abort.signal)
      if (this.#closed) return void stream.cancel().catch(ignore)
      this.#reader = stream.getReader()
      await this.#read(this.#reader)
    } catch (cause) {
      this.#failure = { cause }
    }
    this.#ended = true
    this.#notify()
  }

  async #read(reader: ReadableStreamDefaultReader<A>): Promise<void> {
    while (!this.#closed) {
      if (this.#items.length >= capacity) {
        await new Promise<void>((resume) => {
          this.#room = resume
        })
        continue
      }
      const next = await reader.read()
      if (next.done) return
      this.#items.push(next.value)
      this.#notify()
    }
  }

  #notify(): void {
    if (this.#wake === undefined || this.#waking) return
    this.#waking = true
    macrotask(() => {
      this.#waking = false
      const wake = this.#wake
      this.#wake = undefined
      wake?.()
    })
  }

  /** All that has come, or `undefined` while there is nothing; leaves the array to the caller. */
  take(): NonEmpty<A> | undefined {
    const items = this.#items
    if (!isNonEmpty(items)) return undefined
    this.#items = []
    const room = this.#room
    this.#room = undefined
    room?.()
    return items
  }

  get ended(): boolean {
    return this.#ended
  }

  get failure(): { readonly cause: unknown } | undefined {
    return this.#failure
  }

  /** Calls back, in a later macrotask, when there is something to take or nothing will come any more. */
  onReady(wake: () => void): void {
    this.#wake = wake
  }

  forget(): void {
    this.#wake = undefined
  }

  /** Does not wait: a provider that hangs in `cancel` must not hold an interruption up. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#room?.()
    if (this.#ended) return
    // Cancel first: an abort makes pending reads fail, and there is nobody left to read that failure.
    this.#reader?.cancel().catch(ignore)
    this.#abort.abort()
  }
}

const pullFrom = <A, E>(source: Source<A>, onError: (cause: unknown) => E): Pull.Pull<NonEmpty<A>, E> => {
  const ready = Effect.callback<void>((resume) => {
    source.onReady(() => resume(Effect.void))
    return Effect.sync(() => source.forget())
  })
  const pull: Pull.Pull<NonEmpty<A>, E> = Effect.suspend(() => {
    const items = source.take()
    if (items !== undefined) return Effect.succeed(items)
    if (source.failure !== undefined) return Effect.fail(onError(source.failure.cause))
    return source.ended ? Cause.done() : Effect.andThen(ready, pull)
  })
  return pull
}

/**
 * The elements of the stream that `open` gives, in arrays of all that is there at each pull.
 *
 * `open` is called once per run, when the first array is asked for, and reading goes on between pulls until `capacity`
 * elements wait. An error comes after the elements that were read before it. When the consumer stops early, by
 * interruption or because it has enough, the reader is cancelled and the signal aborted.
 */
export const fromReadable = <A, E>(
  open: (signal: AbortSignal) => Promise<ReadableStream<A>>,
  onError: (cause: unknown) => E
): Stream.Stream<A, E> =>
  Stream.scoped(
    Stream.fromPull(
      Effect.map(
        Effect.acquireRelease(
          Effect.sync(() => {
            const source = new Source<A>()
            void source.run(open)
            return source
          }),
          (source) => Effect.sync(() => source.close())
        ),
        (source) => pullFrom(source, onError)
      )
    )
  )
