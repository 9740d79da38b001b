/**
 * Which calls of a step wait for which.
 *
 * Calls of safety `once` run in the order in which the model made them, and so do calls that name the same resource.
 * All others run side by side. A call waits only for earlier ones, so there is no deadlock.
 */
import { Deferred, Effect } from "effect"
import type { Safety } from "../schema/SessionEvent.ts"

/** What decides with whom a call may run. */
export interface Needs {
  readonly safety: Safety
  /** Files, sessions, services: any names; equal ones are the same thing. */
  readonly resources: ReadonlyArray<string>
}

/** The place of one call. */
export interface Place {
  /** Waits until no earlier call is in the way; nothing to wait for is `undefined`. */
  readonly turn: (needs: Needs) => Effect.Effect<void> | undefined
  /** The call is settled; those behind it may go on. */
  readonly leave: () => void
}

interface Entry {
  needs: Needs | undefined
  /** Done when its needs are known, or when it has left without telling them. */
  readonly known: Deferred.Deferred<void>
  readonly left: Deferred.Deferred<void>
}

const collide = (a: Needs, b: Needs): boolean =>
  (a.safety === "once" && b.safety === "once") || a.resources.some((one) => b.resources.includes(one))

/** The places of the calls of one step. */
export class CallOrder {
  readonly #entries = new Set<Entry>()

  /** Takes the next place. */
  enter(): Place {
    const earlier = [...this.#entries]
    const own: Entry = { needs: undefined, known: Deferred.makeUnsafe(), left: Deferred.makeUnsafe() }
    this.#entries.add(own)
    return {
      turn: (needs) => {
        own.needs = needs
        Deferred.doneUnsafe(own.known, Effect.void)
        const inTheWay = earlier.filter((one) => this.#entries.has(one))
        if (inTheWay.length === 0) return undefined
        return Effect.forEach(inTheWay, (one) => waitFor(one, needs), { discard: true })
      },
      leave: () => {
        this.#entries.delete(own)
        Deferred.doneUnsafe(own.known, Effect.void)
        Deferred.doneUnsafe(own.left, Effect.void)
      }
    }
  }
}

const waitFor = (entry: Entry, needs: Needs): Effect.Effect<void> =>
  Effect.flatMap(Deferred.await(entry.known), () =>
    entry.needs !== undefined && collide(entry.needs, needs) ? Deferred.await(entry.left) : Effect.void
  )
