/** What the sessions of a tree have used, from their logs. Kept in memory is only what need not be read again. */
import { Effect } from "effect"
import type { SessionId } from "../schema/Ids.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import { type SessionInfo, SessionStore, type StoreError } from "../session/SessionStore.ts"
import * as Spending from "../session/Spending.ts"
import type { Low, Spender, TreeSpent } from "./Budget.ts"
import type { BudgetClock } from "./BudgetClock.ts"
import type { StopSignal } from "./StopSignal.ts"

/** The spending of so many other sessions is kept, each some 300 bytes. */
const keptSessions = 10_000

interface Read {
  readonly sequence: number
  readonly spending: Spending.Spending
}

/** Gives turns what their budget asks for. */
export interface BudgetTree {
  /** A turn of the session, as the budget sees it. */
  readonly spender: (session: OpenSession, stop: StopSignal) => Spender
}

/** One for the runtime, so that what was read for one turn serves the next. */
export const make = Effect.fnUntraced(function* (
  clock: BudgetClock
): Effect.fn.Return<BudgetTree, never, SessionStore> {
  const store = yield* SessionStore
  const reads = new Map<SessionId, Read>()

  const keep = (session: SessionId, read: Read): void => {
    reads.delete(session)
    reads.set(session, read)
    for (const oldest of reads.keys()) {
      if (reads.size <= keptSessions) break
      reads.delete(oldest)
    }
  }

  /** Only what was stored since the last look is read. */
  const spendingOf = Effect.fnUntraced(function* ({ id, lastSequence }: SessionInfo) {
    const known = reads.get(id) ?? { sequence: 0, spending: Spending.zero }
    if (known.sequence === lastSequence) return known.spending
    const events = yield* store.read(id, known.sequence)
    const read = {
      sequence: events.at(-1)?.sequence ?? known.sequence,
      spending: events.reduce(Spending.apply, known.spending)
    }
    keep(id, read)
    return read.spending
  })

  const spentBy = Effect.fnUntraced(function* (session: OpenSession): Effect.fn.Return<TreeSpent, StoreError> {
    const { root } = session.state()
    const sessions = new Map<SessionId, Spending.Spending>()
    for (const info of yield* store.list({ root })) {
      if (info.id !== session.id) sessions.set(info.id, yield* spendingOf(info)) // guard: I8 core/test/loop/Budget.test.ts
    }
    return { sessions: sessions.set(session.id, session.state().spending), untakenMillis: yield* clock.untaken(root) }
  })

  return {
    spender: (session, stop) => {
      const told = new Set<Low["limit"]>()
      return {
        session: session.id,
        root: session.state().root,
        spent: spentBy(session),
        answered: (steps) =>
          session
            .until((state) => (state.spending.steps > steps ? true : undefined))
            // A turn that breaks on its store gives back what it holds.
            .pipe(
              Effect.asVoid,
              Effect.catchTag("StoreError", () => Effect.never)
            ),
        stopped: Effect.asVoid(stop.wait),
        warn: (low) => {
          if (told.has(low.limit)) return
          told.add(low.limit)
          session.publish([{ type: "BudgetLow", ...low }])
        }
      }
    }
  }
})
