/** Follows one open session: what is stored, then what comes, stored and live in order. */
import { Effect, Stream } from "effect"
import type { OpenSession } from "./OpenSession.ts"
import type { Batch, Item } from "./LiveHub.ts"
import type { SessionStore, StoreError } from "./SessionStore.ts"

const isText = (item: Item) => item.type === "Delta" || item.type === "PartSoFar"

/** Stored events after the sequence, then stored and live ones as they come. A subscriber that lagged gets the stored ones from the store. */
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
      // What is read from the store overtakes the live text that waits; the parts that are still open are given anew.
      const catchUp = Effect.suspend(() => store.read(session.id, last)).pipe(
        Effect.map((stored): ReadonlyArray<Item> => {
          const fresh = pass(stored)
          overtaken = last
          return [...fresh, ...session.live.openParts()]
        })
      )
      const next = Effect.flatMap(take, (batch: Batch) =>
        batch.missedStored
          ? Effect.map(catchUp, (caught) => [...caught, ...pass(batch.items)])
          : Effect.succeed(pass(batch.items))
      )
      return Stream.concat(Stream.fromIterableEffect(catchUp), Stream.flattenIterable(Stream.fromEffectRepeat(next)))
    })
  )
