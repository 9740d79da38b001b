/** What is happening now. Ephemeral: slow readers lose these and are told; nothing depends on them. */
import type { CallId, PartId, SessionId, StepId } from "./Ids.ts"
import type { ModelErrorReason } from "./ModelError.ts"
import type { Outcome } from "./Outcome.ts"

/** What a session is doing, and what it touches. */
export type Doing =
  | { readonly _tag: "idle" }
  | { readonly _tag: "thinking" }
  /** A call that has begun or is about to; `touches` is what its input names: a command, a path, else its first text. */
  | { readonly _tag: "calling"; readonly call: CallId; readonly tool: string; readonly touches: string }
  /** An attempt failed; the next one begins at `until`, milliseconds since 1970. */
  | {
      readonly _tag: "retrying"
      readonly attempt: number
      readonly inMillis: number
      readonly until: number
      readonly reason: ModelErrorReason
    }
  /** The history is being shortened. Only the process that does it knows. */
  | { readonly _tag: "compacting" }
  /** Its turn went on by itself so often without coming to an end; it goes on when a person wants it. */
  | { readonly _tag: "suspended"; readonly resumes: number }
  /** People have to answer before it can go on. */
  | { readonly _tag: "waiting"; readonly questions: number }

interface Common {
  readonly session: SessionId
  /** The sequence of the last stored event before it. */
  readonly after: number
}

/** New text of a part that is still open. `offset` counts UTF-16 units from the part's begin. */
export interface Delta extends Common {
  readonly type: "Delta"
  readonly step: StepId
  readonly part: PartId
  readonly kind: "text" | "reasoning" | "call"
  readonly offset: number
  readonly text: string
}

/** The whole of a part that is still open: sent first to a new or lagging subscriber. A delta whose offset lies before its end repeats it. */
export interface PartSoFar extends Common {
  readonly type: "PartSoFar"
  readonly step: StepId
  readonly part: PartId
  readonly kind: "text" | "reasoning" | "call"
  readonly text: string
}

/** This subscriber was too slow: so many live events were dropped for it. */
export interface Lagged extends Common {
  readonly type: "Lagged"
  readonly dropped: number
}

/** A running call has something to show. */
export interface Progress extends Common {
  readonly type: "Progress"
  readonly call: CallId
  readonly text: string
}

/** What the session does has changed. */
export interface StatusChanged extends Common {
  readonly type: "StatusChanged"
  readonly doing: Doing
}

/** The session's tree has used four fifths of a limit: once for each limit and turn. */
export interface BudgetLow extends Common {
  readonly type: "BudgetLow"
  readonly limit: Extract<Outcome, { _tag: "budget-exhausted" }>["limit"]
  /** Steps, tokens, micro-dollars or milliseconds. */
  readonly used: number
  readonly of: number
}

/** All that is told live; `after` says behind which stored event it belongs. */
export type LiveEvent = Delta | PartSoFar | Lagged | Progress | StatusChanged | BudgetLow
