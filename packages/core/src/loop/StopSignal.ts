/** Asks the running step to end early: after the part it is looking at, before the next one. */
import { Deferred, Effect } from "effect"
import type { Failure } from "../schema/Outcome.ts"
import type { Exhausted } from "./Budget.ts"

/** Why a step should stop. */
export type StopReason =
  | { readonly _tag: "rejected" }
  | { readonly _tag: "budget"; readonly exhausted: Exhausted }
  | { readonly _tag: "no-progress"; readonly message: string }
  /** A tool or a layer has a defect: what it would do next is not known. */
  | { readonly _tag: "broken"; readonly error: Failure }
  | { readonly _tag: "asked" }

export interface StopSignal {
  /** The first reason, once there is one. */
  readonly reason: () => StopReason | undefined
  /** Later reasons are ignored. */
  readonly request: (reason: StopReason) => Effect.Effect<void>
  /** Calls back at the first request, or at once when there was one; until the function that it gives is called. */
  readonly onRequest: (listener: () => void) => () => void
  readonly wait: Effect.Effect<StopReason>
}

export const make: Effect.Effect<StopSignal> = Effect.sync(() => {
  const first = Deferred.makeUnsafe<StopReason>()
  const listeners = new Set<() => void>()
  let reason: StopReason | undefined
  return {
    reason: () => reason,
    request: (next) =>
      Effect.sync(() => {
        if (reason !== undefined) return
        reason = next
        Deferred.doneUnsafe(first, Effect.succeed(next))
        for (const listener of listeners) listener()
      }),
    onRequest: (listener) => {
      if (reason !== undefined) listener()
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    wait: Deferred.await(first)
  }
})
