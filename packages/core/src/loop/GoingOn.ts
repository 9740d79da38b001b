/** Decides from stored facts whether a turn goes on after a step. The finish reason alone is never a success. */
import type { StepId } from "../schema/Ids.ts"
import type { ModelErrorReason } from "../schema/ModelError.ts"
import type { Failure, Outcome } from "../schema/Outcome.ts"
import type { Entry, StepItem } from "../session/History.ts"
import type { SessionState } from "../session/SessionState.ts"
import type { StepEnd } from "./Step.ts"
import type { StopReason } from "./StopSignal.ts"

/** `yield`: the agent is done as far as it is concerned. */
export type Next =
  | { readonly _tag: "go-on"; readonly note?: string; readonly incomplete?: true }
  | { readonly _tag: "yield" }
  | { readonly _tag: "overflow" }
  | { readonly _tag: "end"; readonly outcome: Outcome }

/** A turn asks again after so many incomplete answers in a row; the next one ends it as failed. */
export const incompleteLimit = 2

const failed = (error: Failure): Next => ({ _tag: "end", outcome: { _tag: "failed", error } })

/** How a turn ends that was asked to stop. */
export const stopped = (reason: StopReason, state: SessionState): Outcome => {
  switch (reason._tag) {
    case "rejected":
      return { _tag: "denied", declined: state.turn?.declined ?? [] }
    case "budget":
      return reason.exhausted
    case "no-progress":
      return { _tag: "no-progress", message: reason.message }
    case "broken":
      return { _tag: "failed", error: reason.error }
    case "asked":
      return { _tag: "interrupted" }
  }
}

/** What the step said and asked for; a step that did neither is not in the history. */
const itemsOf = (state: SessionState, step: StepId): ReadonlyArray<StepItem> => {
  for (let index = -1; -index <= state.history.length; index--) {
    const entry: Entry | undefined = state.history.at(index)
    if (entry?.type === "step") return entry.step === step ? entry.items : []
  }
  return []
}

const isAnswer = (item: StepItem): boolean =>
  item.type === "part" && (item.part.type === "text" ? item.part.text.trim() !== "" : item.part.type === "file")

/** The connection or the answer broke in the middle; what came stays, and asking on can help. */
const isCut = (reason: ModelErrorReason): boolean =>
  reason._tag === "CutOff" || reason._tag === "Transport" || reason._tag === "Timeout" || reason._tag === "Overloaded"

/** What was wrong with an incomplete answer, for people. */
const why: Partial<Record<ModelErrorReason["_tag"], string>> = {
  OutputLimit: "it reached the output limit",
  InvalidOutput: "it was empty, or announced a call and made none",
  Timeout: "it went silent"
}

const goOn = "Your answer was cut off. Go on where it ended."

/** What to do after a step that ended by itself. `incomplete` counts the incomplete answers before it. */
export const afterStep = (state: SessionState, end: StepEnd, incomplete: number): Next => {
  const items = itemsOf(state, end.step)
  const calls = items.some((item) => item.type === "call" && item.call.hosted !== true)
  const said = items.some(isAnswer)
  const again = (note: string, reason: ModelErrorReason): Next =>
    incomplete < incompleteLimit
      ? { _tag: "go-on", note, incomplete: true }
      : failed({
          kind: "model",
          message: `The model gave no complete answer ${incomplete + 1} times in a row (${why[reason._tag] ?? "it was cut off"}).`,
          reason
        })

  if (end.error !== undefined) {
    const { message, reason } = end.error
    if (reason._tag === "ContextOverflow") return { _tag: "overflow" }
    if (!isCut(reason) || !end.begun) return failed({ kind: "model", message, reason })
    return calls ? { _tag: "go-on" } : again(goOn, reason)
  }
  if (calls) return { _tag: "go-on" }
  switch (end.finish) {
    case "stop":
      return said
        ? { _tag: "yield" }
        : again("Your answer was empty. Go on, or say that you are done.", { _tag: "InvalidOutput" })
    case "tool-calls":
      return again("You announced a call but made none. Make it, or say that you are done.", { _tag: "InvalidOutput" })
    case "length":
      return again(
        "Your answer reached the output limit before it was complete. Go on where it ended, in smaller pieces.",
        { _tag: "OutputLimit" }
      )
    case "content-filter":
      return failed({
        kind: "model",
        message: "The provider's filter stopped the answer.",
        reason: { _tag: "ContentFiltered" }
      })
    case "cut":
    case "unknown":
    case "error":
    case "interrupted":
      return again(goOn, {
        _tag: "CutOff",
        phase: said ? "after-output" : "before-output"
      })
  }
}
