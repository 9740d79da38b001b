/** Follows one open session: what is stored, then what comes, stored and live in order. */
import { Effect, Stream } from "effect"
import type { Batch, Item } from "./LiveHub.ts"
import type { OpenSession } from "./OpenSession.ts"
import type { SessionStore, StoreError } from "./SessionStore.ts"

const isText = (item: Item) => item.type === "Delta" || item.type === "PartSoFar"

/**
 * Stored events after the sequence, then stored and live ones as they come. A subscriber that lagged gets the stored ones
 * from the store, page by page, so a long log never lies in memory for it.
 */
export const follow = (
  session: OpenSession,
  store: SessionStore["Service"],
  after: number
): Stream.Stream<Item, StoreError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const take = yield* session.live.subscribe
      let last = after
      let overtaken = 0
      const isNew = (item: Item) => ("after" in item ? !isText(item) || item.after >= overtaken : item.sequence > last)
      const pass = (items: ReadonlyArray<Item>): ReadonlyArray<Item> => {
        const fresh = items.filter(isNew)
        for (const item of fresh) if (!("after" in item)) last = item.sequence
        return fresh
      }
      const fromStore = (upTo: number): Stream.Stream<Item, StoreError> =>
        last >= upTo
          ? Stream.empty
          : store.events(session.id, last).pipe(
              Stream.takeUntil((event) => event.sequence >= upTo),
              Stream.mapArray((events) => {
                last = events.at(-1)?.sequence ?? last
                return events
              })
            )
      // What is read from the store overtakes the live text that waits; the parts that are still open are given anew.
      const openParts = Stream.suspend(() => {
        overtaken = last
        return Stream.fromIterable<Item>(session.live.openParts())
      })
      const catchUp = Stream.suspend(() => Stream.concat(fromStore(session.state().sequence), openParts))
      const rest = Stream.flatMap(Stream.fromEffectRepeat(take), (batch: Batch) =>
        batch.missedStored
          ? Stream.concat(
              catchUp,
              Stream.suspend(() => Stream.fromIterable(pass(batch.items)))
            )
          : Stream.fromIterable(pass(batch.items))
      )
      return Stream.concat(catchUp, rest)
    })
  )
