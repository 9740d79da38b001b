/** The first events of a fork: where it comes from, copies, and an end to whatever was open. */
import type { SessionId } from "../schema/Ids.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import * as Usage from "../schema/Usage.ts"
import { version } from "../version.ts"
import { unsettled } from "./History.ts"
import { fold } from "./Fold.ts"

const isCopied = (event: SessionEvent.StoredEvent): event is SessionEvent.KnownEvent => event.type !== "Unknown"

/** A copy; `ForkedFrom` stands before it, so the sequences that it names move by one too. */
const shifted = (event: SessionEvent.KnownEvent): SessionEvent.SessionEvent => {
  switch (event.type) {
    case "Compacted":
      return SessionEvent.make("Compacted", { ...event.data, keepFrom: event.data.keepFrom + 1 })
    case "Reverted":
      return SessionEvent.make("Reverted", { to: event.data.to + 1 })
    default:
      return { type: event.type, data: event.data } as SessionEvent.SessionEvent // one event gave both
  }
}

/** Events for the new session `id`: `ForkedFrom`, copies up to `at`, and endings for an open step and turn. */
export const forkEvents = (
  from: SessionId,
  events: ReadonlyArray<SessionEvent.StoredEvent>,
  at: number,
  id: SessionId
): ReadonlyArray<SessionEvent.SessionEvent> => {
  const created = events.find((event) => event.type === "SessionCreated")?.sequence ?? 0
  const copied = events.filter((event) => event.sequence <= Math.max(at, created)).filter(isCopied)
  const state = fold(id, copied)
  const copies = copied.map(shifted)
  const sequence = copied.at(-1)?.sequence ?? 0
  const { step, turn } = state
  return [
    SessionEvent.make("ForkedFrom", { from, sequence, inherited: copies.length, rein: version }),
    ...copies,
    ...[...state.waiting, ...state.answers, ...state.withdrawals, ...state.interrupts, ...state.switches].map(
      ({ command }) =>
        SessionEvent.make("CommandIgnored", {
          command,
          why: "It stays with the session that this one was forked from."
        })
    ),
    ...unsettled(step?.items ?? []).map((item) =>
      SessionEvent.make("CallSettled", {
        call: item.call.id,
        result: { status: "interrupted", output: "This call belongs to the session that this one was forked from." }
      })
    ),
    ...(step === undefined || step.finish !== undefined
      ? []
      : [
          SessionEvent.make("StepFinished", {
            step: step.step,
            finish: "interrupted",
            usage: Usage.zero,
            cost: 0,
            durationMillis: 0
          })
        ]),
    ...(turn === undefined
      ? []
      : [SessionEvent.make("TurnEnded", { turn: turn.id, outcome: { _tag: "interrupted" }, durationMillis: 0 })])
  ]
}
