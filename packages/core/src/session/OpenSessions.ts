/** The sessions that are open in this runtime, each once; closed again when nobody has used one for a while. */
import { Context, type Duration, Effect, Layer, RcMap, type Scope } from "effect"
import type { SessionId } from "../schema/Ids.ts"
import { open, type OpenSession } from "./OpenSession.ts"
import { SessionStore, type StoreError } from "./SessionStore.ts"

export class OpenSessions extends Context.Service<
  OpenSessions,
  {
    /** Opens the session, or takes the open one; it stays open at least until the scope closes. */
    readonly get: (session: SessionId) => Effect.Effect<OpenSession, StoreError, Scope.Scope>
  }
>()("@rein/core/session/OpenSessions") {}

export interface Options {
  /** How long an unused session stays open. */
  readonly idleTimeToLive: Duration.Input
}

/** A minute. */
export const defaults: Options = { idleTimeToLive: "1 minute" }

const make = Effect.fnUntraced(function* (options: Options) {
  const store = yield* SessionStore
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const sessions = yield* RcMap.make({
    // The layer's context goes to it, so that an open session does not hold that of whoever opened it.
    lookup: (session: SessionId) => Effect.provideService(open(session, fork), SessionStore, store),
    idleTimeToLive: options.idleTimeToLive
  })
  return OpenSessions.of({
    // A failed opening would be kept as long as an open session is.
    get: (session) => Effect.tapError(RcMap.get(sessions, session), () => RcMap.invalidate(sessions, session))
  })
})

export const layerWith = (options: Options): Layer.Layer<OpenSessions, never, SessionStore> =>
  Layer.effect(OpenSessions, make(options))

export const layer: Layer.Layer<OpenSessions, never, SessionStore> = layerWith(defaults)
