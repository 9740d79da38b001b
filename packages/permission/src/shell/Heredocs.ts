/**
 * Takes heredocs out of a line.
 *
 * Parsers agree least on heredocs, so the second one reads a line in which each is an ordinary redirection from a file
 * with a name of ours. Where a heredoc stands is what the first parser says. It is believed when the place looks like the
 * simplest form of a heredoc, and the second parser then finds the redirection in the same place of the same command.
 */
import type { Redirection, Word } from "./Script.ts"
import { unclear } from "./Unclear.ts"

/** Where a parser saw a heredoc; offsets into the text. */
export interface Place {
  /** From the operator to the end of the delimiter. */
  readonly pos: number
  readonly end: number
  readonly bodyPos: number
  /** The line that ends it, without its newline. */
  readonly closingPos: number
  readonly closingEnd: number
}

/** One heredoc, read from the text alone. */
export interface Heredoc {
  readonly operator: "<<" | "<<-"
  readonly delimiter: string
  /** The delimiter as written. */
  readonly source: string
  readonly body: string
}

/** How many a line may have. */
const maximum = 4

const nameOf = (index: number): string => `HEREDOC-OF-REIN-${index}`

/** Reads a heredoc in its simplest form: a plain delimiter, and the body on the lines after. */
export const readHeredoc = (text: string, place: Place): Heredoc => {
  const written = /^<<(-?)[ \t]*('([\w.-]+)'|"([\w.-]+)"|([\w.-]+))$/.exec(text.slice(place.pos, place.end))
  if (written === null) return unclear("a heredoc whose delimiter is not plain")
  const [, dash = "", source = "", single, double, plain] = written
  const delimiter = single ?? double ?? plain ?? ""
  const stripped = (line: string) => (dash === "" ? line : line.replace(/^\t+/, ""))
  const lines = text.slice(place.bodyPos, place.closingPos).split("\n")
  const isClosed = stripped(text.slice(place.closingPos, place.closingEnd)) === delimiter
  const endsLine = place.closingEnd === text.length || text[place.closingEnd] === "\n"
  const begins = text.indexOf("\n", place.end) + 1 === place.bodyPos
  // The last of the lines is what stands between the body's last newline and the delimiter.
  if (
    !isClosed ||
    !endsLine ||
    !begins ||
    stripped(lines.pop() ?? "") !== "" ||
    lines.some((line) => stripped(line) === delimiter)
  )
    return unclear("a heredoc that does not stand on lines of its own")
  const body = lines.map((line) => `${stripped(line)}\n`).join("")
  if (plain !== undefined && /[$`\\]/.test(body)) return unclear("a heredoc in which bash replaces something")
  return { operator: dash === "" ? "<<" : "<<-", delimiter, source, body }
}

/** What the command gets of it. */
export const asRedirection = ({ body, delimiter, operator, source }: Heredoc): Redirection => {
  const quoted = (text: string): Word["pieces"] => [{ _tag: "Text", text, quoted: true }]
  return { operator, target: { pieces: quoted(delimiter), source }, body: { pieces: quoted(body), source: body } }
}

/** The text without its heredocs, and what stands in their place. */
export interface Lifted {
  readonly text: string
  readonly heredocs: ReadonlyMap<string, Heredoc>
  /** What the original text had there. */
  readonly source: (start: number, end: number) => string
}

/** Puts `< NAME` in the place of each heredoc and removes its lines. */
export const lift = (original: string, places: ReadonlyArray<Place>): Lifted => {
  const heredocs = new Map<string, Heredoc>()
  if (places.length > maximum) return unclear(`more than ${maximum} heredocs`)
  if (original.includes(nameOf(0).slice(0, -1))) return unclear("a word that is reserved")
  let text = ""
  let at = 0
  /** Where, in the text, what follows was moved by how much. */
  const moves = [{ from: 0, by: 0 }]
  const keep = (start: number, end: number) => {
    moves.push({ from: text.length, by: start - text.length })
    text += original.slice(start, end)
  }
  for (const [index, place] of places.toSorted((a, b) => a.pos - b.pos).entries()) {
    if (place.pos < at) return unclear("heredocs that share a line")
    heredocs.set(nameOf(index), readHeredoc(original, place))
    keep(at, place.pos)
    text += `< ${nameOf(index)}`
    keep(place.end, place.bodyPos)
    at = place.closingEnd + 1
  }
  keep(at, original.length)
  const originally = (offset: number) => offset + (moves.findLast(({ from }) => from <= offset)?.by ?? 0)
  return { text, heredocs, source: (start, end) => original.slice(originally(start), originally(end)) }
}
