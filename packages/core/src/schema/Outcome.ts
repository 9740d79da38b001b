/** How a turn ended: the same eight words in the library, in JSON and as exit codes. */
import { Schema } from "effect"
import { CallId } from "./Ids.ts"
import { ModelErrorReason } from "./ModelError.ts"

/** A call that was not allowed to run, and why. */
export const DeclinedCall = Schema.Struct({
  call: CallId,
  tool: Schema.String,
  permission: Schema.String,
  patterns: Schema.Array(Schema.String),
  reason: Schema.String
})
/** One call that did not run; a `denied` outcome lists them. */
export type DeclinedCall = typeof DeclinedCall.Type

/** The typed error in a failed outcome. `kind` says which part of the runtime failed. */
export const Failure = Schema.Struct({
  kind: Schema.Literals(["model", "store", "tool", "context", "configuration", "defect"]),
  message: Schema.String,
  reason: Schema.optionalKey(ModelErrorReason)
})
/** An error as data, so that it can be stored and sent. */
export type Failure = typeof Failure.Type

/** The agent yielded, and nothing wanted it to go on. */
export const Completed = Schema.TaggedStruct("completed", {})
/** Something broke that the turn could not go on without. */
export const Failed = Schema.TaggedStruct("failed", { error: Failure })
/** A person rejected without a message, or a turn completed although an ask could be answered by nobody. */
export const Denied = Schema.TaggedStruct("denied", { declined: Schema.Array(DeclinedCall) })
/** A limit is reached; the message says which one, and under a larger one the session goes on. */
export const BudgetExhausted = Schema.TaggedStruct("budget-exhausted", {
  limit: Schema.Literals(["steps", "tokens", "money", "time"]),
  message: Schema.String
})
/** The guard saw the agent go round in circles; the message says what was repeated. */
export const NoProgress = Schema.TaggedStruct("no-progress", { message: Schema.String })
/** The agent is done, and what it was to reach is not reached. */
export const GoalUnmet = Schema.TaggedStruct("goal-unmet", { message: Schema.String })
/** Somebody asked the turn to stop. */
export const Interrupted = Schema.TaggedStruct("interrupted", {})

/** All ways in which a turn can end; a withdrawn input never had a turn. */
export const Outcome = Schema.Union([Completed, Failed, Denied, BudgetExhausted, NoProgress, GoalUnmet, Interrupted])
/** How one turn ended, told apart by its `_tag`. */
export type Outcome = typeof Outcome.Type

/** What a caller who waits for an input gets: the outcome of its turn, or that it was withdrawn before delivery. */
export const InputOutcome = Schema.Union([Outcome, Schema.TaggedStruct("withdrawn", {})])
/** How an input ended; several inputs of one turn share its outcome. */
export type InputOutcome = typeof InputOutcome.Type

/** The exit code of each outcome. 2 is kept for bad usage and configuration, which never become a turn. */
export const exitCode = (outcome: Outcome): number => {
  switch (outcome._tag) {
    case "completed":
      return 0
    case "failed":
      return 1
    case "denied":
      return 10
    case "budget-exhausted":
      return 11
    case "no-progress":
      return 12
    case "goal-unmet":
      return 13
    case "interrupted":
      return 130
  }
}

/** One sentence for people. */
export const describe = (outcome: Outcome): string => {
  switch (outcome._tag) {
    case "completed":
      return "completed"
    case "failed":
      return `failed: ${outcome.error.message}`
    case "denied":
      return outcome.declined.length === 0
        ? "denied: a person rejected a call"
        : `denied: ${outcome.declined.map((one) => `${one.tool} (${one.reason})`).join("; ")}`
    case "budget-exhausted":
    case "no-progress":
    case "goal-unmet":
      return `${outcome._tag}: ${outcome.message}`
    case "interrupted":
      return "interrupted"
  }
}
