/** One decision with its reason, and the worst of several. */
import type { Action, Rule } from "../Rules.ts"

/** An action and why, with the rule that says so, where it is one. */
export interface Verdict {
  readonly action: Action
  readonly why: string
  readonly rule?: Rule
  readonly origin?: string
}

const severity: Record<Action, number> = { allow: 0, ask: 1, deny: 2 }

/** A deny is worse than an ask, which is worse than an allow; none is worse than itself. */
export const isWorse = (one: Action, other: Action): boolean => severity[one] > severity[other]

/** The first of the worst; the given one when there is none. */
export const worst = <Of extends { readonly action: Action }>(first: Of, others: ReadonlyArray<Of>): Of =>
  others.reduce((bad, next) => (isWorse(next.action, bad.action) ? next : bad), first)

/** To be asked, for a reason that is no rule. */
export const ask = (why: string): Verdict => ({ action: "ask", why })

/** Allowed, for a reason that is no rule. */
export const allow = (why: string): Verdict => ({ action: "allow", why })
