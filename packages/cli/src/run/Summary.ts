/** The last line of a run: how it ended, and what it took. */
import type { SessionId } from "@rein/core/schema/Ids"
import * as Outcome from "@rein/core/schema/Outcome"
import type { Cost, Tokens, Usage } from "@rein/core/schema/Usage"

export interface Facts {
  readonly outcome: Outcome.Outcome
  readonly steps: number
  readonly millis: number | undefined
  readonly usage: Usage
  readonly cost: Cost
  readonly session: SessionId
}

const count = (tokens: Tokens): string => (tokens === "unknown" ? "unknown" : tokens.toLocaleString("en-US"))

const money = (cost: Cost): string => (cost === "unknown" ? "unknown" : `$${(cost / 1_000_000).toFixed(4)}`)

/** For people, in one line. */
export const summary = ({ cost, millis, outcome, session, steps, usage }: Facts): string =>
  [
    Outcome.describe(outcome),
    `${steps} ${steps === 1 ? "step" : "steps"}`,
    `tokens: ${count(usage.input)} in, ${count(usage.output)} out`,
    `cost: ${money(cost)}`,
    ...(millis === undefined ? [] : [`${(millis / 1000).toFixed(1)} s`]),
    `session ${session}`
  ].join(" | ")
