/**
 * Rules and the decision over them. Pure.
 *
 * Within one layer of rules the last match wins. The last layer with a match
 * wins, except that a deny of the layer marked `final` cannot be undone by a
 * later one. Where nothing matches the decision is to ask.
 */

export type Action = "allow" | "ask" | "deny"

/** `*` in a pattern is any text, `?` one code point, all else literal; the whole value must match. */
export interface Rule {
  readonly permission: string
  readonly pattern: string
  readonly action: Action
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
      /** Counts only where the layers before it ask: it turns asks into something else, never a deny or an allow. */
      readonly onlyAsks?: boolean
    }
)

/** What was decided, and by which rule. Without a rule nothing matched, so it is to ask. */
export interface Decision {
  readonly action: Action
  readonly value: string
  readonly rule?: Rule
  readonly origin?: string
}

/**
 * Does the whole value match? A final ` *` also matches nothing: `ls *` is `ls` and `ls -l`, not `lsof`.
 *
 * Stars divide the pattern into segments, and each segment takes its first
 * place after the one before it: no backtracking, and no copy of the value.
 */
export const matches = (pattern: string, value: string): boolean =>
  (pattern.endsWith(" *") && matchesExactly(pattern.slice(0, -2), value)) || matchesExactly(pattern, value)

const matchesExactly = (pattern: string, value: string): boolean => {
  const [first = "", ...rest] = pattern.split("*")
  const last = rest.pop()
  let at = endOfSegment(first, value, 0)
  if (last === undefined) return at === value.length
  for (const segment of rest) at = at === -1 ? -1 : findSegment(segment, value, at)
  return at !== -1 && startOfSegment(last, value) >= at
}

/** Where the segment ends when it stands at this place, else -1. */
const endOfSegment = (segment: string, value: string, at: number): number => endOfTexts(segment.split("?"), value, at)

/** The same for the texts between question marks. */
const endOfTexts = (texts: ReadonlyArray<string>, value: string, at: number): number => {
  let end = at
  for (const [index, text] of texts.entries()) {
    if (index > 0) end += widthAt(value, end)
    if (end > value.length || !value.startsWith(text, end)) return -1
    end += text.length
  }
  return end
}

/** Where the segment ends at its first place from here on, else -1. */
const findSegment = (segment: string, value: string, from: number): number => {
  const texts = segment.split("?")
  if (texts.length === 1) {
    const at = value.indexOf(segment, from)
    return at === -1 ? -1 : at + segment.length
  }
  for (let at = from; at < value.length; at += widthAt(value, at)) {
    const end = endOfTexts(texts, value, at)
    if (end !== -1) return end
  }
  return -1
}

/** Where the segment starts when it stands at the end of the value, else -1. */
const startOfSegment = (segment: string, value: string): number => {
  let start = value.length
  for (const [index, text] of segment.split("?").toReversed().entries()) {
    if (index > 0) start -= widthBefore(value, start)
    if (start < 0 || !value.endsWith(text, start)) return -1
    start -= text.length
  }
  return start
}

const isPair = (value: string, at: number): boolean => (value.codePointAt(at) ?? 0) > 0xffff

/** UTF-16 units of the code point that starts here. */
const widthAt = (value: string, at: number): number => (isPair(value, at) ? 2 : 1)

/** UTF-16 units of the code point that ends here. */
const widthBefore = (value: string, end: number): number => (end >= 2 && isPair(value, end - 2) ? 2 : 1)

const lastMatch = (layer: Layer, permission: string, value: string): Rule | undefined =>
  layer.rules.findLast((rule) => matches(rule.permission, permission) && matches(rule.pattern, value))

/** Decides over one value. */
export const evaluate = (layers: ReadonlyArray<Layer>, permission: string, value: string): Decision => {
  let decision: Decision = { action: "ask", value }
  for (const layer of layers) {
    if (layer.onlyAsks === true && decision.action !== "ask") continue // guard: I7 permission/test/Rules.test.ts
    const rule = lastMatch(layer, permission, value)
    if (rule === undefined) continue
    decision = { action: rule.action, value, rule, origin: layer.origin }
    if (layer.final === true && rule.action === "deny") return decision // guard: I7 permission/test/Rules.test.ts
  }
  return decision
}

const severity: Record<Action, number> = { allow: 0, ask: 1, deny: 2 }

/** Decides over several values: allowed only if each is, denied if one is. No value at all is to ask. */
export const decide = (layers: ReadonlyArray<Layer>, permission: string, values: ReadonlyArray<string>): Decision => {
  const decisions = values.map((value) => evaluate(layers, permission, value))
  return decisions.reduce<Decision>(
    (worst, next) => (severity[next.action] > severity[worst.action] ? next : worst),
    decisions[0] ?? { action: "ask", value: "" }
  )
}
