/** Asks the running step to end early: after the part it is looking at, before the next one. */
import { Effect } from "effect"
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

/** One for each turn: whoever wants the step to stop asks here, and the first reason counts. */
export interface StopSignal {
  /** The first reason, once there is one. */
  readonly reason: () => StopReason | undefined
  /** Later reasons are ignored. */
  readonly request: (reason: StopReason) => Effect.Effect<void>
  /** Calls back at the first request, or at once when there was one; until the function that it gives is called. */
  readonly onRequest: (listener: () => void) => () => void
  readonly wait: Effect.Effect<StopReason>
}

/** A class, because every turn has one and most are never asked. */
class Signal implements StopSignal {
  #reason: StopReason | undefined
  #listeners: ReadonlyArray<() => void> = []

  reason(): StopReason | undefined {
    return this.#reason
  }

  request(next: StopReason): Effect.Effect<void> {
    return Effect.sync(() => {
      if (this.#reason !== undefined) return
      this.#reason = next
      for (const listener of this.#listeners) listener()
    })
  }

  onRequest(listener: () => void): () => void {
    if (this.#reason !== undefined) listener()
    this.#listeners = [...this.#listeners, listener]
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== listener)
    }
  }

  get wait(): Effect.Effect<StopReason> {
    return Effect.callback((resume) => {
      const look = () => {
        if (this.#reason !== undefined) resume(Effect.succeed(this.#reason))
      }
      const forget = this.onRequest(look)
      return Effect.sync(forget)
    })
  }
}

/** A signal that nobody has used yet. */
export const make: Effect.Effect<StopSignal> = Effect.sync(() => new Signal())
