/**
 * A session that is open in this runtime: its folded state, kept up to date
 * with the store, its live hub, and the fence if this runtime runs its turns.
 */
import { Deferred, Effect, Schedule, Schema, type Scope, Semaphore, Stream } from "effect"
import type { LiveEvent } from "../schema/LiveEvent.ts"
import type { SessionId } from "../schema/Ids.ts"
import type { SessionEvent, StoredEvent } from "../schema/SessionEvent.ts"
import * as Fold from "./Fold.ts"
import * as LiveHub from "./LiveHub.ts"
import type * as SessionState from "./SessionState.ts"
import { type Fence, SessionStore, StoreError } from "./SessionStore.ts"

/** A newer version of Rein wrote to this session; it can be read here, not continued. */
export class SessionReadOnly extends Schema.TaggedError<SessionReadOnly>(
  "@rein/core/session/OpenSession/SessionReadOnly"
)("SessionReadOnly", { session: Schema.String, type: Schema.String, version: Schema.Finite, rein: Schema.String }) {
  override get message() {
    return (
      `Session ${this.session} can only be read here: it holds a "${this.type}" event (version ${this.version}) ` +
      `that a newer Rein wrote (last known writer: ${this.rein}). Continue it with that version.`
    )
  }
}

/** A live event before the session and sequence are written on it. */
export type LiveDraft = LiveEvent extends infer One
  ? One extends LiveEvent
    ? Omit<One, "session" | "after">
    : never
  : never

export interface OpenSession {
  readonly id: SessionId
  readonly state: () => SessionState.SessionState
  /** Stores events as the owner and folds them in. Needs a claim. */
  readonly append: (events: ReadonlyArray<SessionEvent>) => Effect.Effect<void, StoreError>
  /** Reads what others have stored. */
  readonly refresh: Effect.Effect<void, StoreError>
  /** Waits until the state gives a value; fails when the session's turn broke on its store. */
  readonly until: <A>(look: (state: SessionState.SessionState) => A | undefined) => Effect.Effect<A, StoreError>
  /** Tells all who wait that the turn broke on its store. */
  readonly broken: (error: StoreError) => Effect.Effect<void>
  readonly live: LiveHub.LiveHub
  readonly publish: (events: ReadonlyArray<LiveDraft>) => void
  readonly claim: Effect.Effect<void, StoreError>
  readonly release: Effect.Effect<void>
  readonly saveDraft: (draft: string | undefined) => Effect.Effect<void, StoreError>
  readonly readDraft: Effect.Effect<string | undefined, StoreError>
  /** Fails when a newer version wrote to the session. */
  readonly writable: Effect.Effect<void, SessionReadOnly>
}

interface Watcher {
  /** True when it is done. */
  readonly check: (state: SessionState.SessionState) => boolean
  readonly fail: (error: StoreError) => void
}

/** How long to wait before following the store again after it failed. */
const followAgain = Schedule.spaced("1 second")

/** Opens a session; it stays up to date until the scope closes. */
export const open = Effect.fnUntraced(function* (
  id: SessionId
): Effect.fn.Return<OpenSession, StoreError, SessionStore | Scope.Scope> {
  const store = yield* SessionStore
  const lock = yield* Semaphore.make(1)
  const watchers = new Set<Watcher>()
  let state = Fold.fold(id, yield* store.read(id, 0))
  let fence: Fence | undefined
  const hub = LiveHub.make(id, () => state.sequence)

  const accept = (events: ReadonlyArray<StoredEvent>) => {
    const fresh = events.filter((event) => event.sequence > state.sequence)
    if (fresh.length === 0) return
    for (const event of fresh) state = Fold.apply(state, event)
    hub.publishStored(fresh)
    for (const watcher of watchers) if (watcher.check(state)) watchers.delete(watcher)
  }

  const held = Effect.suspend(() =>
    fence === undefined
      ? Effect.fail(
          new StoreError({
            reason: { _tag: "Fenced", session: id },
            message: `Session ${id} is not claimed by this runtime, so it cannot write to it.`
          })
        )
      : Effect.succeed(fence)
  )

  const append = (events: ReadonlyArray<SessionEvent>) =>
    lock.withPermits(1)(
      Effect.flatMap(held, (proof) => store.append(id, proof, state.sequence, events)).pipe(Effect.map(accept))
    )

  const refresh = lock.withPermits(1)(Effect.suspend(() => store.read(id, state.sequence)).pipe(Effect.map(accept)))

  const until = <A>(look: (state: SessionState.SessionState) => A | undefined): Effect.Effect<A, StoreError> =>
    Effect.suspend(() => {
      const now = look(state)
      if (now !== undefined) return Effect.succeed(now)
      const found = Deferred.makeUnsafe<A, StoreError>()
      const watcher: Watcher = {
        check: (next) => {
          const value = look(next)
          return value !== undefined && Deferred.doneUnsafe(found, Effect.succeed(value))
        },
        fail: (error) => Deferred.doneUnsafe(found, Effect.fail(error))
      }
      watchers.add(watcher)
      return Deferred.await(found).pipe(Effect.ensuring(Effect.sync(() => watchers.delete(watcher))))
    })

  const release = Effect.suspend(() => {
    if (fence === undefined) return Effect.void
    const proof = fence
    fence = undefined
    return Effect.ignore(store.release(proof))
  })

  yield* store.changes(id).pipe(
    Stream.runForEach((sequence) => (sequence > state.sequence ? refresh : Effect.void)),
    Effect.retry(followAgain),
    Effect.forkScoped
  )

  return {
    id,
    state: () => state,
    append,
    refresh,
    until,
    broken: (error) => Effect.sync(() => watchers.forEach((watcher) => watcher.fail(error))),
    live: hub,
    publish: (events) => {
      if (!hub.hasSubscribers()) return
      // Each draft is one of the union without the two fields that are added here.
      hub.publishLive(events.map((event) => ({ ...event, session: id, after: state.sequence }) as LiveEvent))
    },
    claim: Effect.flatMap(store.claim(id), (proof) => {
      fence = proof
      return Effect.onError(refresh, () => release)
    }),
    release,
    saveDraft: (draft) => Effect.flatMap(held, (proof) => store.saveDraft(id, proof, draft)),
    readDraft: store.readDraft(id),
    writable: Effect.suspend(() =>
      state.readOnly === undefined ? Effect.void : Effect.fail(new SessionReadOnly({ session: id, ...state.readOnly }))
    )
  }
})
