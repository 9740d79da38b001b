/** A turn that only waits for people can give up its fibers: its questions are in the log, and an answer wakes it. */
import { Context, type Duration } from "effect"
import { unsettled } from "./History.ts"
import type { SessionState } from "./SessionState.ts"

/** How long a turn that waits keeps its fibers. */
export interface Options {
  /** A turn that has waited for nothing but people for so long is parked. `undefined`: never. */
  readonly after: Duration.Input | undefined
}

/** What holds in this runtime; provide a value to change it. By default a turn keeps its fibers. */
export const Parking: Context.Reference<Options> = Context.Reference<Options>("@rein/core/session/Parking", {
  defaultValue: () => ({ after: undefined })
})

/** Has this answer a question that is open? */
export const answersOpen = ({ questions }: SessionState, answer: SessionState["answers"][number]): boolean =>
  questions.some(({ id }) => id === answer.question)

/**
 * Is there nothing that the turn could do before a person has answered? The model has ended its answer, no call runs,
 * and the first one that is open has asked. Calls behind it may not have asked yet: they wait for their turn.
 */
export const waitsForPeople = (state: SessionState): boolean => {
  const { answers, interrupts, questions, step, turn } = state
  if (turn === undefined || turn.rejected || step?.finish === undefined || interrupts.length > 0) return false
  const open = unsettled(step.items)
  return (
    questions.some(({ request }) => request.call === open[0]?.call.id) &&
    open.every(({ started }) => started === undefined) &&
    !answers.some((answer) => answersOpen(state, answer))
  )
}
