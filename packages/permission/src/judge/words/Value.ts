/** What a word becomes when the line runs. */
import type { Working } from "../Judgement.ts"
import { expand } from "./GlobWords.ts"
import { outputOf } from "./Outputs.ts"
import { join, normalize } from "../Locations.ts"
import type { Names, Scope } from "../Scope.ts"
import type { Piece, Word } from "../../shell/Script.ts"

/** A word, as far as it is known before it runs. */
export interface Value {
  /** For rules and people: without quotes, and what is not known as it was written. */
  readonly text: string
  /** Everything it may be or become, at least one; undefined when nobody can say. */
  readonly values: ReadonlyArray<string> | undefined
  /** What it begins with for certain. */
  readonly beginning: string
  /** It is one word for certain, whatever it holds. */
  readonly single: boolean
  /** Nothing in it is replaced when it runs. */
  readonly literal: boolean
  /** It stands for names of files that a search has found; its values are the places where it searched. */
  readonly names?: Names
}

/** More possibilities than these are not told apart. */
const maximumValues = 2_000

/** What unquoted text is divided at, and what would be a glob again. */
const divides = /[\s*?[\]\\]/

const cross = (
  left: ReadonlyArray<string> | undefined,
  right: ReadonlyArray<string> | undefined
): ReadonlyArray<string> | undefined =>
  left === undefined || right === undefined || left.length * right.length > maximumValues
    ? undefined
    : left.flatMap((one) => right.map((other) => one + other))

const textOfPiece = (piece: Piece, word: Word): string => {
  switch (piece._tag) {
    case "Text":
    case "Glob":
      return piece.text
    case "Tilde":
      return `~${piece.user}`
    case "Variable":
      return `$${piece.name}`
    case "Number":
      return "$((...))"
    case "Substitution":
      return word.pieces.length === 1 ? word.source : "$(...)"
  }
}

const variable = (name: string, scope: Scope, context: Working): ReadonlyArray<string> | undefined => {
  if (scope.variables.has(name)) return scope.variables.get(name)
  if (name === "HOME") return [context.home]
  if (name === "PWD") return scope.directories
  return undefined
}

const valuesOfPiece = (piece: Piece, scope: Scope, context: Working): ReadonlyArray<string> | undefined => {
  switch (piece._tag) {
    case "Text":
    case "Glob":
      return [piece.text]
    case "Tilde":
      return piece.user === "" ? [context.home] : piece.user === "+" ? scope.directories : undefined
    case "Variable":
      return variable(piece.name, scope, context)
    case "Substitution":
      // What `<(...)` stands for is a stream of its own, like the one that every program has.
      return piece.kind === "input" ? ["/dev/stdin"] : outputOf(piece.script, scope, context)
    case "Number":
      return undefined
  }
}

/** Words of a glob, in each directory that it may be in. */
const glob = (word: Word, scope: Scope, context: Working): ReadonlyArray<string> | undefined => {
  const parts = word.pieces.map((piece) => {
    const values = valuesOfPiece(piece, scope, context)
    const value = values?.length === 1 && staysSingle(piece, scope, context) ? values[0] : undefined
    return value === undefined ? undefined : { text: value, wild: piece._tag === "Glob" }
  })
  const known = parts.filter((part) => part !== undefined)
  if (known.length < parts.length || scope.directories === undefined) return undefined
  const all = scope.directories.map((directory) => expand(context, directory, known))
  return all.every((words) => words !== undefined) ? [...new Set(all.flat())] : undefined
}

const isQuotedOrText = (piece: Piece): boolean => piece._tag === "Text" || ("quoted" in piece && piece.quoted)

/** Are the values of the unquoted parts one word each? Text that nobody knows is not. */
const staysSingle = (piece: Piece, scope: Scope, context: Working): boolean => {
  if (isQuotedOrText(piece) || piece._tag === "Glob" || piece._tag === "Number") return true
  if (piece._tag === "Tilde" || (piece._tag === "Substitution" && piece.kind === "input")) return true
  const values = valuesOfPiece(piece, scope, context)
  return (
    (piece._tag === "Variable" || piece._tag === "Substitution") &&
    values !== undefined &&
    values.every((value) => value !== "" && !divides.test(value))
  )
}

const beginningOf = ({ pieces }: Word): string => {
  const end = pieces.findIndex((piece) => piece._tag !== "Text")
  return pieces
    .slice(0, end === -1 ? undefined : end)
    .map((piece) => (piece._tag === "Text" ? piece.text : ""))
    .join("")
}

/** What the word becomes. */
export const resolve = (word: Word, scope: Scope, context: Working): Value => {
  const text = word.pieces.map((piece) => textOfPiece(piece, word)).join("")
  const beginning = beginningOf(word)
  if (word.pieces.some((piece) => piece._tag === "Glob")) {
    context.effort.traces.hasGlobs = true
    const values = glob(word, scope, context)
    return { text, beginning, values, single: values?.length === 1, literal: false }
  }
  const single = word.pieces.every((piece) => staysSingle(piece, scope, context))
  // What bash divides once more becomes other words than these.
  const values = single
    ? word.pieces.reduce<ReadonlyArray<string> | undefined>(
        (all, piece) => cross(all, valuesOfPiece(piece, scope, context)),
        [""]
      )
    : undefined
  return {
    text,
    beginning,
    values,
    single,
    literal: word.pieces.every((piece) => piece._tag === "Text")
  }
}

/** A word that stands for names of files. */
export const namesAsValue = (text: string, names: Names): Value => ({
  text,
  beginning: "",
  values: names.roots,
  single: false,
  literal: false,
  names
})

/** Text as a word. */
export const plain = (text: string): Value => ({
  text,
  beginning: text,
  values: [text],
  single: true,
  literal: true
})

/** The text of a word that is nothing else, else undefined. */
export const known = (value: Value | undefined): string | undefined =>
  value?.single === true && value.values?.length === 1 ? value.values[0] : undefined

/** May it begin with a dash, and so be an option? */
export const mayBeOption = ({ beginning, values }: Value): boolean =>
  values === undefined ? beginning === "" || beginning.startsWith("-") : values.some((one) => one.startsWith("-"))

/** Why a word is not certain of which nobody can say what it becomes. */
export const notKnown = ({ text }: Value): string => {
  const end = text.indexOf("\n")
  return `what ${end === -1 ? text : `${text.slice(0, end)} ...`} becomes is not known before it runs`
}

/** The rest of a word behind its first characters, e.g. the value in `--option=value`. */
export const behind = (value: Value, length: number): Value => ({
  ...value,
  text: value.text.slice(length),
  beginning: value.beginning.slice(length),
  values: value.values?.map((one) => one.slice(length))
})

/** The absolute paths that a text may mean, not yet followed. */
export const places = (text: string, scope: Scope): ReadonlyArray<string> | undefined =>
  text.startsWith("/") ? [text] : scope.directories?.map((directory) => join(directory, text))

/** The same without its dots, as bash keeps the directory for `cd`. */
export const logical = (directory: string, text: string): string => normalize(join(directory, text))
