/** Rules that do nothing, told to a person who thinks that they protect something. */
import { Review, type Rule } from "@rein/permission"
import { ofProcess } from "../Output.ts"
import type { InForce } from "./InForce.ts"

/** The rules that are in force and do nothing. */
export const warningsOf = (place: InForce): ReadonlyArray<Review.Warning> => Review.review(place.layers, place)

/** Those of them that no value can match: told in no time, however many rules there are. */
export const neverMatching = (place: InForce): ReadonlyArray<Review.Warning> =>
  Review.neverMatching(place.layers, place)

/** A rule in a few words. */
export const ruleText = ({ literal, pattern, permission }: Rule): string =>
  `${permission} ${pattern}${literal === true ? " (exactly)" : ""}`

const warningText = (warning: Review.Warning): string => {
  const { origin, rule } = warning
  const which = `${rule.action} ${ruleText(rule)} of ${origin}`
  if (warning.kind === "never-matches") return `${which} never matches: ${warning.why}`
  const { by } = warning
  return `${which} never wins: ${by.rule.action} ${ruleText(by.rule)} of ${by.origin} matches all of it, later`
}

/** Says them on standard error. */
export const warn = (warnings: ReadonlyArray<Review.Warning>): void => {
  for (const warning of warnings) ofProcess().line(`warning: ${warningText(warning)}`, "warning")
}
