/** Rules that do nothing, told to a person who thinks that they protect something. */
import { Review, type Rule } from "@rein/permission"
import { ofProcess } from "../Output.ts"
import { realHead } from "../RealHead.ts"
import type { InForce } from "./InForce.ts"

/** Values are real paths, so a pattern through a link matches none. */
const throughLink = ({ literal, pattern, permission }: Rule, home: string): string | undefined => {
  if (literal === true || !Review.pathPermissions.includes(permission)) return undefined
  const whole = pattern.replace(/^(?:~|\$HOME)(?=\/|$)/, () => home)
  const wild = whole.search(/[*?]/)
  const path = wild === -1 ? whole : whole.slice(0, Math.max(whole.lastIndexOf("/", wild), 1))
  const real = path.startsWith("/") ? realHead(path) : path
  return real === path ? undefined : `values are real paths, and ${path} leads to ${real}`
}

const throughLinks = ({ home, layers }: InForce): ReadonlyArray<Review.Warning> =>
  layers.flatMap(({ origin, rules }) =>
    rules.flatMap((rule): ReadonlyArray<Review.Warning> => {
      const why = throughLink(rule, home)
      return why === undefined ? [] : [{ kind: "never-matches", origin, rule, why }]
    })
  )

/** The rules that are in force and do nothing. */
export const warningsOf = (place: InForce): ReadonlyArray<Review.Warning> => [
  ...Review.review(place.layers, place),
  ...throughLinks(place)
]

/** Those of them that no value can match: told in no time, however many rules there are. */
export const neverMatching = (place: InForce): ReadonlyArray<Review.Warning> => [
  ...Review.neverMatching(place.layers, place),
  ...throughLinks(place)
]

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
