/** What a command does by the tables of its program. */
import { couldMatch } from "./words/GlobWords.ts"
import { type Use, use } from "./programs/Program.ts"
import { listingOf, tablesOf } from "./programs/Programs.ts"
import type { Ruling } from "./rules/Ruling.ts"
import { known, plain, type Value } from "./words/Value.ts"

/** The best reading of the words by the tables of the program; with the reason when none is certain. */
export const usesOf = (words: ReadonlyArray<Value>): { readonly use: Use; readonly table: number } | undefined => {
  const uses = tablesOf(known(words[0]) ?? "").map((table) => use(table, words.slice(1)))
  const certain = uses.findIndex(({ why }) => why === undefined)
  // The reason of a table that does not know the command says nothing.
  const table = certain === -1 ? uses.findIndex(({ isUnknown }) => isUnknown !== true) : certain
  const found = uses[Math.max(0, table)]
  return found === undefined ? undefined : { use: found, table: Math.max(0, table) }
}

/** Does a rule name options with which git only lists (`git branch -r *`)? Then it allows nothing that changes the repository. */
export const changesByListing = (words: ReadonlyArray<Value>, table: number, { rule }: Ruling): boolean => {
  const [reading] = tablesOf("git")
  if (table === 0 || rule === undefined || reading === undefined || known(words[0]) !== "git") return false
  const named = rule.pattern
    .split(" ")
    .slice(1)
    .map((word) => word.replace(/\*+$/, ""))
    .filter((word) => word !== "")
  return (
    named.some((word, at) => at > 0 && word.startsWith("-")) &&
    [named, [...named, "x"]].some((all) => use(reading, all.map(plain)).why === undefined)
  )
}

const checks = /^--?(?:check|dry-run(?:=\w+)?|list-different|noEmit|diff|no-write|validate)$/
const changes =
  /^(?:-w|-i|--write|--fix|--fix-\S+|--in-?place|--apply|--overwrite|-write(?:=true)?|--dry-run=(?:false|none)|--no-dry-run|--no-n|--noEmit=false)$/

/** Does a rule name the option with which a program only checks? Then it allows none that changes files. */
export const changesByChecking = (words: ReadonlyArray<Value>, { rule }: Ruling): boolean =>
  rule?.pattern.split(" ").some((word) => checks.test(word.replace(/\*+$/, ""))) === true &&
  words.some(
    (word, at) =>
      changes.test(known(word) ?? "") || (known(word) === "false" && checks.test(known(words[at - 1]) ?? ""))
  )

/** Does a rule name the form in which a program only lists (`tar tf *`)? Then it allows no other. */
export const isOnlyListing = (words: ReadonlyArray<Value>, { rule }: Ruling): boolean => {
  const listing = listingOf(known(words[0]) ?? "")
  if (listing === undefined || rule === undefined) return false
  const named = rule.pattern.split(" ").slice(1).map(plain)
  return use(listing, named).why === undefined && use(listing, words.slice(1)).why !== undefined
}

/** The path behind the signs that git gives a meaning: `:(top)path`, `:/path`, `:0:path`, `REVISION:path`. */
const pathInGit = (text: string): ReadonlyArray<string> => {
  const [, magic = "", rest] = /^:(?:\(([^)]*)\)|\/|[0-3]:)(.*)$/s.exec(text) ?? []
  if (rest !== undefined) return /\bicase\b/.test(magic) ? [rest, rest.toLowerCase()] : [rest]
  // The revision may hold colons too, as in `HEAD@{12:00}:path`.
  return /^:[!^]/.test(text) ? [] : [...text.matchAll(/:/g)].slice(0, 8).map(({ index }) => text.slice(index + 1))
}

const secrets = [".env", ".env.local", ".env.production", ".env.development", ".env.test"]

/** Git matches patterns itself, also with files of the past: does one speak of files that usually hold secrets? */
const secretsIn = (text: string): ReadonlyArray<string> => {
  const last = text.slice(text.lastIndexOf("/") + 1)
  if (!/[*?[]/.test(text) || /^[*?]*$/.test(last)) return []
  // For git `*` is also a slash; an open end is the matter of a directory.
  const start = /[^*?]$/.test(last) ? `${last.slice(0, last.search(/[*?[]/))}/` : ""
  return secrets.filter((name) => couldMatch(last, name) || couldMatch(last, start + name)).slice(0, 1)
}

/** What git names in its own way is a path too. */
export const withPathsInGit = (found: Use): Use => ({
  ...found,
  paths: found.paths.flatMap((path) => [
    path,
    ...[known(path.value) ?? ""]
      .flatMap((text) => [...pathInGit(text), ...[text, ...pathInGit(text)].flatMap(secretsIn)])
      .map((text) => ({ value: plain(text), access: path.access }))
  ])
})
