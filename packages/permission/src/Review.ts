/** Looks for rules that do nothing: a person who wrote one thinks that it protects something. */
import { expand, headOf, type Options, textIn } from "./Pattern.ts"
import { isWider, type Layer, type Rule } from "./Rules.ts"

/** A rule, and where it stands. */
export interface Place {
  readonly origin: string
  readonly rule: Rule
}

/** Why a rule does nothing. */
export type Warning = Place &
  (
    | {
        /** A deny or an ask that never wins, because a later rule matches whatever it matches. */
        readonly kind: "shadowed"
        readonly by: Place
      }
    | {
        /** No value can ever match. */
        readonly kind: "never-matches"
        readonly why: string
      }
  )

/** Permissions whose values are real paths: absolute, and without links, dots or a slash at the end. */
export const pathPermissions: ReadonlyArray<string> = ["read", "edit", "glob", "grep", "external_directory"]

/** The permissions that the runtime and its own tools ask for. */
export const knownPermissions: ReadonlyArray<string> = ["bash", "jobs", "doom_loop", ...pathPermissions]

const otherNames: Readonly<Record<string, string>> = { write: "edit", patch: "edit", list: "read", shell: "bash" }

/** What is asked for under another name than some take it to have. */
export const realName = (permission: string): string | undefined =>
  Object.hasOwn(otherNames, permission) ? otherNames[permission] : undefined

const noRealPath = (pattern: string): string | undefined => {
  if (!/^(?:[/*?~]|\$HOME(?:\/|$)|[A-Za-z]:)/.test(pattern)) return "values are absolute paths: begin it with / or *"
  if (pattern.length > 1 && pattern.endsWith("/")) return "no real path ends with a slash"
  if (/\/\.{0,2}\//.test(pattern) || /\/\.{1,2}$/.test(pattern)) return "no real path has `//`, `/./` or `/../` in it"
  return undefined
}

const neverMatches = (rule: Rule, options: Options): string | undefined => {
  if (rule.literal === true) return undefined
  const other = realName(rule.permission)
  if (other !== undefined) return `the permission is called ${other}`
  const small = rule.permission.toLowerCase()
  if (small !== rule.permission && knownPermissions.includes(small) && options.platform !== "win32")
    return `the permission is called ${small}`
  return pathPermissions.includes(rule.permission)
    ? noRealPath(expand(rule.permission, rule.pattern, options))
    : undefined
}

/** Can a rule of a later layer, or a later rule of the same one, win over this deny or ask? */
const canUndo = (rule: Rule, layer: Layer, later: Layer): boolean => {
  if (layer === later) return true
  if (rule.action === "deny") return layer.final !== true && (later.onlyAsks ?? false) === false
  return later.onlyAsks !== "asked"
}

/** A rule as it is compared, without `~`, and what every value begins with and holds that it matches. */
interface Known {
  readonly rule: Rule
  readonly expanded: Rule
  readonly head: string
  readonly text: string
}

const knownOf = (rule: Rule, options: Options): Known => {
  const pattern = expand(rule.permission, rule.pattern, options)
  const expanded = { ...rule, permission: expand("", rule.permission, options), pattern }
  const isLiteral = rule.literal === true
  return { rule, expanded, head: isLiteral ? pattern : headOf(pattern), text: isLiteral ? "" : textIn(pattern) }
}

/** The later rule that always wins over this one with another action. */
const shadowOf = (
  { expanded, rule }: Known,
  place: readonly [layer: number, index: number],
  layers: ReadonlyArray<Layer>,
  known: ReadonlyArray<ReadonlyArray<Known>>
): Place | undefined => {
  const [at, index] = place
  const own = layers[at]
  if (own === undefined) return undefined
  const { pattern } = expanded
  // What is quickly told first: there may be thousands of rules, and few have anything to do with each other.
  const isShadow = (one: Known) =>
    one.rule.action !== rule.action &&
    pattern.startsWith(one.head) &&
    pattern.includes(one.text) &&
    isWider(one.expanded, expanded)
  for (const [number, later] of layers.entries()) {
    if (number < at || !canUndo(rule, own, later)) continue
    const found = known[number]?.find((one, position) => (number > at || position > index) && isShadow(one))
    if (found !== undefined) return { origin: later.origin, rule: found.rule }
  }
  return undefined
}

/** The rules that no value can match, in their order. */
export const neverMatching = (layers: ReadonlyArray<Layer>, options: Options = {}): ReadonlyArray<Warning> =>
  layers.flatMap(({ origin, rules }) =>
    rules.flatMap((rule): ReadonlyArray<Warning> => {
      const why = neverMatches(rule, options)
      return why === undefined ? [] : [{ kind: "never-matches", origin, rule, why }]
    })
  )

/** The rules of these layers that do nothing, in their order. */
export const review = (layers: ReadonlyArray<Layer>, options: Options = {}): ReadonlyArray<Warning> => {
  const known = layers.map(({ rules }) => rules.map((rule) => knownOf(rule, options)))
  return layers.flatMap(({ origin }, at) =>
    (known[at] ?? []).flatMap((one, index): ReadonlyArray<Warning> => {
      const { rule } = one
      const why = neverMatches(rule, options)
      if (why !== undefined) return [{ kind: "never-matches", origin, rule, why }]
      if (rule.action === "allow") return []
      const by = shadowOf(one, [at, index], layers, known)
      return by === undefined ? [] : [{ kind: "shadowed", origin, rule, by }]
    })
  )
}
