/**
 * Patterns of rules: `*` is any text (line feeds and `/` too), `?` one code
 * point, all else literal. The whole value must match.
 *
 * Stars divide a pattern into segments, and each takes its first place after
 * the one before it, so nothing is ever tried twice: see `internal/segment`.
 */
import { type Codes, codesOf, endsAt, find, standsAt } from "./internal/segment.ts"

/** What a pattern means here. */
export interface Options {
  /** What `~` and `$HOME` at the start of a pattern stand for; without it they are literal. */
  readonly home?: string
  /** On `win32` case does not matter, and in paths a backslash is a slash. Default `posix`. */
  readonly platform?: "posix" | "win32"
}

/** A text as it is compared. Cheaper than its code points, which are only made where they are needed. */
interface Text {
  readonly text: string
  readonly codes: () => Codes
}

const textOf = (text: string): Text => {
  let codes: Codes | undefined
  return { text, codes: () => (codes ??= codesOf(text)) }
}

/** One code point stays one, so that `?` counts the same in both cases. */
const lower = (character: string): string => {
  const small = character.toLowerCase()
  return Array.from(small).length === 1 ? small : character
}

/** Of all letters only these two become several, or another one at the end of a word. */
const fold = (text: string): string =>
  /[\u0130\u03a3]/.test(text) ? Array.from(text, lower).join("") : text.toLowerCase()

/** A backslash in a command is the shell's; every other value is a path or has none. */
const holdsPaths = (permission: string): boolean => permission !== "bash"

/** How patterns and values of a permission are written before they are compared. */
const spelling = (permission: string, { platform }: Options): ((text: string) => string) => {
  if (platform !== "win32") return (text) => text
  return (text) => fold(holdsPaths(permission) ? text.replaceAll("\\", "/") : text)
}

const atHome = /^(?:~|\$HOME)(?=[/\\]|$)/

/** A pattern divided: the home directory, which is literal even if it holds a star, and the rest. */
const withHome = (pattern: string, { home }: Options): readonly [home: string, rest: string] => {
  const [found] = home === undefined ? [] : (atHome.exec(pattern) ?? [])
  if (home === undefined || found === undefined) return ["", pattern]
  const rest = pattern.slice(found.length)
  return [rest === "" ? home : home.replace(/[/\\]+$/, ""), rest]
}

/** The pattern with its home directory, as it is compared. For comparing patterns with each other. */
export const expand = (permission: string, pattern: string, options: Options): string =>
  spelling(permission, options)(withHome(pattern, options).join(""))

/** No star and no question mark: the pattern is one value. */
export const isPlain = (pattern: string): boolean => !/[*?]/.test(pattern)

/** The forms of a pattern without its optional end: a final ` *` also matches nothing. */
export const forms = (pattern: string): ReadonlyArray<string> =>
  pattern.endsWith(" *") ? [pattern.slice(0, -2), pattern] : [pattern]

/** Looking for a text this long is quick wherever it stands. */
const shortText = 250

/** As long as what people write between two stars: a text this short is looked for without making code points of the value. */
const simpleText = 40

/** The longest literal text of a pattern, which a value that matches has somewhere. */
const longestText = (pattern: string): string =>
  pattern.split(/[*?]+/).reduce((longest, text) => (text.length > longest.length ? text : longest), "")

const matchesText = (pattern: string, value: Text, from: number): boolean => {
  const isSimple = !/[?\ud800-\udfff]/.test(pattern)
  const simply = isSimple ? matchesSimply(pattern, value.text, from) : undefined
  if (simply !== undefined) return simply
  const segments = pattern.split("*")
  const first = segments[0] ?? ""
  const last = segments.at(-1) ?? ""
  // Most rules are about something else, which their first or last letters tell.
  if (isPlain(first) && !value.text.startsWith(first, from)) return false
  if (isPlain(last) && !value.text.endsWith(last)) return false
  const longest = longestText(pattern)
  if (longest.length <= shortText && !value.text.includes(longest, from)) return false
  return matchesCodes(segments, value.codes(), from === 0 ? 0 : codesOf(value.text.slice(0, from)).length)
}

/** Compares as text a pattern that holds no `?` and no half of a character; `undefined` where that may be slow, because a text in it is long. */
const matchesSimply = (pattern: string, value: string, from: number): boolean | undefined => {
  let star = pattern.indexOf("*")
  if (star === -1) return value.length === from + pattern.length && value.endsWith(pattern)
  if (!value.startsWith(pattern.slice(0, star), from)) return false
  let at = from + star
  for (;;) {
    const next = pattern.indexOf("*", star + 1)
    const text = pattern.slice(star + 1, next === -1 ? undefined : next)
    if (next === -1) return value.length >= at + text.length && value.endsWith(text)
    if (text.length > simpleText) return undefined
    const found = value.indexOf(text, at)
    if (found === -1) return false
    at = found + text.length
    star = next
  }
}

const matchesCodes = (segments: ReadonlyArray<string>, value: Codes, from: number): boolean => {
  const first = codesOf(segments[0] ?? "")
  if (!standsAt(first, value, from)) return false
  let at = from + first.length
  if (segments.length === 1) return at === value.length
  for (const text of segments.slice(1, -1)) {
    const segment = codesOf(text)
    const found = find(segment, value, at)
    if (found === -1) return false
    at = found + segment.length
  }
  return endsAt(codesOf(segments.at(-1) ?? ""), value, at)
}

/** A pattern that begins so may match a value that begins otherwise. */
const mayBegin: ReadonlySet<string> = new Set("*?~$")

/** Gives a test for one value against many patterns; a literal pattern has no wildcards. */
export const matcher = (
  permission: string,
  value: string,
  options: Options = {}
): ((pattern: string, isLiteral?: boolean) => boolean) => {
  const spell = spelling(permission, options)
  const text = textOf(spell(value))
  const isSpelledSo = options.platform !== "win32"
  return (pattern, isLiteral = false) => {
    if (isLiteral) return spell(pattern) === text.text
    // Most rules are about something else, which their first letter tells. Shorter ones may match nothing at all.
    if (isSpelledSo && pattern.length > 2 && !mayBegin.has(pattern.charAt(0)) && pattern[0] !== text.text[0])
      return false
    const [home, rest] = withHome(pattern, options)
    const begin = spell(home)
    return text.text.startsWith(begin) && forms(spell(rest)).some((form) => matchesText(form, text, begin.length))
  }
}

/** Does the whole value match? A final ` *` also matches nothing: `ls *` is `ls` and `ls -l`, not `lsof`. */
export const matches = (pattern: string, value: string): boolean => matcher("", value)(pattern)

/** Equal languages get equal tokens: of wildcards in a row the question marks come first, and one star is enough. */
const tokensOf = (form: string): ReadonlyArray<string> =>
  Array.from(form.replace(/[*?]{2,}/g, (run) => run.replaceAll("*", "") + (run.includes("*") ? "*" : "")))

/** Does the wide form, as tokens, match whatever the narrow one matches? Never says so wrongly. */
const formCovers = (wide: ReadonlyArray<string>, narrow: ReadonlyArray<string>): boolean => {
  // Row by row over the wide tokens: which beginnings of the narrow form are covered.
  let covered = narrow.map(() => false)
  covered.unshift(true)
  for (const token of wide) {
    const next = covered.map(() => false)
    for (let end = 0; end <= narrow.length; end++) {
      const taken = narrow[end - 1]
      const before = end > 0 && covered[end - 1] === true
      if (token === "*") next[end] = covered[end] === true || (end > 0 && next[end - 1] === true)
      else if (token === "?") next[end] = before && taken !== "*"
      else next[end] = before && taken === token
    }
    covered = next
  }
  return covered[narrow.length] === true
}

/** The literal text that every value begins with which a pattern matches. */
export const headOf = (pattern: string): string => {
  const end = pattern.search(/ ?\*$|[*?]/)
  return end === -1 ? pattern : pattern.slice(0, end)
}

/** The longest literal text that stands in every value which a pattern matches, and so in every pattern that it covers. */
export const textIn = (pattern: string): string => longestText(pattern.replace(/ \*$/, ""))

/** What can be told at a glance, because most pairs of patterns have nothing to do with each other. */
const mayCover = (wide: string, narrow: string): boolean =>
  isPlain(wide) ? wide === narrow : narrow.startsWith(headOf(wide)) && narrow.includes(textIn(wide))

/** Does the wide pattern match every value that the narrow one matches? Both without `~`; never says so wrongly. */
export const covers = (wide: string, narrow: string): boolean =>
  mayCover(wide, narrow) &&
  forms(narrow).every((one) => forms(wide).some((form) => formCovers(tokensOf(form), tokensOf(one))))
