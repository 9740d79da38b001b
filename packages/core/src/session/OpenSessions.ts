/** The sessions that are open in this runtime, each once; closed again when nobody has used one for a while. */
import { Context, type Duration, Effect, Layer, RcMap, type Scope, Semaphore } from "effect"
import { Jobs } from "../process/Jobs.ts"
import type { SessionId } from "../schema/Ids.ts"
import { open, type OpenSession } from "./OpenSession.ts"
import { type Fence, SessionStore, type StoreError } from "./SessionStore.ts"

/** Gives all users in this runtime the same open session. */
export class OpenSessions extends Context.Service<
  OpenSessions,
  {
    /** Opens the session, or takes the open one; it stays open at least until the scope closes. */
    readonly get: (session: SessionId) => Effect.Effect<OpenSession, StoreError, Scope.Scope>
    /** The same, for as long as the effect runs. */
    readonly use: <A, E>(
      session: SessionId,
      effect: (opened: OpenSession) => Effect.Effect<A, E, Scope.Scope>
    ) => Effect.Effect<A, E | StoreError>
  }
>()("@rein/core/session/OpenSessions") {}

/** How long a session is kept open that nobody uses. */
export interface Options {
  /** How long an unused session stays open. */
  readonly idleTimeToLive: Duration.Input
}

/** A minute. */
export const defaults: Options = { idleTimeToLive: "1 minute" }

/**
 * A claim is of a tree, and its sessions run side by side: each takes its part of the claim, and the last one gives it
 * up. One at a time, so that none takes what another is giving up.
 */
const sharingClaims = Effect.fnUntraced(function* (store: SessionStore["Service"]) {
  const lock = yield* Semaphore.make(1)
  const holders = new Map<SessionId, { readonly token: number; count: number }>()

  const take = (fence: Fence): Fence => {
    const held = holders.get(fence.root)
    if (held?.token === fence.token) held.count += 1
    else holders.set(fence.root, { token: fence.token, count: 1 })
    return fence
  }

  const give = (fence: Fence) => {
    const held = holders.get(fence.root)
    if (held?.token !== fence.token) return store.release(fence)
    held.count -= 1
    if (held.count > 0) return Effect.void // guard: I6 core/test/loop/Budget.test.ts
    holders.delete(fence.root)
    return store.release(fence)
  }

  return SessionStore.of({
    ...store,
    claim: (session) => lock.withPermits(1)(Effect.map(store.claim(session), take)),
    release: (fence) => lock.withPermits(1)(Effect.suspend(() => give(fence)))
  })
})

/** `onClose` runs when a session is closed because nobody uses it, and at the end of the runtime. */
const make = Effect.fnUntraced(function* (
  { idleTimeToLive }: Options,
  onClose?: (session: SessionId) => Effect.Effect<void>
) {
  const store = yield* sharingClaims(yield* SessionStore)
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const sessions = yield* RcMap.make({
    lookup: (session: SessionId) => {
      // The layer's context goes to it, so that an open session does not hold that of whoever opened it.
      const opening = Effect.provideService(open(session, fork), SessionStore, store)
      if (onClose === undefined) return opening
      return Effect.tap(opening, () => Effect.addFinalizer(() => onClose(session)))
    },
    idleTimeToLive
  })
  // A failed opening would be kept as long as an open session is.
  const get = (session: SessionId) =>
    Effect.tapError(RcMap.get(sessions, session), () => RcMap.invalidate(sessions, session))
  return OpenSessions.of({
    get,
    use: (session, effect) => Effect.scoped(Effect.flatMap(get(session), effect))
  })
})

/** Its jobs go on when a session is closed because nobody uses it; they end with the runtime. */
export const layerWith = (options: Options): Layer.Layer<OpenSessions, never, SessionStore> =>
  Layer.effect(OpenSessions, make(options))

/** Its jobs end when a session is closed because nobody uses it. */
export const layerEndingJobs = (options: Options): Layer.Layer<OpenSessions, never, SessionStore | Jobs> =>
  Layer.effect(
    OpenSessions,
    Effect.flatMap(Jobs, (jobs) => make(options, jobs.stopAll))
  )

/** The default: closed after a minute without a user; its jobs go on. */
export const layer: Layer.Layer<OpenSessions, never, SessionStore> = layerWith(defaults)
