/** The files that a glob stands for when it runs, found in the way bash does. */
import * as Rules from "../../Rules.ts"
import type { Working } from "../Judgement.ts"
import { join } from "../Locations.ts"

/** A glob with more files than this is not looked into any further. */
const maximumFiles = 2_000

/** A part of a word: text that stands for itself, or a wildcard. */
export interface GlobPart {
  readonly text: string
  readonly wild: boolean
}

/**
 * The wildcards as those of a rule, which match in linear time. What follows a bracket may be anything: it may match more
 * than bash does, never less.
 */
const asPattern = (parts: ReadonlyArray<GlobPart>): string => {
  const bracket = parts.findIndex(({ text, wild }) => wild && text.includes("["))
  if (bracket === -1) return parts.map(({ text }) => text).join("")
  const before = parts
    .slice(0, bracket + 1)
    .map(({ text }) => text)
    .join("")
  return `${before.slice(0, before.lastIndexOf("["))}*`.replace(/\[.*$/s, "*")
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
  const pattern = asPattern(parts)
  const [first = "", last, ...more] = pattern.split("*")
  const isSimple = last !== undefined && more.length === 0 && !pattern.includes("?") && !pattern.endsWith(" *")
  const matches = (name: string) =>
    isSimple
      ? name.length >= first.length + last.length && name.startsWith(first) && name.endsWith(last)
      : Rules.matches(pattern, name)
  const showsHidden = parts[0]?.wild === false && parts[0].text.startsWith(".")
  const startsOpen = parts[0]?.text.startsWith("[") === true
  return (name) => (showsHidden || startsOpen || !name.startsWith(".")) && matches(name)
}

/** Names that are in every directory; a glob that begins with a dot matches them too. */
const dots = [".", ".."]

/**
 * The words that the glob becomes in the directory: the files that match, or the glob itself when none does. Undefined
 * when there are too many to look at.
 */
export const expand = (
  { effort, facts }: Pick<Working, "effort" | "facts">,
  directory: string,
  parts: ReadonlyArray<GlobPart>
): ReadonlyArray<string> | undefined => {
  const written = parts.map(({ text }) => text).join("")
  let found: ReadonlyArray<string> = [""]
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
      effort.left -= names.length
      if (effort.left < 0) return undefined
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
  Rules.matches(asPattern([{ text: pattern, wild: true }]), name)
