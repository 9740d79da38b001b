/** The signals that ask a command to stop. */
import { Deferred, Effect, type Scope } from "effect"
import { Ended } from "../Failure.ts"

/** Exit codes as shells have them: 128 and the number of the signal. */
export const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/** Only these are caught; any other does to the process what it always does. */
export type Signal = keyof typeof codes

// The keys of the literal object above: no others exist.
const names = Object.keys(codes) as ReadonlyArray<Signal>

/** What to wait for; either may never come. */
export interface Signals {
  /** The first signal. */
  readonly first: Deferred.Deferred<Signal>
  /** Somebody pressed Ctrl-C again. */
  readonly again: Deferred.Deferred<void>
}

/** So long everything may take after it was asked to stop, more than it needs; a store that is locked could hold it for ever. */
const lastMillis = 6_000

const exitLater = (code: number) => setTimeout(() => process.exit(code), lastMillis).unref()

/**
 * Ends the process if the scope is still open after that: what is stored is whole at any time, and the watcher stops what
 * still runs.
 */
export const exitAtTheLatest = (code: number): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.sync(() => exitLater(code)),
      (timer) => Effect.sync(() => clearTimeout(timer))
    )
  )

/** Catches the signals while the scope lives. A third Ctrl-C ends the process on the spot; what is stored is whole at any time. */
export const listenTwice: Effect.Effect<Signals, never, Scope.Scope> = Effect.gen(function* () {
  const first = yield* Deferred.make<Signal>()
  const again = yield* Deferred.make<void>()
  let interrupts = 0
  let last: NodeJS.Timeout | undefined
  const handle = (name: Signal) => () => {
    Deferred.doneUnsafe(first, Effect.succeed(name))
    last ??= exitLater(codes[name])
    if (name === "SIGINT") interrupts++
    if (interrupts === 2) Deferred.doneUnsafe(again, Effect.void)
    if (interrupts > 2) process.exit(codes.SIGINT)
  }
  const handlers = names.map((name) => [name, handle(name)] as const)
  yield* Effect.acquireRelease(
    Effect.sync(() => handlers.forEach(([name, handler]) => process.on(name, handler))),
    () =>
      Effect.sync(() => {
        handlers.forEach(([name, handler]) => process.off(name, handler))
        clearTimeout(last)
      })
  )
  return { first, again }
})

/** The first signal alone, for commands that end at once anyway. */
export const listen: Effect.Effect<Deferred.Deferred<Signal>, never, Scope.Scope> = Effect.map(
  listenTwice,
  ({ first }) => first
)

/** For what may be left as it stands: ends with the exit code of a signal when one comes before the end. */
export const unlessStopped = <A, E, R>(
  signal: Deferred.Deferred<Signal>,
  work: Effect.Effect<A, E, R>
): Effect.Effect<A, E | Ended, R> =>
  Effect.raceFirst(
    work,
    Effect.flatMap(Deferred.await(signal), (name) => Effect.fail(new Ended({ code: codes[name] })))
  )

/** Kills at once what the tools still run. What it leaves is found as always when the runtime ends. */
export const killAll = (groups: ReadonlySet<number>): void => {
  for (const group of groups) {
    try {
      process.kill(-group, "SIGKILL")
    } catch {
      // It has just ended.
    }
  }
}
