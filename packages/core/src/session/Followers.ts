/**
 * Who waits for which session to grow, in this process.
 *
 * A store calls `grown` right after each commit. A follower holds one number
 * and at most one callback, so that hundreds of them cost nothing while they wait.
 * They are woken in a microtask: the writer that told of its commit takes its own
 * events in first, and several commits wake once.
 */
import { type Array as Arr, Effect, Scope, Stream } from "effect"
import type { SessionId } from "../schema/Ids.ts"
import type { StoredEvent } from "../schema/SessionEvent.ts"
import type { StoreError } from "./SessionStore.ts"

interface Follower {
  /** The highest sequence heard of since the follower last looked. */
  heard: number
  wake: (() => void) | undefined
}

/** The followers of one store, in this process alone: others have to be looked for by the store itself. */
export class Followers {
  readonly #followers = new Map<SessionId, Set<Follower>>()
  readonly #onFirst: () => void

  /** `onFirst` is called whenever somebody begins to follow. */
  constructor(onFirst: () => void = () => {}) {
    this.#onFirst = onFirst
  }

  /** The sessions that somebody follows. */
  get sessions(): ReadonlyArray<SessionId> {
    return Array.from(this.#followers.keys())
  }

  /** Does anybody follow anything? */
  get any(): boolean {
    return this.#followers.size > 0
  }

  /** Wakes the followers of a session that has new events up to this sequence. */
  grown(session: SessionId, last: number): void {
    for (const follower of this.#followers.get(session) ?? []) {
      if (last <= follower.heard) continue
      follower.heard = last
      follower.wake?.()
    }
  }

  /** All events after the sequence, then each new one, as `read` gives them page by page. */
  events(
    session: SessionId,
    after: number,
    read: (after: number) => Effect.Effect<ReadonlyArray<StoredEvent>, StoreError>
  ): Stream.Stream<StoredEvent, StoreError> {
    return Stream.unwrap(
      Effect.map(this.#follow(session), (follower) => {
        let cursor = after
        const pull: Effect.Effect<Arr.NonEmptyReadonlyArray<StoredEvent>, StoreError> = Effect.suspend(() => {
          // Forgotten before the read: what is stored after it is heard again.
          follower.heard = 0
          return Effect.flatMap(read(cursor), (page) => {
            const [first, ...rest] = page
            if (first === undefined) return Effect.andThen(waitBeyond(follower, cursor), pull)
            cursor = page.at(-1)?.sequence ?? cursor
            return Effect.succeed<Arr.NonEmptyReadonlyArray<StoredEvent>>([first, ...rest])
          })
        })
        return Stream.fromPull(Effect.succeed(pull))
      })
    )
  }

  /** Calls back with the last sequence now, from `last`, and whenever it has grown. Costs no fiber. */
  changes(
    session: SessionId,
    last: Effect.Effect<number, StoreError>,
    tell: (last: number) => void
  ): Effect.Effect<void, StoreError, Scope.Scope> {
    return Effect.flatMap(this.#follow(session), (follower) => {
      let told = 0
      let isWaiting = false
      const tellGrown = () => {
        isWaiting = false
        if (follower.wake === undefined || follower.heard <= told) return
        told = follower.heard
        tell(told)
      }
      follower.wake = () => {
        if (isWaiting) return
        isWaiting = true
        queueMicrotask(tellGrown)
      }
      return Effect.map(last, (now) => {
        follower.heard = Math.max(follower.heard, now)
        tellGrown()
      })
    })
  }

  #follow(session: SessionId): Effect.Effect<Follower, never, Scope.Scope> {
    return Effect.flatMap(Effect.scope, (scope) => {
      const follower: Follower = { heard: 0, wake: undefined }
      const others = this.#followers.get(session)
      if (others === undefined) this.#followers.set(session, new Set([follower]))
      else others.add(follower)
      this.#onFirst()
      // Not `Effect.acquireRelease`, which would hold the context of whoever follows.
      const leave = Effect.sync(() => this.#leave(session, follower))
      return Effect.as(Scope.addFinalizer(scope, leave), follower)
    })
  }

  #leave(session: SessionId, follower: Follower): void {
    follower.wake = undefined
    const all = this.#followers.get(session)
    all?.delete(follower)
    if (all?.size === 0) this.#followers.delete(session)
  }
}

/** Waits until something after the sequence was heard of. Woken in a microtask, for the reason above. */
const waitBeyond = (follower: Follower, sequence: number): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const look = () => {
      if (follower.heard <= sequence) return
      follower.wake = undefined
      queueMicrotask(() => resume(Effect.void))
    }
    follower.wake = look
    look()
    return Effect.sync(() => {
      follower.wake = undefined
    })
  })
