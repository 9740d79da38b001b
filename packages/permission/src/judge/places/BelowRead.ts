/** What a command reads below directories, though no word names it. */
import { belowOf } from "./Directories.ts"
import type { PathJudgement, Working } from "../Judgement.ts"
import { isOfProject, isTracked } from "./Names.ts"
import type { Below } from "./Paths.ts"
import type { Use } from "../programs/Program.ts"
import type { Scope } from "../Scope.ts"
import { known, plain, type Value } from "../words/Value.ts"

/** Commands and options with which git shows what is in files. */
const showsContent =
  /^(?:diff|show|archive|whatchanged|diff-tree|diff-index|diff-files|-p|-u|-U\d*|--unified(?:=\d+)?|--patch|--cc|-c|-W|--function-context|--word-diff(?:=\w+)?|--color-words)$/

/** A pattern of git: what is below the directory before its first wildcard. */
const directoryOf = (text: string): string => {
  const wild = text.search(/[*?[]/)
  const start = wild === -1 ? text : text.slice(0, wild)
  return wild === -1 ? start : start.slice(0, start.lastIndexOf("/") + 1) || "."
}

/** `git grep` searches what git knows of, and a word of it may be a revision: then everywhere. */
const ofGit = (words: ReadonlyArray<Value>, { deep, paths }: Use): ReadonlyArray<Value> => {
  const named = paths.flatMap(({ value }) => (value.values ?? []).map((text) => plain(directoryOf(text))))
  if (deep !== undefined) return [plain("."), ...named]
  return words.some((word) => showsContent.test(known(word) ?? "")) ? named : []
}

/** Of git's own reading, only files in its index count, where that is the project's and the line leaves it alone. */
export const belowRead = (
  words: ReadonlyArray<Value>,
  found: Use,
  scope: Scope,
  context: Working
): ReadonlyArray<PathJudgement> => {
  const { untracked, ...how } = found.deep ?? { hidden: true, untracked: false }
  const below: Below = { access: "read", ...how }
  const roots = found.paths.map(({ value }) => value)
  const isGit = known(words[0]) === "git" && !words.some((word) => known(word) === "--no-index")
  if (!isGit) return found.deep === undefined ? [] : belowOf(roots, below, scope, context)
  const isWhole =
    untracked === true ||
    context.effort.traces.isStaged ||
    scope.directories?.every((one) => isOfProject(one, context)) !== true
  const counts = isWhole ? {} : { counts: (path: string) => isTracked(path, context) }
  return belowOf(ofGit(words, found), { ...below, ...counts }, scope, context)
}
