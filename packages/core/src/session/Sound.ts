/** What can be read of a session: all of it, or what stands before some damage, and what the damage is. */
import { Effect, Stream } from "effect"
import type { SessionId } from "../schema/Ids.ts"
import type { StoredEvent } from "../schema/SessionEvent.ts"
import { SessionStore, type StoreError } from "./SessionStore.ts"

/** The events that can be read, from the first one on without a gap. */
export interface Sound {
  readonly events: ReadonlyArray<StoredEvent>
  /** Why there is no more. */
  readonly damage?: StoreError
}

/** Is it the data that is damaged? Anything else wrong with a store may pass. */
export const isDamage = ({ reason }: StoreError): boolean => reason._tag === "Corrupt"

/** Reads a session up to the first damaged event. For whoever only looks: nobody goes on with half of a log. */
export const read = Effect.fnUntraced(function* (
  session: SessionId
): Effect.fn.Return<Sound, StoreError, SessionStore> {
  const store = yield* SessionStore
  const whole = yield* Effect.result(store.read(session, 0))
  if (whole._tag === "Success") return { events: whole.success }
  if (!isDamage(whole.failure)) return yield* whole.failure
  const { lastSequence } = yield* store.get(session)
  const events: Array<StoredEvent> = []
  const reading = store.events(session, 0).pipe(
    Stream.take(lastSequence),
    Stream.runForEach((event) => Effect.sync(() => events.push(event)))
  )
  return yield* Effect.match(reading, {
    onFailure: (damage) => ({ events, damage }),
    onSuccess: () => ({ events })
  })
})
