/** Words of programs without a table: where they may lead, and when they are not certain. */
import { hazardIn } from "../programs/Hazards.ts"
import type { PathJudgement, Working } from "../Judgement.ts"
import { use } from "../programs/Program.ts"
import { versatile } from "../programs/Versatile.ts"
import { join, turnsBack } from "../Locations.ts"
import { judgeAnyUse, judgePaths } from "./Paths.ts"
import type { Scope } from "../Scope.ts"
import { known, notKnown, plain, type Value } from "../words/Value.ts"

/** The kernel takes no longer path. */
const maximumPath = 4_096

/** A place inside of a word that no table explains: `--option=/place`, `-I/place`, `@/place`, `a:/place`. */
const placesIn = (text: string): ReadonlyArray<string> => {
  if (text.length > maximumPath) return []
  const places = [...text.matchAll(/(?:^|[=:,@|]|^-[A-Za-z]+)(?=[/~]|\.\.(?:\/|$))/g)].map((match) =>
    text.slice(match.index + match[0].length)
  )
  // What programs that send data read it from: `-d @file`, `-F name=<file`.
  const files = [...text.matchAll(/(?:^|=|^-[A-Za-z]+)[@<](?=[^/~])([^;]+)/g)].map((match) => match[1] ?? "")
  // A short option may have its value in the same word.
  const glued = [...text.matchAll(/^-[A-Za-z](?=[^-=]*[./])([^/~].*)$/g)].map((match) => match[1] ?? "")
  const values = [text, ...files, ...glued, ...(text.includes("=") ? [text.slice(text.indexOf("=") + 1)] : [])]
  const isAddress = /^[a-z][a-z0-9+.-]*:\/\//.test(text) && !/^fileb?:/.test(text)
  return isAddress ? [] : [...places, ...values.filter((value) => !value.startsWith("-"))]
}

/** Decides about the places in a word that no table explains. */
export const judgePlacesIn = (word: Value, scope: Scope, context: Working): ReadonlyArray<PathJudgement> =>
  (word.values ?? []).flatMap(placesIn).flatMap((place) => {
    const expanded = place.startsWith("~/") || place === "~" ? context.home + place.slice(1) : place
    if (expanded.startsWith("~")) return judgePaths({ ...plain(place), values: undefined }, "read", scope, context)
    const all = expanded.startsWith("/")
      ? [expanded]
      : (scope.directories ?? []).map((directory) => join(directory, expanded))
    // A word that is no path is a name of nothing inside of the project.
    return all.map((one) => judgeAnyUse(one, context)).filter(({ action, outside }) => outside || action !== "allow")
  })

/** Has it a table of known options, because it can do most? */
export const isVersatile = (name: string): boolean => Object.hasOwn(versatile, name)

/** The files that known options of a program name, and whether they are written. */
export const judgeNamedFiles = (
  words: ReadonlyArray<Value>,
  scope: Scope,
  context: Working
): ReadonlyArray<PathJudgement> => {
  const name = known(words[0]) ?? ""
  const table = Object.hasOwn(versatile, name) ? versatile[name] : undefined
  if (table === undefined) return []
  return use(table, words.slice(1)).paths.flatMap(({ access, value }) => judgePaths(value, access, scope, context))
}

/** Why the words of a program without a table are not certain. */
export const doubtOfWords = (words: ReadonlyArray<Value>, scope: Scope): string | undefined => {
  if (scope.directories === undefined) return "the directory it runs in is not known"
  const hazard = hazardIn(words)
  if (hazard !== undefined) return hazard
  for (const word of words) {
    if (word.values === undefined || word.text.startsWith("<(")) return notKnown(word)
    if (word.values.some(turnsBack)) return `${word.text} goes back to where it came from`
    if (!word.literal && !word.single && word.values.some((text) => text.startsWith("-")))
      return `${word.text} stands for a name that begins with a dash`
  }
  return undefined
}
