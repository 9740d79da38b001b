/** Reads sessions for commands that only look: what stands before some damage is shown, and the damage is told at the end. */
import type { SessionId } from "@rein/core/schema/Ids"
import type { StoredEvent } from "@rein/core/schema/SessionEvent"
import type { SessionStore, StoreError } from "@rein/core/session/SessionStore"
import * as Sound from "@rein/core/session/Sound"
import { Effect } from "effect"

/** Remembers the first damage of all that it reads, to be asked for when everything is shown. */
export interface Readable {
  readonly read: (session: SessionId) => Effect.Effect<ReadonlyArray<StoredEvent>, StoreError, SessionStore>
  /** Fails when something could not be read, so that nobody takes what was shown for all. */
  readonly end: Effect.Effect<void, StoreError>
}

/** For one command, however many sessions it reads. */
export const make = (): Readable => {
  let damage: StoreError | undefined
  return {
    read: (session) =>
      Effect.map(Sound.read(session), (sound) => {
        damage ??= sound.damage
        return sound.events
      }),
    end: Effect.suspend(() => (damage === undefined ? Effect.void : Effect.fail(damage)))
  }
}
