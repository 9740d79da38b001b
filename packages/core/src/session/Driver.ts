/** What drives the turns of a session. `Sessions` starts it; the loop provides it. */
import { Context, type Effect } from "effect"
import type { OpenSession } from "./OpenSession.ts"
import type { StoreError } from "./SessionStore.ts"

/** Runs what is due for a session, until nothing is. */
export class Driver extends Context.Service<
  Driver,
  {
    /**
     * Runs or resumes turns until no input waits. Needs a claimed session. The only way to drive a turn: the first
     * time, after a crash, after a takeover, after parking. Ends early only when the store fails. A turn that has gone
     * on by itself too often goes on only when it is `asked` for.
     */
    readonly run: (session: OpenSession, asked: boolean) => Effect.Effect<void, StoreError>
  }
>()("@rein/core/session/Driver") {}
