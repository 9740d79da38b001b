/** The rules of a layer about one permission, prepared for being asked many times about one line. */
import * as Rules from "../Rules.ts"
import type { Layer, Options, Rule } from "../Rules.ts"
import type { HeadedRule, Preparations, Prepared } from "./Judgement.ts"
import { headsOf } from "./Alike.ts"
import { once } from "./Remembered.ts"

/** The text in front of the first wildcard; a final ` *` may match nothing. */
const headOf = ({ literal, pattern }: Rule, options: Options | undefined): string => {
  // Where case does not matter, or `~` becomes something else, the beginning says nothing.
  if (options?.platform === "win32" || /^[~$]/.test(pattern)) return ""
  if (literal === true) return pattern
  const text = pattern.endsWith(" *") ? pattern.slice(0, -2) : pattern
  const end = text.search(/[*?]/)
  return end === -1 ? text : text.slice(0, end)
}

/** Tells by the first word whether one of the rules could speak of a command. */
const firstWords = (forbidding: ReadonlyArray<HeadedRule>): ((first: string) => boolean) => {
  const whole = new Set<string>()
  const beginnings: Array<string> = []
  for (const { head, rule } of forbidding) {
    const end = head.indexOf(" ")
    if (end !== -1) whole.add(head.slice(0, end))
    else if (rule.pattern === head || rule.pattern === `${head} *`) whole.add(head)
    else beginnings.push(head)
  }
  const known = new Map<string, boolean>()
  return (first) => {
    const found = known.get(first) ?? (whole.has(first) || beginnings.some((one) => first.startsWith(one)))
    known.set(first, found)
    return found
  }
}

const prepare = ({ rules }: Layer, permission: string, options: Options | undefined): Prepared => {
  const isOf = once((name: string) => Rules.matches(name, permission))
  const known = rules
    .filter((rule) => isOf(rule.permission))
    .map((rule): HeadedRule => ({ rule, head: headOf(rule, options) }))
  const forbidding = known.filter(({ rule }) => rule.action !== "allow")
  return {
    rules: known,
    mayForbid: firstWords(forbidding),
    forbidding: forbidding.map(({ rule }) => rule),
    heads: permission === "bash" ? forbidding.flatMap(({ rule }) => headsOf(rule.pattern)) : []
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
