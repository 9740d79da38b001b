/** What a session does now, for a person who looks. */
import type { Question } from "../schema/Question.ts"
import type { Outcome } from "../schema/Outcome.ts"
import type { Cost, Usage } from "../schema/Usage.ts"
import type { Call } from "../schema/Part.ts"
import { unsettled } from "./History.ts"
import type { SessionState } from "./SessionState.ts"

export interface Status {
  readonly doing: "idle" | "thinking" | "calling" | "waiting"
  /** Calls that are not settled. */
  readonly calls: ReadonlyArray<Call>
  /** What a person could answer. */
  readonly questions: ReadonlyArray<Question>
  /** Inputs that wait for delivery. */
  readonly waiting: number
  /** Steps of the running turn. */
  readonly steps: number
  readonly usage: Usage
  readonly cost: Cost
  /** How the last turn ended. */
  readonly last?: Outcome
}

/** Computed from the log alone, so it is the same in every process. */
export const statusOf = (state: SessionState): Status => {
  const calls = unsettled(state.step?.items ?? [])
  return {
    doing: doingOf(state, calls.length),
    calls: calls.map((item) => item.call),
    questions: state.questions,
    waiting: state.waiting.length,
    steps: state.turn?.steps ?? 0,
    usage: state.usage,
    cost: state.cost,
    ...(state.lastTurn === undefined ? {} : { last: state.lastTurn.outcome })
  }
}

const doingOf = (state: SessionState, calls: number): Status["doing"] => {
  if (state.turn === undefined) return "idle"
  if (state.questions.length > 0) return "waiting"
  return calls > 0 ? "calling" : "thinking"
}
