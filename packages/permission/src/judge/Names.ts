/** Names of files that go from one command to the next. */
import type { Working } from "./Judgement.ts"
import { join, within } from "./Locations.ts"
import { judgePlace } from "./Paths.ts"
import type { Use } from "./Program.ts"
import type { Names, Scope } from "./Scope.ts"
import { known, plain, type Value } from "./Value.ts"

/** Patterns of git are no directories. */
export const namesOf = ({ names }: Use, program: string, scope: Scope): Names | undefined => {
  if (names === undefined || scope.directories === undefined) return undefined
  const { directories } = scope
  const from = program === "git" ? [plain(".")] : names.roots
  const roots = from.flatMap((root) => (root.values ?? []).flatMap((text) => directories.map((one) => join(one, text))))
  return {
    roots,
    from: directories,
    isFiles: names.isFiles === true,
    hidden: names.hidden !== false,
    separated: names.separated,
    tracked: program === "git" && names.untracked !== true,
    ...(names.pattern === undefined ? {} : { pattern: names.pattern })
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

/** Could names become other words than one each, and these lead elsewhere? */
export const areOdd = ({ from, roots, separated }: Names, context: Working): boolean => {
  const names = (directory: string) => context.facts.entries(directory) ?? []
  if (from.some((directory) => names(directory).some(({ name }) => name.startsWith("-")))) return true
  if (separated) return false
  const waiting = roots.flatMap((root) => context.facts.realPath(root) ?? [])
  let looked = 0
  for (let directory = waiting.shift(); directory !== undefined && looked < 3_000; directory = waiting.shift())
    for (const { kind, name } of names(directory)) {
      looked++
      if (/["'\\*?[]/.test(name)) return true
      const path = join(directory, name)
      if (
        /\s/.test(name) &&
        !path
          .split(/\s+/)
          .slice(1)
          .every((part) => isHarmlessPart(part, from, context))
      )
        return true
      if (kind === "directory" && name !== "node_modules" && name !== ".git") waiting.push(path)
    }
  return false
}

/** A part of a name behind a blank, which becomes a word of its own. */
const isHarmlessPart = (part: string, from: ReadonlyArray<string>, context: Working): boolean =>
  !/^[-/~]|(?:^|\/)\.\.(?:\/|$)/.test(part) &&
  from.every((directory) => judgePlace(join(directory, part === "" ? "." : part), "read", context).action === "allow")

/** Is the file in git's index? Where nobody can say, it may be. */
export const isTracked = (path: string, { facts, project }: Working): boolean =>
  facts.text(join(project, ".git/index"))?.includes(within(project, path)) !== false
