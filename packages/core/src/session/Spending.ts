/** What a session has used of a budget: a fold of its own, so that the sessions of a tree can be counted without opening them. */
import type { StepId } from "../schema/Ids.ts"
import type { EventData, StoredEvent } from "../schema/SessionEvent.ts"
import type { Usage } from "../schema/Usage.ts"
import { isCut, isUnspent } from "./Unspent.ts"

/** What is known of a number that steps report, or do not report. */
export interface Amount {
  /** Of the steps that told. */
  readonly sum: number
  /** The largest that a step told. */
  readonly largest: number
  /** Steps that were cut before they could tell. */
  readonly cut: number
  /** Whole steps that did not tell. */
  readonly untold: number
}

/** What one session has used. Children count for themselves; the budget adds them up. */
export interface Spending {
  /** Steps that have ended. */
  readonly steps: number
  readonly tokens: Amount
  /** Micro-dollars. */
  readonly money: Amount
  /** Wall time of the tree's turns, as far as this session's events tell it. */
  readonly millis: number
  /** Events up to this sequence were paid for by the session that this one was forked from. */
  readonly inheritedUntil: number
  /** The step whose end has not come, and whether it has said anything. */
  readonly open?: { readonly step: StepId; readonly said: boolean }
}

const nothing: Amount = { sum: 0, largest: 0, cut: 0, untold: 0 }

/** Before the first event. */
export const zero: Spending = { steps: 0, tokens: nothing, money: nothing, millis: 0, inheritedUntil: 0 }

/** The spending after one more event of the same session. Pure and total, like the fold of the whole state. */
export const apply = (spending: Spending, event: StoredEvent): Spending => {
  if (event.type === "ForkedFrom") {
    return spending.inheritedUntil > 0
      ? spending
      : { ...spending, inheritedUntil: event.sequence + event.data.inherited }
  }
  if (event.sequence <= spending.inheritedUntil) return spending
  switch (event.type) {
    case "StepStarted":
      return { ...passed(spending, event.data.elapsedMillis), open: { step: event.data.step, said: false } }
    case "PartFinished":
    case "CallRequested":
      return spending.open?.step === event.data.step && !spending.open.said
        ? { ...spending, open: { step: event.data.step, said: true } }
        : spending
    case "StepFinished":
      return spending.open?.step === event.data.step ? finished(spending, event.data, spending.open.said) : spending
    case "TurnEnded":
      return passed(spending, event.data.elapsedMillis)
    default:
      return spending
  }
}

const passed = (spending: Spending, millis: number | undefined): Spending =>
  millis === undefined ? spending : { ...spending, millis: spending.millis + millis }

const finished = (spending: Spending, data: EventData<"StepFinished">, said: boolean): Spending => {
  const { open: _open, ...rest } = spending
  if (isUnspent(data, said)) return { ...rest, steps: rest.steps + 1 }
  return {
    ...rest,
    steps: rest.steps + 1,
    tokens: withStep(rest.tokens, tokensOf(data.usage), isCut(data)),
    money: withStep(rest.money, data.cost, isCut(data))
  }
}

/** All tokens, read and written. */
const tokensOf = ({ input, output }: Usage): number | "unknown" =>
  input === "unknown" || output === "unknown" ? "unknown" : input + output

const withStep = (amount: Amount, used: number | "unknown", isCut: boolean): Amount => {
  if (used !== "unknown") return { ...amount, sum: amount.sum + used, largest: Math.max(amount.largest, used) }
  return isCut ? { ...amount, cut: amount.cut + 1 } : { ...amount, untold: amount.untold + 1 }
}

/** Two sessions together. */
export const addAmounts = (a: Amount, b: Amount): Amount => ({
  sum: a.sum + b.sum,
  largest: Math.max(a.largest, b.largest),
  cut: a.cut + b.cut,
  untold: a.untold + b.untold
})

/** What they come to; a part that is not known makes it unknown, and `sum` is then the known part. */
export const totalOf = ({ cut, sum, untold }: Amount): number | "unknown" => {
  if (cut + untold > 0) return "unknown" // guard: I10 core/test/session/Spending.test.ts
  return sum
}

/** The spending of a session, of its events from the first one on. */
export const of = (events: Iterable<StoredEvent>): Spending => {
  let spending = zero
  for (const event of events) spending = apply(spending, event)
  return spending
}
