/**
 * Patterns of file names. Pure.
 *
 * `*` is any text within a name, `**` any directories, `?` one character,
 * `[ab]` one of a set, `{a,b}` one of several texts, and a backslash makes the
 * next character plain. Names with a leading dot are like all others. Nothing
 * backtracks further than to its last star, so no pattern is slow.
 */

/** A star takes any number of items, a test exactly one. */
type Element<Item> = "star" | ((item: Item) => boolean)

/** Do the elements take all of the items? Each star first takes as little as it can; only the last one is ever extended. */
const takesAll = <Item>(elements: ReadonlyArray<Element<Item>>, items: ReadonlyArray<Item>): boolean => {
  let [element, item] = [0, 0]
  let star: { readonly element: number; item: number } | undefined
  while (item < items.length) {
    const current = elements[element]
    // The index is in range, whatever the items are.
    if (typeof current === "function" && current(items[item] as Item)) {
      element++
      item++
    } else if (current === "star") {
      star = { element: ++element, item }
    } else if (star !== undefined) {
      element = star.element
      item = ++star.item
    } else return false
  }
  while (elements[element] === "star") element++
  return element === elements.length
}

/** More alternatives are a mistake, or meant to be slow. */
const maximumAlternatives = 256

/** Where the brace that opens here closes, with the commas of its own level; without a comma it is plain text. */
const braceAt = (pattern: string, open: number) => {
  const cuts = [open]
  let depth = 0
  for (let at = open; at < pattern.length; at++) {
    const character = pattern[at]
    if (character === "\\") at++
    else if (character === "{") depth++
    else if (character === "," && depth === 1) cuts.push(at)
    else if (character === "}" && --depth === 0) return cuts.length > 1 ? [...cuts, at] : undefined
  }
  return undefined
}

/** All texts that the braces of a pattern stand for, or undefined when there are too many. */
export const alternatives = (pattern: string): ReadonlyArray<string> | undefined => {
  let done: ReadonlyArray<string> = [""]
  let at = 0
  while (at < pattern.length) {
    const cuts = pattern[at] === "{" ? braceAt(pattern, at) : undefined
    const end = cuts?.at(-1) ?? (pattern[at] === "\\" ? at + 1 : at)
    const nested = cuts?.slice(1).map((cut, index) => alternatives(pattern.slice((cuts[index] ?? 0) + 1, cut)))
    const texts = nested === undefined ? [pattern.slice(at, end + 1)] : nested.flatMap((list) => list ?? [])
    if (nested?.includes(undefined) === true || done.length * texts.length > maximumAlternatives) return undefined
    done =
      texts.length === 1
        ? done.map((start) => start + texts[0])
        : done.flatMap((start) => texts.map((text) => start + text))
    at = end + 1
  }
  return done
}

/** One of a set, e.g. `[a-z_]` or `[!.]`; where the set ends. A set that never closes is plain text. */
const setAt = (characters: ReadonlyArray<string>, open: number) => {
  const isNegated = characters[open + 1] === "!" || characters[open + 1] === "^"
  const first = open + (isNegated ? 2 : 1)
  const close = characters.indexOf("]", first + 1)
  if (close === -1) return undefined
  const ranges: Array<readonly [string, string]> = []
  for (let at = first; at < close; at++) {
    const isRange = characters[at + 1] === "-" && at + 2 < close
    const low = characters[at] ?? ""
    ranges.push([low, isRange ? (characters[at + 2] ?? "") : low])
    if (isRange) at += 2
  }
  const codeOf = (character: string) => character.codePointAt(0) ?? 0
  const isIn = (character: string) =>
    ranges.some(([low, high]) => codeOf(low) <= codeOf(character) && codeOf(character) <= codeOf(high))
  return { close, test: (character: string) => isIn(character) !== isNegated }
}

const elementsOf = (segment: string): ReadonlyArray<Element<string>> => {
  const characters = Array.from(segment)
  const elements: Array<Element<string>> = []
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]
    const set = character === "[" ? setAt(characters, at) : undefined
    if (character === "*") elements.push("star")
    else if (character === "?") elements.push(() => true)
    else if (set !== undefined) {
      elements.push(set.test)
      at = set.close
    } else {
      const plain = character === "\\" && at + 1 < characters.length ? characters[++at] : character
      elements.push((other) => other === plain)
    }
  }
  return elements
}

/** A name that is written exactly as the pattern matches too: frameworks have directories named `[id]`. */
const segmentTest = (segment: string): Element<string> => {
  if (segment === "**") return "star"
  const elements = elementsOf(segment)
  return (name) => name === segment || takesAll(elements, Array.from(name))
}

/** A test for relative paths with `/`. A pattern without a `/` is about names, in any directory. Undefined for too many alternatives. */
export const compile = (pattern: string): ((path: string) => boolean) | undefined => {
  const anywhere = pattern.includes("/") ? pattern : `**/${pattern}`
  const tests = alternatives(anywhere)?.map((one) =>
    one
      .split("/")
      .filter((segment) => segment !== "")
      .map(segmentTest)
  )
  return tests && ((path) => tests.some((elements) => takesAll(elements, path.split("/"))))
}

const isPlain = (segment: string): boolean => !/[*?[\]{}\\]/.test(segment)

/** The leading directories of a pattern that are plain text, and the rest of it: the rest is all that has to be matched. */
export const split = (pattern: string): { readonly directory: string; readonly rest: string } => {
  if (!pattern.includes("/")) return { directory: "", rest: pattern }
  const segments = pattern.split("/")
  const found = segments.findIndex((segment) => !isPlain(segment))
  const count = Math.min(found === -1 ? segments.length : found, segments.length - 1)
  const rest = segments.slice(count).join("/")
  // The slash in front keeps a rest of one segment from being about names anywhere.
  return {
    directory: count === 0 ? "" : segments.slice(0, count).join("/") || "/",
    rest: rest === "" ? "**" : `/${rest}`
  }
}
