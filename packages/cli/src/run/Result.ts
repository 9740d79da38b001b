/** What a run ends with: one line for people, or one object for programs. */
import type { SessionId } from "@rein/core/schema/Ids"
import * as Outcome from "@rein/core/schema/Outcome"
import { count, money } from "../Numbers.ts"
import type { Tone } from "../Style.ts"
import type { Counted } from "./Tally.ts"

/** Raised when a field changes its meaning or goes; new fields may come at any time. */
export const schemaVersion = 1

/** What both forms are made of; the line for people leaves the text out. */
export interface Facts {
  readonly session: SessionId
  readonly outcome: Outcome.Outcome
  readonly exitCode: number
  readonly counted: Counted
  /** The model's last text. */
  readonly text: string
}

/** For people, in one line. */
export const summary = ({ counted, outcome, session }: Facts): string =>
  [
    Outcome.describe(outcome),
    `${counted.steps} ${counted.steps === 1 ? "step" : "steps"}`,
    `${(counted.millis / 1000).toFixed(1)} s`,
    `tokens: ${count(counted.usage.input)} in, ${count(counted.usage.output)} out`,
    `cost: ${money(counted.cost, counted.knownCost)}`,
    `session ${session}`
  ].join(" | ")

/** How the line is to look. */
export const tone = ({ outcome }: Facts): Tone =>
  outcome._tag === "completed" ? "good" : outcome._tag === "failed" ? "bad" : "warning"

/** For programs: the last line of `--format json`. */
export const object = ({ counted, exitCode, outcome, session, text }: Facts) => ({
  type: "Result",
  schemaVersion,
  session,
  outcome,
  exitCode,
  text,
  declined: counted.declined,
  steps: counted.steps,
  millis: counted.millis,
  usage: counted.usage,
  cost: counted.cost,
  knownCost: counted.knownCost
})

/** The last line instead, when there is no outcome: the command line was wrong, or nothing could be begun. */
export const errorObject = (message: string, exitCode: number) => ({ type: "Error", schemaVersion, exitCode, message })
