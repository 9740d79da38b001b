/** Words that are not known, and of which it does not matter: commits in words of git, and how much goes on at a time. */
import type { Redirection, Script, Word } from "../../shell/Script.ts"
import { textOf } from "../../shell/Script.ts"
import { isCount, textsOf } from "./Outputs.ts"
import { known, type Value } from "./Value.ts"

/** A hash that git prints, and nothing, where it has failed. */
const hashes = ["0".repeat(40), ""]

/** A name of one commit, which is neither an option nor a range. */
const isRevision = (text: string): boolean => /^\w(?:[\w/~-]|\.(?!\.)|\^(?!-))*$/.test(text)

/** Errors may be thrown away, and go nowhere else. */
const isQuiet = ({ descriptor, operator, target }: Redirection): boolean =>
  descriptor === 2 && operator === ">" && textOf(target) === "/dev/null"

/** Hashes of commits; what `rev-parse` does not know it prints as it is. */
const commitsOf = (script: Script): ReadonlyArray<string> | undefined => {
  if (script._tag !== "Command" || script.assignments.length > 0 || !script.redirections.every(isQuiet))
    return undefined
  const [name, command, ...words] = textsOf(script) ?? []
  if (name !== "git") return undefined
  if (command === "merge-base") return words.length === 2 && words.every(isRevision) ? hashes : undefined
  const revisions = words.filter((word) => word !== "--short" && word !== "--verify")
  return command === "rev-parse" && revisions.length === 1 && revisions.every(isRevision)
    ? [...hashes, ...revisions]
    : undefined
}

/** Hashes in a word, with at most the signs of a range around them. */
const commitsIn = ({ pieces }: Word): ReadonlyArray<string> | undefined =>
  pieces.reduce<ReadonlyArray<string> | undefined>(
    (all, piece) => {
      const texts =
        piece._tag === "Text" && /^[\w.~^/-]*$/.test(piece.text)
          ? [piece.text]
          : piece._tag === "Substitution" && piece.kind === "command"
            ? commitsOf(piece.script)
            : undefined
      return texts === undefined ? undefined : all?.flatMap((one) => texts.map((text) => one + text))
    },
    [""]
  )

/**
 * Git takes a hash of a commit for the commit and nothing else. An unquoted word that may be empty may be no word at all, so
 * that it is not certain to be one.
 */
export const withCommits = (words: ReadonlyArray<Word>, values: ReadonlyArray<Value>): ReadonlyArray<Value> =>
  known(values[0]) !== "git"
    ? values
    : values.map((value, at) => {
        const word = value.values === undefined ? words[at] : undefined
        const commits = word === undefined ? undefined : commitsIn(word)
        if (word === undefined || commits === undefined || commits.some((text) => text.startsWith("-"))) return value
        const isSure =
          commits.every((text) => text !== "") || word.pieces.every((piece) => !("quoted" in piece) || piece.quoted)
        return { ...value, values: commits, single: isSure }
      })

/** They take a number behind these options, and for nothing else. */
const builders = /^(?:g?make|ninja|cmake|ctest|cargo|meson)$/
const ofNumbers = /^(?:-j|--jobs=?|--parallel=?)$/

/** How many processors there are, as in `make -j$(nproc)` and `cargo test -j $(nproc)`. */
export const withNumbers = (words: ReadonlyArray<Word>, values: ReadonlyArray<Value>): ReadonlyArray<Value> =>
  !builders.test(known(values[0]) ?? "")
    ? values
    : values.map((value, at) => {
        const pieces = words[at]?.pieces ?? []
        const last = pieces.at(-1)
        const option = value.beginning === "" ? known(values[at - 1]) : value.beginning
        const isNumber =
          pieces.length === (value.beginning === "" ? 1 : 2) &&
          last?._tag === "Substitution" &&
          last.kind === "command" &&
          isCount(last.script)
        if (!isNumber || !ofNumbers.test(option ?? "")) return value
        return { ...value, values: [`${value.beginning}1`], single: true }
      })
