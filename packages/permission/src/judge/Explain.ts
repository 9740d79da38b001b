/** Asks the rules, after leaving aside those that cannot match: a line asks them many times. */
import * as Rules from "../Rules.ts"
import type { Decision, Layer, Rule } from "../Rules.ts"
import type { Working } from "./Judgement.ts"

/** The text in front of the first wildcard; a final ` *` may match nothing. */
export const beginning = (pattern: string): string => {
  const text = pattern.endsWith(" *") ? pattern.slice(0, -2) : pattern
  const end = text.search(/[*?]/)
  return end === -1 ? text : text.slice(0, end)
}

const mayMatch = ({ literal, pattern }: Rule, value: string): boolean =>
  literal === true || /^[~$]/.test(pattern) || value.startsWith(beginning(pattern))

const select = (layers: ReadonlyArray<Layer>, isWanted: (rule: Rule) => boolean): ReadonlyArray<Layer> =>
  layers.map((layer) => ({ ...layer, rules: layer.rules.filter(isWanted) }))

/** The layers with nothing but the rules of a permission. */
export const rulesOf = ({ effort, layers }: Working, permission: string): ReadonlyArray<Layer> => {
  const byPermission = effort.rules.get(layers) ?? new Map<string, ReadonlyArray<Layer>>()
  effort.rules.set(layers, byPermission)
  const known = byPermission.get(permission) ?? select(layers, (rule) => Rules.matches(rule.permission, permission))
  byPermission.set(permission, known)
  return known
}

/** What the rules in force say of a value. */
export const explain = (context: Working, permission: string, value: string): Decision => {
  const known = context.effort.decisions.get(context.layers) ?? new Map<string, Decision>()
  context.effort.decisions.set(context.layers, known)
  const key = `${permission} ${value}`
  const decision = known.get(key) ?? decide(context, permission, value)
  known.set(key, decision)
  return decision
}

const decide = (context: Working, permission: string, value: string): Decision => {
  const rules = rulesOf(context, permission)
  // Where case does not matter the beginning says nothing.
  const isFolded = context.patterns?.platform === "win32"
  const near = isFolded ? rules : select(rules, (rule) => mayMatch(rule, value))
  return Rules.explain(near, permission, value, context.patterns)
}
