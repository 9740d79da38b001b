/** Does looking at a repository run programs that its own configuration names? */
import type { Facts, Working } from "../Judgement.ts"
import { has } from "../Disk.ts"
import { join, normalize, parent } from "../Locations.ts"
import type { Scope } from "../Scope.ts"
import { isStillToBeMade } from "./Traces.ts"
import { known, type Value } from "../words/Value.ts"

/** Settings by which commands that only look run something, read settings of other files, or look elsewhere. */
const names =
  "fsmonitor|textconv|external|command|program|alternaterefscommand|clean|smudge|process|worktree|showsignature|path"
const runs = new RegExp(`^\\s*\\[(?:include|includeif)\\b|(?:^|\\])\\s*(?:${names})\\s*(?:=|$)`, "im")

/** What Git LFS writes, and what only switches off. */
const harmless =
  /^\s*(?:(?:clean|smudge|process)\s*=\s*git-lfs (?:clean -- %f|smudge -- %f|filter-process)|(?:fsmonitor|showsignature)\s*=\s*false)\s*$/i

const isRisky = (text: string): boolean =>
  // A line that goes on in the next one could hide its name.
  runs.test(
    text
      .replace(/\\\r?\n/g, "")
      .split("\n")
      .filter((line) => !harmless.test(line))
      .join("\n")
  )

/** The directory that holds a repository's own files: `.git`, what a file of this name points to, or a bare repository itself. */
const repositoryOf = (facts: Facts, start: string): string | undefined => {
  for (let directory = start; ; directory = parent(directory)) {
    const file = facts.text(join(directory, ".git"))
    const pointed = file === undefined ? undefined : /^gitdir:\s*(.+?)\s*$/m.exec(file)?.[1]
    if (pointed !== undefined) return normalize(join(directory, pointed))
    if (has(facts, directory, ".git")) return join(directory, ".git")
    if (has(facts, directory, "HEAD") && has(facts, directory, "objects") && has(facts, directory, "refs"))
      return directory
    if (directory === "/") return undefined
  }
}

/** The configurations that count in a repository: its own, that of the work tree, and those of its submodules. */
const configurations = (facts: Facts, repository: string): ReadonlyArray<string> => {
  const common = facts.text(join(repository, "commondir"))?.trim()
  const shared = common === undefined ? [] : [normalize(join(repository, common))]
  return [repository, ...shared, ...modulesOf(facts, repository)].flatMap((one) => [
    join(one, "config"),
    join(one, "config.worktree")
  ])
}

const modulesOf = (facts: Facts, repository: string): ReadonlyArray<string> =>
  (facts.entries(join(repository, "modules")) ?? []).map(({ name }) => join(repository, `modules/${name}`))

/** A submodule names its work tree. */
const ownWorkTree = /^\s*worktree\s*=\s*(?:\.\.\/)+[\w.-][\w./-]*\s*$/gim

/** The reason to ask before git looks at the repository; undefined when there is none. */
export const riskOfReading = (scope: Scope, context: Working): string | undefined => {
  const { risks, traces } = context.effort
  for (const directory of scope.directories ?? []) {
    if (isStillToBeMade(directory, context.facts, traces)) return `${directory} is not there yet`
    const risk = risks.has(directory) ? risks.get(directory) : riskIn(directory, context)
    risks.set(directory, risk)
    if (risk !== undefined) return risk
  }
  return undefined
}

const riskIn = (directory: string, { facts, project }: Working): string | undefined => {
  const repository = repositoryOf(facts, directory)
  if (repository === undefined) return undefined
  const bare = repository === directory && directory !== project
  if (bare) return `${directory} is a repository that pretends to be a directory`
  const risky = configurations(facts, repository).find((path) => {
    const text = facts.text(path) ?? ""
    return isRisky(path.startsWith(`${repository}/modules/`) ? text.replace(ownWorkTree, "") : text)
  })
  return risky === undefined ? undefined : `${risky} names programs that git would run, or other settings`
}

/** Keeps in mind what git does to the repository, and that it looks at it. */
export const noteGit = (words: ReadonlyArray<Value>, isLooking: boolean, { effort }: Working): void => {
  if (isLooking) effort.traces.looks = true
  else effort.traces.isStaged = true
  if (/^(?:clone|init|worktree)$/.test(known(words[1]) ?? "")) effort.traces.makesRepository = true
}
