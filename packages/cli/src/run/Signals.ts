/** The signals that ask a command to stop. */
import { Deferred, Effect, type Scope } from "effect"

/** Exit codes as shells have them: 128 and the number of the signal. */
export const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

export type Signal = keyof typeof codes

// The keys of the literal object above: no others exist.
const names = Object.keys(codes) as ReadonlyArray<Signal>

/** Catches the signals while the scope lives; the first one is given, later ones change nothing: the end is bounded anyway. */
export const listen: Effect.Effect<Deferred.Deferred<Signal>, never, Scope.Scope> = Effect.gen(function* () {
  const first = yield* Deferred.make<Signal>()
  const handlers = names.map((name) => [name, () => void Deferred.doneUnsafe(first, Effect.succeed(name))] as const)
  yield* Effect.acquireRelease(
    Effect.sync(() => handlers.forEach(([name, handler]) => process.on(name, handler))),
    () => Effect.sync(() => handlers.forEach(([name, handler]) => process.off(name, handler)))
  )
  return first
})
