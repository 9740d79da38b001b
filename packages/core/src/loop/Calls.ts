/** The running calls of one step: a fiber and a Deferred each, in a map by their id. */
import { Deferred, Effect, FiberMap, Scope, Semaphore } from "effect"
import type * as Ids from "../schema/Ids.ts"
import type { Call } from "../schema/Part.ts"
import type { StoreError } from "../session/SessionStore.ts"
import { CallOrder } from "./CallOrder.ts"
import type { CallScope, ToolRunner } from "./ToolRunner.ts"

/** Running calls, with the Deferred that says that the call is settled. */
export interface Calls {
  readonly start: (call: Call) => Effect.Effect<void>
  /** Waits until all are settled. */
  readonly settled: Effect.Effect<void, StoreError>
}

/** The calls end with the scope. */
export const makeCalls = Effect.fnUntraced(function* (
  runner: ToolRunner["Service"],
  scope: CallScope,
  concurrency: number
): Effect.fn.Return<Calls, never, Scope.Scope> {
  const owner = yield* Effect.scope
  // Made with the first call: most of the time an answer is waited for.
  let fibers: FiberMap.FiberMap<Ids.CallId> | undefined
  const done = new Map<Ids.CallId, Deferred.Deferred<void, StoreError>>()
  const order = new CallOrder()
  const permits = Semaphore.makeUnsafe(concurrency)
  return {
    start: Effect.fnUntraced(function* (call) {
      const deferred = Deferred.makeUnsafe<void, StoreError>()
      done.set(call.id, deferred)
      // Taken here and not in the fiber: this is the order of the calls.
      const { leave, turn } = order.enter()
      const run = runner.run(call, scope, { turn, limit: permits.withPermits(1) })
      const settled = Deferred.into(Effect.ensuring(run, Effect.sync(leave)), deferred)
      fibers ??= yield* Scope.provide(FiberMap.make<Ids.CallId>(), owner)
      yield* FiberMap.run(fibers, call.id, settled, { onlyIfMissing: true })
    }),
    // Together, so that the first one that lost the store ends the step.
    settled: Effect.suspend(() =>
      Effect.forEach([...done.values()], (deferred) => Deferred.await(deferred), {
        concurrency: "unbounded",
        discard: true
      })
    )
  }
})
