/** Other ways to name the files of a command: as seen from where the line starts, with and without `./`, and from the root. */
import { forbidding } from "./Explain.ts"
import type { Working } from "../Judgement.ts"
import { exists } from "../Disk.ts"
import { baseName, isInside, normalize, within } from "../Locations.ts"
import type { Scope } from "../Scope.ts"
import { places, plain, type Value } from "../words/Value.ts"

/** Commands with more words are not written in other ways. */
const maximumWords = 64

/** The places of a word that may be a file: it has a slash, or there is one of this name where it stands. */
const placesOf = ({ single, text, values }: Value, scope: Scope, context: Working): ReadonlyArray<string> => {
  const [only, ...others] = values ?? []
  if (!single || only === undefined || others.length > 0 || only === "" || text.includes("://")) return []
  if (only.startsWith("-") || /[\s:=]/.test(only)) return []
  const all = places(only, scope) ?? []
  const isFile = /\/|.\.[A-Za-z]\w{0,3}$/.test(only) || all.some((place) => exists(context.facts, normalize(place)))
  return isFile ? all : []
}

interface Ways {
  readonly bare: string
  readonly dotted: string
  readonly whole: string
  readonly real: string
  readonly realDotted: string
}

const waysOf = (value: Value, scope: Scope, context: Working): Ways | undefined => {
  const [place] = placesOf(value, scope, context)
  if (place === undefined) return undefined
  const { directory: start, facts, project } = context
  const whole = normalize(place)
  const real = facts.realPath(place) ?? whole
  const seen = (path: string) => (isInside(start, path) && path !== start ? within(start, path) : path)
  const bare = seen(whole)
  const dotted = (path: string) => (path.startsWith("/") ? path : `./${path}`)
  const led = isInside(project, real) ? seen(real) : real
  return { bare, dotted: dotted(bare), whole, real: led, realDotted: dotted(led) }
}

/** Does a rule that forbids something speak of such a place? */
const forbids = (context: Working, place: RegExp | string): boolean =>
  forbidding(context, "bash").some(({ rule: { pattern } }) =>
    typeof place === "string" ? pattern.includes(place) : place.test(pattern)
  )

const isBelowHome = /(?:^|[ =])(?:~|\$HOME)\/\w/

/** The words in these ways, where they differ from what is written. */
export const inOtherWays = (
  words: ReadonlyArray<Value>,
  scope: Scope,
  context: Working
): ReadonlyArray<ReadonlyArray<string>> => {
  if (words.length > maximumWords) return []
  const named = withFile(words)
  return [
    ...(named === undefined ? [] : [named, ...waysOfAll(named, scope, context)]),
    ...waysOfAll(words, scope, context)
  ].map((one) => one.map((word) => (typeof word === "string" ? word : word.text)))
}

/** The file in the place of a module's name, and with the end that Node adds by itself. */
const withFile = (words: ReadonlyArray<Value>): ReadonlyArray<Value> | undefined => {
  const name = baseName(words[0]?.text ?? "")
  const at = words.findIndex((word, place) => place > 0 && (word.text === "-m" || !word.text.startsWith("-")))
  const text = words[at]?.text === "-m" ? words[at + 1]?.text : words[at]?.text
  if (text === undefined) return undefined
  if (/^python[\d.]*$/.test(name) && words[at]?.text === "-m")
    return words.toSpliced(at, 2, plain(`${text.replaceAll(".", "/")}.py`))
  return /^node(?:js)?$/.test(name) && !/\.\w+$/.test(text) ? words.toSpliced(at, 1, plain(`${text}.js`)) : undefined
}

const waysOfAll = (
  words: ReadonlyArray<Value>,
  scope: Scope,
  context: Working
): ReadonlyArray<ReadonlyArray<string>> => {
  const ways = words.map((word) => waysOf(word, scope, context))
  if (ways.every((way) => way === undefined)) return []
  const as = (nameAs: keyof Ways, kind: keyof Ways) =>
    words.map(({ text }, at) => ways[at]?.[at === 0 ? nameAs : kind] ?? text)
  const written = words.map(({ text }) => text).join("\0")
  const all = [
    as("dotted", "bare"),
    as("bare", "bare"),
    ...(forbids(context, / \.\/[\w.]/) ? [as("bare", "dotted")] : []),
    // Rules against `rm -rf /*` and `rm -rf ./*` do not mean each file of the project.
    ...(forbids(context, context.directory) || forbids(context, isBelowHome) ? [as("whole", "whole")] : []),
    as("real", "real"),
    as("realDotted", "real")
  ]
  return [...new Map(all.map((one) => [one.join("\0"), one])).entries()].flatMap(([text, one]) =>
    text === written ? [] : [one]
  )
}
