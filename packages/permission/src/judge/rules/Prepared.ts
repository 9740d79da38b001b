/** The rules of a layer about one permission, prepared for being asked many times about one line. */
import * as Rules from "../../Rules.ts"
import type { Layer, Options, Rule } from "../../Rules.ts"
import type { Preparations, Prepared } from "../Judgement.ts"
import { headsFor } from "./Alike.ts"
import { patternsFor } from "./Forms.ts"
import { once } from "../Remembered.ts"

/** The text in front of the first wildcard; a final ` *` may match nothing. */
const headOf = ({ literal, pattern }: Rule, options: Options | undefined): string => {
  // Where case does not matter, or `~` becomes something else, the beginning says nothing.
  if (options?.platform === "win32" || /^[~$]/.test(pattern)) return ""
  if (literal === true) return pattern
  const text = pattern.endsWith(" *") ? pattern.slice(0, -2) : pattern
  const end = text.search(/[*?]/)
  return end === -1 ? text : text.slice(0, end)
}

/** A rule, where it stands among the others, and the text that all begins with which it matches. */
interface HeadedRule {
  readonly rule: Rule
  readonly place: number
  readonly head: string
}

const isForbidding = ({ rule }: HeadedRule): boolean => rule.action !== "allow"

/** The first word of what a rule matches; undefined where only its beginning is known. */
const firstWordOf = ({ head, rule: { pattern } }: HeadedRule): string | undefined => {
  const end = head.indexOf(" ")
  if (end !== -1) return head.slice(0, end)
  return pattern === head || pattern === `${head} *` ? head : undefined
}

/** Finds rules by the first word of a value: there may be thousands, and few speak of one program. */
const indexed = (rules: ReadonlyArray<HeadedRule>) => {
  const whole = new Map<string, Array<HeadedRule>>()
  const beginnings: Array<HeadedRule> = []
  for (const one of rules) {
    const first = firstWordOf(one)
    const same = first === undefined ? beginnings : whole.get(first)
    if (same !== undefined) same.push(one)
    else if (first !== undefined) whole.set(first, [one])
  }
  return {
    near: (value: string): ReadonlyArray<Rule> =>
      [...(whole.get(value.split(" ", 1)[0] ?? "") ?? []), ...beginnings]
        .filter(({ head }) => value.startsWith(head))
        .toSorted((a, b) => a.place - b.place)
        .map(({ rule }) => rule),
    /** Could one of them deny or ask about a command whose first word is this? */
    mayForbid: (first: string): boolean =>
      whole.get(first)?.some(isForbidding) === true ||
      beginnings.some((one) => first.startsWith(one.head) && isForbidding(one))
  }
}

const prepare = ({ rules }: Layer, permission: string, options: Options | undefined): Prepared => {
  const isOf = once((name: string) => Rules.matches(name, permission))
  const known = rules
    .filter((rule) => isOf(rule.permission))
    .map((rule, place): HeadedRule => ({ rule, place, head: headOf(rule, options) }))
  const forbidding = known.filter(isForbidding).map(({ rule }) => rule)
  const patterns = permission === "bash" ? forbidding.map(({ pattern }) => pattern) : []
  const { mayForbid, near } = indexed(known)
  return {
    near,
    mayForbid: once(mayForbid),
    forbidding,
    heads: headsFor(patterns),
    patterns: patternsFor(patterns)
  }
}

/** What is known of the layer, prepared when it is asked for the first time. */
export const prepared = (
  preparations: Preparations,
  layer: Layer,
  permission: string,
  options: Options | undefined
): Prepared => {
  const byPermission = preparations.get(layer) ?? new Map<string, Prepared>()
  preparations.set(layer, byPermission)
  const found = byPermission.get(permission) ?? prepare(layer, permission, options)
  byPermission.set(permission, found)
  return found
}
