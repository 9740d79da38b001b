/**
 * Finds a text in another and replaces it, literally. Pure.
 *
 * There is one way to match: exactly. Only CRLF and LF are the same, because
 * the model does not see which of them a file has. Anything looser edits
 * places that nobody meant.
 */
import { similarityTo } from "./nearest.ts"

/** A place in the text, in UTF-16 units. */
interface Place {
  readonly start: number
  readonly end: number
}

/** What came of it; places are those in the text as it was, also where it is left so. */
export type Replaced =
  | { readonly _tag: "replaced"; readonly text: string; readonly places: ReadonlyArray<Place> }
  | { readonly _tag: "not-found" }
  | { readonly _tag: "ambiguous"; readonly places: ReadonlyArray<Place> }

/** More places are not counted: that a text is not unique is known earlier. */
export const maximumPlaces = 100

const withoutReturns = (text: string): string => text.replaceAll("\r\n", "\n")

/** Every place, also overlapping ones: `aa` is twice in `aaa`, so it is not clear which is meant. */
const occurrences = (text: string, searched: string, count = maximumPlaces): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let at = text.indexOf(searched); at !== -1 && found.length < count; at = text.indexOf(searched, at + 1)) {
    found.push(at)
  }
  return found
}

/** Places that do not overlap, from the left. */
const disjoint = (text: string, searched: string): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let at = text.indexOf(searched); at !== -1; at = text.indexOf(searched, at + searched.length)) found.push(at)
  return found
}

/** Takes rising places of a text without returns to the places in the text that has them. */
const withReturns = (text: string, positions: ReadonlyArray<number>): ReadonlyArray<number> => {
  let removed = 0
  let next = text.indexOf("\r\n")
  return positions.map((position) => {
    while (next !== -1 && next - removed < position) {
      removed++
      next = text.indexOf("\r\n", next + 2)
    }
    return position + removed
  })
}

const placesOf = (text: string, searched: string, all: boolean): ReadonlyArray<Place> => {
  const find = all ? disjoint : occurrences
  if (!text.includes("\r\n")) {
    return find(text, searched).map((start) => ({ start, end: start + searched.length }))
  }
  const plain = withoutReturns(searched)
  const starts = find(withoutReturns(text), plain)
  const real = withReturns(text, starts)
  const ends = withReturns(
    text,
    starts.map((start) => start + plain.length)
  )
  return starts.map((_, index) => ({ start: real[index] ?? 0, end: ends[index] ?? 0 }))
}

/** The line end in force at a place: its own first one, or the next behind it, or the one before it. */
const lineEndAt = (text: string, { start }: Place): string => {
  const behind = text.indexOf("\n", start)
  const at = behind === -1 ? text.lastIndexOf("\n", start) : behind
  return at > 0 && text[at - 1] === "\r" ? "\r\n" : "\n"
}

/** Replaces the only place, or with `all` each one. */
export const replace = (text: string, searched: string, replacement: string, all: boolean): Replaced => {
  const places = placesOf(text, searched, all)
  if (places.length === 0) return { _tag: "not-found" }
  if (places.length > 1 && !all) return { _tag: "ambiguous", places }
  const hasReturns = text.includes("\r\n")
  const lines = withoutReturns(replacement).split("\n")
  const pieces: Array<string> = []
  let at = 0
  for (const place of places) {
    pieces.push(text.slice(at, place.start), hasReturns ? lines.join(lineEndAt(text, place)) : replacement)
    at = place.end
  }
  pieces.push(text.slice(at))
  return { _tag: "replaced", text: pieces.join(""), places }
}

/** Lines of the text that look like what was searched. `line` counts from 1. */
export interface Candidate {
  readonly line: number
  readonly count: number
  /** Equal but for white space. */
  readonly isSame: boolean
}

/** What is looked at; more would be slow and no better. */
const comparedLines = 20
const scannedLines = 50_000
const threshold = 0.4

/** The shape of a line: long ones by their beginning, white space as one space. */
const shape = (line: string): string => line.slice(0, 1_000).replaceAll(/\s+/g, " ").trim()

/** Up to three places that look most like the searched text. */
export const candidates = (text: string, searched: string): ReadonlyArray<Candidate> => {
  const wanted = searched.split("\n").map(shape)
  const lead = wanted.findIndex((line) => line !== "")
  if (lead === -1) return []
  const lines = text.split("\n", scannedLines).map(shape)
  const similarity = similarityTo(wanted[lead] ?? "")
  const compared = wanted.slice(lead, lead + comparedLines)
  const best: Array<{ readonly start: number; readonly score: number }> = []
  for (const [start, line] of lines.entries()) {
    const first = similarity(line)
    const equal = compared.filter((wantedLine, index) => wantedLine === lines[start + index]).length
    const score = Math.max(first, equal / compared.length) + equal
    if (first < threshold && equal * 2 < compared.length) continue
    best.push({ start, score })
    if (best.length > 3) best.splice(worst(best), 1)
  }
  return best
    .toSorted((a, b) => b.score - a.score || a.start - b.start)
    .map(({ start }) => ({
      line: Math.max(start - lead, 0) + 1,
      count: wanted.length,
      isSame: wanted.every((line, index) => line === (lines[start - lead + index] ?? ""))
    }))
}

const worst = (list: ReadonlyArray<{ readonly score: number }>): number =>
  list.reduce((worst, { score }, index) => (score <= (list[worst]?.score ?? Infinity) ? index : worst), 0)
