/** Makes the history fit into the window of the model that is asked next. */
import { Effect, Fiber } from "effect"
import { type Compaction, ContextFull } from "../context/Compaction.ts"
import * as Overflow from "../context/Overflow.ts"
import type { ModelCatalog } from "../model/ModelCatalog.ts"
import type { ModelRef } from "../schema/ModelRef.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { StoreError } from "../session/SessionStore.ts"

/** Says so of what takes its time: most often it is seen at once that there is nothing to rewrite. */
const told = <A, E>(session: OpenSession, rewriting: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.gen(function* () {
    const telling = yield* Effect.forkChild(
      Effect.sync(() => session.publish([{ type: "StatusChanged", doing: { _tag: "compacting" } }]))
    )
    return yield* Effect.ensuring(rewriting, Fiber.interrupt(telling))
  })

/** Shrinks the history when it must; `refused` says that the provider would not take it as it is. */
export const make = (compaction: Compaction["Service"], catalog: ModelCatalog["Service"]) =>
  Effect.fnUntraced(function* (
    session: OpenSession,
    model: ModelRef,
    refused: boolean
  ): Effect.fn.Return<void, ContextFull | StoreError> {
    const state = session.state()
    const facts = yield* catalog.lookup(model)
    const fill = Overflow.measure(state.filled, facts)
    const rewriting = compaction.rewrite({ state, facts, fill, refused })
    const events = yield* refused || Overflow.isOver(fill) ? told(session, rewriting) : rewriting
    if (events.length > 0) yield* session.append(events)
    else if (refused) return yield* new ContextFull({ detail: `refused by the provider, ${Overflow.describe(fill)}` })
  })
