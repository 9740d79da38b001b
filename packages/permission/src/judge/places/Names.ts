/** Names of files that go from one command to the next. */
import type { Working } from "../Judgement.ts"
import { join, parent, within } from "../Locations.ts"
import type { Use } from "../programs/Program.ts"
import type { Names, Scope } from "../Scope.ts"
import { known, plain, type Value } from "../words/Value.ts"

/** Patterns of git are no directories. */
export const namesOf = ({ names }: Use, program: string, scope: Scope, context: Working): Names | undefined => {
  if (names === undefined || scope.directories === undefined) return undefined
  const { directories } = scope
  const isGit = program === "git"
  // What git is asked for elsewhere has names that lead there.
  const isElsewhere = names.roots.some(
    ({ values }) => values?.some((text) => /^(?:\.\.(?:\/|$)|\/|:)/.test(text)) !== false
  )
  if (isGit && isElsewhere) return undefined
  const from = isGit ? [plain(".")] : names.roots
  const roots = from.flatMap((root) => (root.values ?? []).flatMap((text) => directories.map((one) => join(one, text))))
  return {
    roots,
    from: directories,
    isFiles: names.isFiles === true,
    hidden: names.hidden !== false,
    separated: names.separated,
    tracked:
      isGit &&
      names.untracked !== true &&
      !context.effort.traces.isStaged &&
      directories.every((one) => one === context.project && isOfProject(one, context)),
    ...(names.patterns === undefined ? {} : { patterns: names.patterns })
  }
}

/** Do names of files go through unchanged? */
export const passesNames = (words: ReadonlyArray<Value>): boolean => {
  const options: Readonly<Record<string, RegExp>> = {
    head: /^-n?\d*$/,
    tail: /^-n?\d*$/,
    sort: /^-[urfnV]+$/,
    uniq: /^(?!)/,
    cat: /^(?!)/,
    grep: /^-[vEFiwx]+$/
  }
  const name = known(words[0]) ?? ""
  const pattern = Object.hasOwn(options, name) ? options[name] : undefined
  return (
    pattern !== undefined &&
    words.slice(1).every((word) => !word.beginning.startsWith("-") || pattern.test(known(word) ?? "-"))
  )
}

/** Could names become other words than one each? */
export const areOdd = ({ from, roots, separated }: Names, context: Working): boolean => {
  const names = (directory: string) => context.facts.entries(directory) ?? []
  if (from.some((directory) => names(directory).some(({ name }) => name.startsWith("-")))) return true
  if (separated) return false
  const divides = /[\s"'\\]/
  if (roots.some((root) => divides.test(root))) return true
  const waiting = roots.flatMap((root) => context.facts.realPath(root) ?? [])
  let looked = 0
  for (let directory = waiting.shift(); directory !== undefined && looked < 3_000; directory = waiting.shift())
    for (const { kind, name } of names(directory)) {
      looked++
      if (divides.test(name)) return true
      if (kind === "directory" && name !== "node_modules" && name !== ".git") waiting.push(join(directory, name))
    }
  return false
}

/** Is the file in git's index? Where nobody can say, it may be. */
export const isTracked = (path: string, { facts, project }: Working): boolean => {
  const isShared = facts.entries(join(project, ".git"))?.some(({ name }) => name.startsWith("sharedindex.")) !== false
  const index = isShared ? undefined : facts.text(join(project, ".git/index"))
  // In newer versions the beginnings of names are left out.
  return (
    index === undefined ||
    !(index.startsWith("DIRC") && index.charCodeAt(7) < 4) ||
    // Each name ends with a NUL: `.env.example` is no `.env`.
    index.includes(`${within(project, path)}\0`)
  )
}

/** Is git at work in the repository of the project itself, and not in one below it? */
export const isOfProject = (directory: string, { facts, project }: Working): boolean => {
  for (let at = directory; ; at = parent(at)) {
    if (facts.entries(at)?.some(({ name }) => name === ".git") === true) return at === project
    if (at === project || at === "/") return false
  }
}
