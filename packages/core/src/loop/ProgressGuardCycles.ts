/**
 * Finds where the last steps of a turn go round in circles. Pure.
 *
 * Two steps are equal when they made equal calls with equal results, in any order and each counted once; the text
 * beside calls does not matter. Steps without calls are equal when they said the same.
 */
import { canonicalJson } from "../internal/canonicalJson.ts"
import type { Call, CallResult } from "../schema/Part.ts"
import { doomLoop } from "../schema/Question.ts"
import { type CallItem, isCall } from "../session/History.ts"
import type { RecentStep } from "../session/SessionState.ts"

/** The longest cycle that is found, in steps. */
export const longestPeriod = 4

/** Steps at the end that repeat those before them. */
export interface Cycle {
  /** In steps. */
  readonly period: number
  /** Steps of which it consists so far: `period` when nothing has been repeated yet. */
  readonly length: number
}

/** How many times the cycle has come to its end. */
export const rounds = ({ length, period }: Cycle): number => Math.floor(length / period)

const nfc = (text: string): string => text.normalize("NFC")

/** One spelling for equal inputs: order of keys, numbers, unicode. */
const spelling = ({ input }: Call): string =>
  input.type === "json" ? canonicalJson(JSON.parse(nfc(JSON.stringify(input.value)))) : nfc(input.text.trim())

/** The same tool with the same input. */
export const sameCall = (a: Call, b: Call): boolean =>
  a.tool === b.tool && a.input.type === b.input.type && (a.input === b.input || spelling(a) === spelling(b))

/** Did the guard's question keep the call from running? */
export const isHeld = ({ declined }: CallItem): boolean => declined?.permission === doomLoop

const sameResult = (a: CallResult | undefined, b: CallResult | undefined): boolean =>
  a?.status === b?.status &&
  a?.output === b?.output &&
  a?.whole === b?.whole &&
  canonicalJson(a?.attachments ?? []) === canonicalJson(b?.attachments ?? [])

/** A call that was held would have been the next round, so it goes with any result. */
const sameItem = (a: CallItem, b: CallItem): boolean =>
  (isHeld(a) || isHeld(b) || sameResult(a.result, b.result)) && sameCall(a.call, b.call)

const allIn = (some: ReadonlyArray<CallItem>, others: ReadonlyArray<CallItem>): boolean =>
  some.every((one) => others.some((other) => sameItem(one, other)))

const said = (step: RecentStep): string =>
  nfc(
    step
      .flatMap((item) => (item.type === "part" && item.part.type === "text" ? [item.part.text] : []))
      .join(" ")
      .replaceAll(/\s+/g, " ")
      .trim()
  )

const hasFile = (step: RecentStep): boolean => step.some((item) => item.type === "part" && item.part.type === "file")

/** Are the steps equal? Steps that hold a file are never equal unless they make calls. */
export const sameStep = (a: RecentStep, b: RecentStep): boolean => {
  const callsA = a.filter(isCall)
  const callsB = b.filter(isCall)
  if (callsA.length > 0 || callsB.length > 0) {
    return callsA.length > 0 && callsB.length > 0 && allIn(callsA, callsB) && allIn(callsB, callsA)
  }
  return !hasFile(a) && !hasFile(b) && said(a) === said(b)
}

const atEnd = <A>(list: ReadonlyArray<A>, back: number): A | undefined => list[list.length - back]

const ofPeriod = (steps: ReadonlyArray<RecentStep>, period: number): Cycle => {
  let repeated = 0
  for (;;) {
    const later = atEnd(steps, repeated + 1)
    const earlier = atEnd(steps, repeated + 1 + period)
    if (later === undefined || earlier === undefined || !sameStep(later, earlier)) break
    repeated++
  }
  return { period, length: repeated + period }
}

/** The cycles of each period, as far as there are steps for them; the shortest first. */
export const cyclesIn = (steps: ReadonlyArray<RecentStep>): ReadonlyArray<Cycle> =>
  Array.from({ length: Math.min(longestPeriod, steps.length) }, (_, index) => ofPeriod(steps, index + 1))

/** The cycle with the most rounds; of equal ones the shortest. Nothing when no step has been repeated. */
export const mostRounds = (cycles: ReadonlyArray<Cycle>): Cycle | undefined =>
  cycles.reduce<Cycle | undefined>(
    (best, next) => (next.length > next.period && (best === undefined || rounds(next) > rounds(best)) ? next : best),
    undefined
  )

/** The step of an earlier round that the next step would repeat. */
export const expected = (steps: ReadonlyArray<RecentStep>, { period }: Cycle): RecentStep => atEnd(steps, period) ?? []
