/**
 * What `[` and `[[` may test: files and texts.
 *
 * Bash evaluates some operands as arithmetic, and commands in the subscripts there, also out of quotes: `[[ x -eq y ]]`,
 * `[ -v x ]`. So an operator that is not in these lists is not understood.
 */
import type { Word } from "./Script.ts"
import { textOf } from "./Script.ts"
import { unclear } from "./Unclear.ts"

const unary = /^-[abcdefghkprstuwxzGLNOSn]$/
const binary = /^(?:==?|!=|-ef|-nt|-ot)$/
const numeric = /^-(?:eq|ne|lt|le|gt|ge)$/

/** Checks the words after the opening bracket. */
export const checkTest = (name: "[" | "[[", words: ReadonlyArray<Word>): void => {
  const closing = words.at(-1)?.source
  if (closing !== (name === "[" ? "]" : "]]")) unclear(`\`${name}\` without its end`)
  const end = checkAll(name, words.slice(0, -1), 0)
  if (end !== words.length - 1) unclear("a test that is not plain")
}

type Words = ReadonlyArray<Word>

/** Tests with `&&` or `||` between them. Gives the place behind them. */
const checkAll = (name: "[" | "[[", words: Words, from: number): number => {
  let at = checkOne(name, words, from)
  if (name === "[") return at
  while (/^(?:&&|\|\|)$/.test(sourceAt(words, at))) at = checkOne(name, words, at + 1)
  return at
}

const checkOne = (name: "[" | "[[", words: Words, from: number): number => {
  let at = from
  while (sourceAt(words, at) === "!") at++
  if (sourceAt(words, at) === "(" && name === "[[") {
    const end = checkAll(name, words, at + 1)
    return sourceAt(words, end) === ")" ? end + 1 : unclear("a test that is not plain")
  }
  if (isBinary(name, words, at)) return at + 3
  if (at + 1 < words.length && unary.test(sourceAt(words, at))) return at + 2
  const only = words[at]
  // A word that looks like an operator is one as soon as something follows.
  return only !== undefined && !/^-|^[()!]/.test(textOf(only) ?? "") ? at + 1 : unclear("a test that is not plain")
}

const isBinary = (name: "[" | "[[", words: Words, at: number): boolean => {
  const [left, operator, right] = words.slice(at, at + 3)
  if (left === undefined || operator === undefined || right === undefined) return false
  if (binary.test(operator.source)) return true
  return numeric.test(operator.source) && (name === "[" || (isNumber(left) && isNumber(right)))
}

/** A word of which bash can make nothing but a number. */
const isNumber = ({ pieces: [piece, ...more] }: Word): boolean => {
  if (piece === undefined || more.length > 0) return false
  if (piece._tag === "Text") return /^-?\d+$/.test(piece.text)
  return piece._tag === "Number" || (piece._tag === "Variable" && /^[?#]$/.test(piece.name))
}

const sourceAt = (words: Words, at: number): string => words[at]?.source ?? ""
