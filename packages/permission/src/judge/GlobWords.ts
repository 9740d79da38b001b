/** The files that a glob stands for when it runs, found in the way bash does. */
import type { Facts } from "./Judgement.ts"
import { join } from "./Locations.ts"

/** A glob with more files than this is not looked into any further. */
const maximumFiles = 2_000
/** Names that are compared for one glob, at most. */
const maximumNames = 20_000

/** A part of a word: text that stands for itself, or a wildcard. */
export interface GlobPart {
  readonly text: string
  readonly wild: boolean
}

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")

/** One wildcard as a regular expression; a bracket may stand for any character, so that nothing is missed. */
const wildcard = (text: string): string => {
  let result = ""
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === "*") result += result.endsWith(".*") ? "" : ".*"
    else if (character === "?") result += "."
    else if (character === "[") {
      const end = text.indexOf("]", at + 2)
      result += "."
      at = end === -1 ? text.length : end
    } else result += escape(character)
  }
  return result
}

/** The components of a path with wildcards. */
const components = (parts: ReadonlyArray<GlobPart>): ReadonlyArray<ReadonlyArray<GlobPart>> => {
  const result: Array<Array<GlobPart>> = [[]]
  for (const part of parts)
    for (const [index, text] of part.text.split("/").entries()) {
      if (index > 0) result.push([])
      if (text !== "") result.at(-1)?.push({ text, wild: part.wild })
    }
  return result
}

/** Does a name of a directory match these parts? Hidden names need their dot written. */
const matcher = (parts: ReadonlyArray<GlobPart>): ((name: string) => boolean) => {
  const expression = new RegExp(`^${parts.map(({ text, wild }) => (wild ? wildcard(text) : escape(text))).join("")}$`, "su")
  const showsHidden = parts[0]?.wild === false && parts[0].text.startsWith(".")
  const startsOpen = parts[0]?.text.startsWith("[") === true
  return (name) => (showsHidden || startsOpen || !name.startsWith(".")) && expression.test(name)
}

/** Names that are in every directory; a glob that begins with a dot matches them too. */
const dots = [".", ".."]

/**
 * The words that the glob becomes in the directory: the files that match, or the glob itself when none does. Undefined
 * when there are too many to look at.
 */
export const expand = (
  facts: Facts,
  directory: string,
  parts: ReadonlyArray<GlobPart>
): ReadonlyArray<string> | undefined => {
  const written = parts.map(({ text }) => text).join("")
  let found: ReadonlyArray<string> = [""]
  let compared = 0
  for (const [index, component] of components(parts).entries()) {
    const slash = index === 0 ? "" : "/"
    if (!component.some(({ wild }) => wild)) {
      const text = component.map((part) => part.text).join("")
      found = found.map((path) => `${path}${slash}${text}`)
      continue
    }
    const isMatch = matcher(component)
    const next: Array<string> = []
    for (const path of found) {
      const names = facts.entries(join(directory, path === "" && slash !== "" ? "/" : path === "" ? "." : path)) ?? []
      compared += names.length
      if (compared > maximumNames) return undefined
      for (const name of [...names.map((entry) => entry.name), ...dots])
        if (isMatch(name)) next.push(`${path}${slash}${name}`)
      if (next.length > maximumFiles) return undefined
    }
    found = next
  }
  return found.length === 0 ? [written] : found
}

/** Could the glob stand for this name? */
export const couldMatch = (pattern: string, name: string): boolean =>
  new RegExp(`^${wildcard(pattern)}$`, "su").test(name)
