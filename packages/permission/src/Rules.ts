/**
 * Rules and the decision over them. Pure.
 *
 * Within one layer of rules the last match wins. The last layer with a match
 * wins, except that a deny of the layer marked `final` cannot be undone by a
 * later one. Where nothing matches the decision is to ask.
 */
import { covers, expand, matcher, type Options } from "./Pattern.ts"

export { matches, type Options } from "./Pattern.ts"

/** What is done with a value: it passes, a person is asked, or it is refused. */
export type Action = "allow" | "ask" | "deny"

/** `*` in a pattern is any text, `?` one code point, all else literal; the whole value must match. */
export interface Rule {
  readonly permission: string
  readonly pattern: string
  readonly action: Action
  /** The pattern is one value as it stands, with no wildcard in it, e.g. a path with a star in its name. */
  readonly literal?: true
}

/** Rules with one origin, e.g. `built-in`, `user`, `project`, `agent`, `session`. */
export type Layer = {
  readonly origin: string
  readonly rules: ReadonlyArray<Rule>
} & (
  | {
      /** A deny of this layer is final for the later ones. */
      readonly final?: boolean
      readonly onlyAsks?: never
    }
  | {
      readonly final?: never
      /**
       * Counts only where the layers before it ask: it turns asks into something else, never a deny or an allow.
       * `asked`: what people answered. Such a rule does not undo an ask rule that it is wider than.
       */
      readonly onlyAsks?: boolean | "asked"
    }
)

/** What was decided, and by which rule. Without a rule nothing matched, so it is to ask. */
export interface Decision {
  readonly action: Action
  readonly value: string
  readonly rule?: Rule
  readonly origin?: string
}

/** Gives a test for one value against many rules. */
const tester = (permission: string, value: string, options: Options | undefined): ((rule: Rule) => boolean) => {
  const isPermission = matcher("", permission, options)
  const isValue = matcher(permission, value, options)
  // Thousands of rules name the same few permissions.
  const known = new Map<string, boolean>()
  return (rule) => {
    const isMeant = known.get(rule.permission) ?? (rule.permission === permission || isPermission(rule.permission))
    known.set(rule.permission, isMeant)
    const isExactly = rule.literal !== true || isPermission(rule.permission, true)
    return isMeant && isExactly && isValue(rule.pattern, rule.literal)
  }
}

/** The word for one value over a flat list of rules: the last match wins, and without any it is `ask`. */
export const evaluate = (rules: ReadonlyArray<Rule>, permission: string, value: string, options?: Options): Action =>
  rules.findLast(tester(permission, value, options))?.action ?? "ask"

/** Does one rule match whatever the other does? */
export const isWider = (wide: Rule, narrow: Rule, options: Options = {}): boolean => {
  const of = ({ pattern, permission }: Rule) => expand(permission, pattern, options)
  if (wide.literal === true)
    return narrow.literal === true && of(wide) === of(narrow) && wide.permission === narrow.permission
  if (narrow.literal === true) return tester(narrow.permission, narrow.pattern, options)(wide)
  return (
    covers(expand("", wide.permission, options), expand("", narrow.permission, options)) && covers(of(wide), of(narrow))
  )
}

/** Decides over one value, and says which rule of which layer did. */
export const explain = (
  layers: ReadonlyArray<Layer>,
  permission: string,
  value: string,
  options?: Options
): Decision => {
  const isMatch = tester(permission, value, options)
  let decision: Decision = { action: "ask", value }
  for (const layer of layers) {
    const { final, onlyAsks, origin, rules } = layer
    if (onlyAsks !== undefined && onlyAsks !== false && decision.action !== "ask") continue // guard: I7 permission/test/Rules.test.ts
    const asking = onlyAsks === "asked" ? decision.rule : undefined
    const rule = rules.findLast((one) => isMatch(one) && (asking === undefined || isWider(asking, one, options)))
    if (rule === undefined) continue
    decision = { action: rule.action, value, rule, origin }
    if (final === true && rule.action === "deny") return decision // guard: I7 permission/test/Rules.test.ts
  }
  return decision
}

const severity: Record<Action, number> = { allow: 0, ask: 1, deny: 2 }

/** The strictest of several decisions, the first of equals. */
export const worst = (decisions: ReadonlyArray<Decision>): Decision | undefined =>
  decisions.reduce<Decision | undefined>(
    (worst, next) => (worst === undefined || severity[next.action] > severity[worst.action] ? next : worst),
    undefined
  )

/** Decides over several values: allowed only if each is, denied if one is. No value at all is to ask. */
export const decide = (
  layers: ReadonlyArray<Layer>,
  permission: string,
  values: ReadonlyArray<string>,
  options?: Options
): Decision => worst(values.map((value) => explain(layers, permission, value, options))) ?? { action: "ask", value: "" }
