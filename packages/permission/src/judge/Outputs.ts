/** What the output of a command can be that becomes a word of another one. */
import type { Script, SimpleCommand, Word } from "../shell/Script.ts"
import { mixesErrors, textOf } from "../shell/Script.ts"
import type { Working } from "./Judgement.ts"
import { join, parent } from "./Locations.ts"
import { toplevelOf } from "./Repository.ts"
import type { Scope } from "./Scope.ts"

/** The texts that it may be, or: one word that is a number, a date or a name of a revision, and so neither an option nor a path. */
export type Output =
  | { readonly _tag: "Texts"; readonly texts: ReadonlyArray<string>; readonly divided: boolean }
  | { readonly _tag: "Plain"; readonly isNumber: boolean }

const always = (): true => true

/** By the words in front: commands that print one word without blanks, for these words behind them. */
const printers: ReadonlyArray<readonly [start: string, isPlain: (words: ReadonlyArray<string>) => boolean]> = [
  ["nproc", always],
  ["uname", (words) => words.every((word) => /^-[snrm]$/.test(word)) && words.length <= 1],
  ["id", (words) => words.length === 1 && /^-[ug]$/.test(words[0] ?? "")],
  ["date", (words) => words.length === 1 && /^\+%[YmdHMSFTsjyN](?:%[YmdHMSFTsjyN]|[\d.:_TZ-])*$/.test(words[0] ?? "")],
  [
    "git rev-parse",
    (words) =>
      words.every((word) => /^(?:--verify|-q|--short(?:=\d+)?|HEAD(?:[~^]\d*)*)$/.test(word)) &&
      words.some((word) => word.startsWith("HEAD"))
  ],
  [
    "git merge-base",
    (words) => words.length > 0 && words.every((word) => !word.startsWith("-") || word === "--fork-point")
  ],
  ["git rev-list --count", always],
  ["grep -c", (words) => words.length === 1 && !words[0]?.startsWith("-")],
  ["wc -l", (words) => words.length === 0],
  ["wc -c", (words) => words.length === 0],
  ["wc -w", (words) => words.length === 0]
]

/** What these print is a number for certain. */
const counts = /^(?:nproc|id -[ug]$|date \+%s$|git rev-list --count|grep -c|wc -[lcw]$)/

const textsOf = (words: ReadonlyArray<Word>): ReadonlyArray<string> | undefined => {
  const texts = words.map(textOf)
  return texts.every((text) => text !== undefined) ? texts : undefined
}

const isPlain = (texts: ReadonlyArray<string>): boolean =>
  printers.some(([start, fits]) => {
    const count = start.split(" ").length
    return texts.slice(0, count).join(" ") === start && fits(texts.slice(count))
  })

/** Only errors may go elsewhere, and not where the output goes: what they say could be anything. */
const printsHere = ({ assignments, redirections }: SimpleCommand): boolean =>
  assignments.length === 0 &&
  !mixesErrors(redirections) &&
  redirections.every(({ descriptor, operator }) => descriptor === 2 || operator.startsWith("<"))

/** Of what is not there nothing is printed, and what stands around it is another path. */
const isFileAt = (path: string, facts: Working["facts"]): boolean =>
  facts.entries(path) === undefined &&
  facts.entries(parent(path))?.some(({ name }) => name === path.slice(path.lastIndexOf("/") + 1)) === true

/** `ls` of files prints them as they stand; of a directory what is in it. */
const listed = (values: ReadonlyArray<string>, scope: Scope, { effort, facts }: Working): Output | undefined => {
  effort.left -= values.length
  const directories = scope.directories ?? []
  const isFile = (text: string) =>
    /^[\w./@+,=-]+$/.test(text) && directories.every((directory) => isFileAt(join(directory, text), facts))
  return values.length > 0 && effort.left >= 0 && values.every((text) => !text.startsWith("-") && isFile(text))
    ? { _tag: "Texts", texts: values, divided: true }
    : undefined
}

/** `valuesOf` tells what a word may become. */
export const outputOf = (
  script: Script,
  scope: Scope,
  context: Working,
  valuesOf: (word: Word) => ReadonlyArray<string> | undefined
): Output | undefined => {
  const last = script._tag === "Pipeline" ? script.steps.at(-1) : script
  if (last?._tag !== "Command" || !printsHere(last)) return undefined
  const texts = textsOf(last.words)
  if (texts !== undefined && isPlain(texts)) return { _tag: "Plain", isNumber: counts.test(texts.join(" ")) }
  if (script._tag === "Pipeline" || scope.directories === undefined) return undefined
  const text = texts?.join(" ")
  if (text === "pwd") return { _tag: "Texts", texts: scope.directories, divided: false }
  if (text === "git rev-parse --show-toplevel") {
    const tops = scope.directories.flatMap((directory) => toplevelOf(directory, context.facts) ?? [])
    return tops.length === scope.directories.length ? { _tag: "Texts", texts: tops, divided: false } : undefined
  }
  const [name, ...rest] = last.words
  const words = rest.filter((word) => !/^-[1trS]+$/.test(textOf(word) ?? ""))
  if (name === undefined || textOf(name) !== "ls") return undefined
  // What is inside of an output of its own would be looked at again and again.
  if (words.some(({ pieces }) => pieces.some(({ _tag }) => _tag === "Substitution"))) return undefined
  const values = words.map(valuesOf)
  return values.every((one) => one !== undefined) ? listed(values.flat(), scope, context) : undefined
}
