/** Makes words of their pieces: text that stands together becomes one piece, a brace list becomes several words. */
import type { Piece, Word } from "./Script.ts"
import { unclear } from "./Unclear.ts"

type Tilde = Extract<Piece, { readonly _tag: "Tilde" }>

/** A brace list: one of these stands in each of the words it makes. */
export interface Alternatives {
  readonly _tag: "Alternatives"
  readonly alternatives: ReadonlyArray<ReadonlyArray<Piece>>
}

/** What a word is written with. */
export type Part = Piece | Alternatives

/** Brace lists multiply; nobody reads a question about more words than these. */
const maximumWords = 64

/** Characters that mean nothing to bash wherever they stand in a brace list. */
const plainAlternative = /^[\w./:@%+=*?-]*$/

/** Unquoted text without quotes, backslashes and brackets: its globs and the text between them. */
export const globbed = (text: string): ReadonlyArray<Piece> =>
  text.split(/([*?])/).map((piece, index): Piece => {
    if (index % 2 === 1) return { _tag: "Glob", text: piece }
    return { _tag: "Text", text: piece, quoted: false }
  })

/** A set of characters in brackets, plain enough that every parser sees the same. */
const plainBracket = /^\[[!^]?[\w.,@%+=-]+\]$/

/** Stars and question marks, or a set of characters. */
export const readGlob = (text: string): ReadonlyArray<Piece> => {
  if (/^[*?]+$/.test(text)) return Array.from(text, (one) => ({ _tag: "Glob", text: one }))
  return plainBracket.test(text) ? [{ _tag: "Glob", text }] : unclear("brackets around something that is not plain")
}

/** The tilde that an unquoted text begins with, as it is written. Undefined where there is none. */
export const readTilde = (raw: string, isFirst: boolean, isWhole: boolean): Tilde | undefined => {
  // Bash also replaces it in what looks like an assignment, as an argument too.
  if (/[=:]~/.test(raw)) return unclear("a ~ inside of a word")
  if (!isFirst || !raw.startsWith("~")) return undefined
  const found = /^~([A-Za-z_][\w.-]*)?(\/|$)/.exec(raw)
  if (found === null || (found[2] === "" && !isWhole)) return unclear("a ~ before something that is not plain")
  return { _tag: "Tilde", user: found[1] ?? "" }
}

/** What a pair of braces stands for: a list, a range of numbers, or itself, as in `{}` and `stash@{0}`. */
export const readBraces = (source: string): Part => {
  const inner = source.slice(1, -1)
  const range = /^(0|-?[1-9]\d{0,8})\.\.(0|-?[1-9]\d{0,8})$/.exec(inner)
  if (range !== null) return numbersBetween(Number(range[1]), Number(range[2]))
  if (!inner.includes(",") && !inner.includes("..")) {
    if (!plainAlternative.test(inner) || /[*?]/.test(inner)) return unclear("braces around something that is not plain")
    return { _tag: "Text", text: source, quoted: false }
  }
  const alternatives = inner.split(",")
  if (inner.includes("..") || !alternatives.every((text) => plainAlternative.test(text)))
    return unclear("a brace list that is not plain")
  return { _tag: "Alternatives", alternatives: alternatives.map(globbed) }
}

const numbersBetween = (first: number, last: number): Alternatives => {
  const count = Math.abs(last - first) + 1
  if (count > maximumWords) return unclear(`a brace range of more than ${maximumWords} numbers`)
  const step = last < first ? -1 : 1
  const numbers = Array.from({ length: count }, (_, index) => String(first + index * step))
  return { _tag: "Alternatives", alternatives: numbers.map(globbed) }
}

/** The words that some parts make, in the order of bash. */
export const makeWords = (parts: ReadonlyArray<Part>, source: string): ReadonlyArray<Word> => {
  const pieces = parts.filter((part) => part._tag !== "Alternatives")
  if (pieces.length === parts.length) return [{ pieces: join(pieces), source }]
  // A word of nothing, as the first of `{,a}`, is no word at all.
  return multiply(parts)
    .map((word) => ({ pieces: join(word), source }))
    .filter((word) => word.pieces.length > 0)
}

const multiply = (parts: ReadonlyArray<Part>): ReadonlyArray<ReadonlyArray<Piece>> => {
  let words: ReadonlyArray<ReadonlyArray<Piece>> = [[]]
  for (const part of parts) {
    const choices = part._tag === "Alternatives" ? part.alternatives : [[part]]
    if (words.length * choices.length > maximumWords) return unclear(`a brace list of more than ${maximumWords} words`)
    words = words.flatMap((word) => choices.map((choice) => [...word, ...choice]))
  }
  return words
}

/** The same for a place where bash makes exactly one word and no brace list. */
export const makeWord = (parts: ReadonlyArray<Part>, source: string): Word => {
  const [word, ...more] = makeWords(parts, source)
  return word !== undefined && more.length === 0 ? word : unclear("a brace list where one word is expected")
}

/** Neighbouring texts become one; empty ones go, but for one quoted where nothing else is. */
const join = (pieces: ReadonlyArray<Piece>): ReadonlyArray<Piece> => {
  const joined: Array<Piece> = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    if (piece._tag !== "Text") joined.push(piece)
    else if (last?._tag === "Text" && last.quoted === piece.quoted)
      joined[joined.length - 1] = { ...last, text: last.text + piece.text }
    else if (piece.text !== "") joined.push(piece)
  }
  const isQuoted = pieces.some((piece) => piece._tag === "Text" && piece.quoted)
  return joined.length === 0 && isQuoted ? [{ _tag: "Text", text: "", quoted: true }] : joined
}
