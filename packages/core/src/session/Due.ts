/** Whether a session has anything to do, from its state alone: what decides if it is driven. */
import { answersOpen, waitsForPeople } from "./Parking.ts"
import type { SessionState } from "./SessionState.ts"

/** So often a turn goes on by itself after its owner has died; then a person has to want it. */
export const resumeLimit = 3

/** How a session is driven. */
export interface Manner {
  /** A person wants it, or a host on a person's behalf. */
  readonly asked: boolean
  /** Do turns that wait for people end their fibers here? */
  readonly parks: boolean
}

/** Has the turn gone on by itself too often, and nobody has noted it? An interrupt is a person's word on it. */
export const mustSuspend = ({ interrupts, turn }: SessionState): boolean =>
  turn !== undefined && !turn.suspended && turn.unattended >= resumeLimit && interrupts.length === 0

/** Can a turn begin or go on? */
export const canRun = (state: SessionState, { asked, parks }: Manner): boolean => {
  const { interrupts, readOnly, turn, waiting } = state
  if (readOnly !== undefined) return false
  if (turn === undefined) return waiting.length > 0
  if (interrupts.length > 0) return true
  if (turn.suspended) return asked
  return !(parks && waitsForPeople(state))
}

/** Would driving the session store anything? */
export const hasWork = (state: SessionState, manner: Manner): boolean => {
  const { answers, interrupts, readOnly, switches, withdrawals } = state
  if (canRun(state, manner)) return true
  if (readOnly !== undefined) return false
  if (withdrawals.length > 0 || interrupts.length > 0 || switches.length > 0) return true
  return answers.some((answer) => !answersOpen(state, answer))
}
