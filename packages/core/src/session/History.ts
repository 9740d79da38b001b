/** What the model sees of a session, entry by entry; and the step that is still open. */
import type { Schema } from "effect"
import type { CallId, InputId, StepId, TurnId } from "../schema/Ids.ts"
import type { ModelErrorReason } from "../schema/ModelError.ts"
import type { ModelRef } from "../schema/ModelRef.ts"
import type { Call, CallResult, InputPart, OutputPart } from "../schema/Part.ts"
import type { EventData, FinishReason, Safety } from "../schema/SessionEvent.ts"

/** A call within a step, as far as it has come. Without `started` it is pending, without `result` unsettled. */
export interface CallItem {
  readonly type: "call"
  readonly call: Call
  readonly started?: Safety
  /** What its tool noted when it started. */
  readonly journal?: Schema.Json
  readonly result?: CallResult
  /** Only of a declined call: what was asked, and why it was not allowed. */
  readonly declined?: NonNullable<EventData<"CallSettled">["declined"]>
}

/** A part of a step that is finished or was cut. */
export interface PartItem {
  readonly type: "part"
  readonly part: OutputPart
}

/** What a step said and asked for, in the order in which it came. */
export type StepItem = PartItem | CallItem

/** One thing in the history; `sequence` is that of its event in the log. */
export type Entry =
  | {
      readonly type: "input"
      readonly sequence: number
      readonly input: InputId
      readonly parts: ReadonlyArray<InputPart>
    }
  | { readonly type: "note"; readonly sequence: number; readonly kind: string; readonly text: string }
  | {
      readonly type: "step"
      readonly sequence: number
      readonly step: StepId
      readonly items: ReadonlyArray<StepItem>
      /** Who said it: what one model keeps with its words, another may refuse. */
      readonly model?: ModelRef
    }
  | { readonly type: "summary"; readonly sequence: number; readonly text: string }

/** A step whose answer or calls are not finished. What arrives for the history meanwhile waits in `after`. */
export interface OpenStep {
  readonly step: StepId
  readonly turn: TurnId
  readonly sequence: number
  readonly index: number
  readonly model?: ModelRef
  readonly items: ReadonlyArray<StepItem>
  readonly finish?: FinishReason
  readonly after: ReadonlyArray<Entry>
  /** The last attempt has failed, and another one follows. Nothing tells of its begin: it ends with the step's first output. */
  readonly retry?: Retry
}

/** Why and when the next attempt of a step begins. `since` is the failed attempt's time, for people. */
export interface Retry {
  readonly attempt: number
  readonly since: number
  readonly inMillis: number
  readonly reason: ModelErrorReason
}

/** Tells calls from parts. */
export const isCall = (item: StepItem): item is CallItem => item.type === "call"

/** The calls of a step that have no result yet. */
export const unsettled = (items: ReadonlyArray<StepItem>): ReadonlyArray<CallItem> =>
  items.filter(isCall).filter((item) => item.result === undefined)

/** The call with this id, if the step made it. */
export const findCall = (items: ReadonlyArray<StepItem>, call: CallId): CallItem | undefined =>
  items.filter(isCall).find((item) => item.call.id === call)

/** The items with one call changed. */
export const updateCall = (
  items: ReadonlyArray<StepItem>,
  call: CallId,
  change: (item: CallItem) => CallItem
): ReadonlyArray<StepItem> => items.map((item) => (item.type === "call" && item.call.id === call ? change(item) : item))

/** What counts as the result of a call that nobody settled. */
export const missingResult = ({ started }: CallItem): CallResult => ({
  status: "interrupted",
  output:
    started === undefined
      ? "The call was interrupted."
      : "The call was interrupted. It may have taken effect: look before you do it again."
})
