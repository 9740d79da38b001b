/** One decision with its reason, and the worst of several. */
import type { Action, Rule } from "../Rules.ts"

export interface Verdict {
  readonly action: Action
  readonly why: string
  readonly rule?: Rule
  readonly origin?: string
}

const severity: Record<Action, number> = { allow: 0, ask: 1, deny: 2 }

export const isWorse = (one: Action, other: Action): boolean => severity[one] > severity[other]

/** The first of the worst; the given one when there is none. */
export const worst = <Of extends { readonly action: Action }>(first: Of, others: ReadonlyArray<Of>): Of =>
  others.reduce((bad, next) => (isWorse(next.action, bad.action) ? next : bad), first)

export const ask = (why: string): Verdict => ({ action: "ask", why })

export const allow = (why: string): Verdict => ({ action: "allow", why })
