/**
 * Which words of a command say what is done, and what of them may be saved when a person allows it: `git push origin`
 * gives `git push`, for the rule `git push *`.
 *
 * Nothing is said of a command that runs another one, of a group that names no action yet (`git stash` would cover
 * `git stash drop`), nor with a word that is not plain, which in a rule would mean something else. Nothing is saved,
 * besides, of what only destroys, and where global flags stand between the words: a rule is compared with the text of a
 * command, and no beginning of `git -C dir push` says both `git` and `push`.
 */
import { build } from "./arity/Build.ts"
import { cloud } from "./arity/Cloud.ts"
import { containers } from "./arity/Containers.ts"
import { destroying } from "./arity/Destroying.ts"
import type { Family, Keep } from "./arity/Family.ts"
import { git } from "./arity/Git.ts"
import { hosting } from "./arity/Hosting.ts"
import { javaScript } from "./arity/JavaScript.ts"
import { languages } from "./arity/Languages.ts"
import { python } from "./arity/Python.ts"
import { rubyAndPhp } from "./arity/RubyAndPhp.ts"
import { system } from "./arity/System.ts"
import { wrappers } from "./arity/Wrappers.ts"

/** The whole table. */
export const families: ReadonlyArray<Family> = [
  javaScript,
  python,
  git,
  containers,
  cloud,
  hosting,
  languages,
  rubyAndPhp,
  build,
  system,
  destroying,
  wrappers
]

type Words = ReadonlyArray<string>

const rows: ReadonlyMap<string, Keep> = new Map(
  families.flatMap((family) => family.rows.map(([prefix, keep]) => [prefix, keep]))
)

const aliases: ReadonlyMap<string, string> = new Map(
  families.flatMap((family) => family.aliases.map(([name, program]) => [name, program]))
)

const listed = (flags: string): Words => flags.split(" ").filter((flag) => flag !== "")

const flags = new Map(
  families.flatMap((family) =>
    family.flags.map(([prefix, alone, valued]) => [
      prefix,
      { alone: new Set(listed(alone)), valued: new Set(listed(valued)) }
    ])
  )
)

/** What has rows below it: `docker`, `python`, `gcloud run`. */
const groups: ReadonlySet<string> = new Set(
  [...rows.keys()].flatMap((prefix) => {
    const words = prefix.split(" ")
    return words.slice(1).map((_, index) => words.slice(0, index + 1).join(" "))
  })
)

/** No row has more words, so no look at a command has to be longer. */
const deepest = Math.max(...[...rows.keys()].map((prefix) => prefix.split(" ").length))

/** The name a program has in the table: `/usr/bin/python3.12` is `python`, and so is `Python`, for some disks ignore case. */
const nameOf = (word: string): string => {
  const name = (word.split("/").at(-1) ?? "").toLowerCase().replace(/\.(exe|cmd|bat)$/, "")
  const unversioned = name.replace(/(?<![-.\d])[-.\d]+$/, "")
  const isKnown = (candidate: string) => rows.has(candidate) || aliases.has(candidate) || groups.has(candidate)
  const found = isKnown(name) || !isKnown(unversioned) ? name : unversioned
  return aliases.get(found) ?? found
}

/** From the longest prefix of these words to the shortest. */
const prefixesOf = (words: Words): Words => {
  const head = words.slice(0, deepest)
  return head.map((_, index) => head.slice(0, head.length - index).join(" "))
}

/** The row that decides, with the number of its own words; for an unknown program its name. */
const rowOf = (words: Words): { readonly keep: Keep; readonly length: number } => {
  for (const prefix of prefixesOf(words)) {
    const keep = rows.get(prefix)
    if (keep !== undefined) return { keep, length: prefix.split(" ").length }
  }
  return { keep: 1, length: 1 }
}

/** How many words a known global flag takes here, with its value; 0 when it is none. */
const flagWidth = (words: Words, flag: string): number => {
  for (const prefix of prefixesOf(words)) {
    const known = flags.get(prefix)
    if (known === undefined) continue
    if (known.alone.has(flag) || (flag.startsWith("+") && known.alone.has("+"))) return 1
    if (known.valued.has(flag)) return 2
    if (known.valued.has(flag.split("=", 1)[0] ?? "")) return 1
    if (/^-\w[^]/.test(flag) && known.valued.has(flag.slice(0, 2))) return 1
  }
  return 0
}

/** Made of characters that mean themselves, in a rule as in the shell. */
const isPlain = (word: string): boolean => /^[\w@%+,./:#][\w@%+,./:#-]*$/.test(word)

/** May the next word still say something about what is done? */
const mayGrow = (words: Words): boolean => {
  const { keep, length } = rowOf(words)
  if (keep === "targets" || groups.has(words.slice(0, deepest).join(" "))) return true
  return words.length < (keep === "program" ? length + 1 : keep)
}

interface Reading {
  /** The words that say what is done, the program under its name in the table. */
  readonly words: Words
  /** The command without the global flags between them. */
  readonly argv: Words
}

const read = (argv: Words): Reading => {
  const [program] = argv
  if (program === undefined) return { words: [], argv }
  const words = [nameOf(program)]
  let at = 1
  while (at < argv.length && mayGrow(words)) {
    const word = argv[at] ?? ""
    const next = [...words.slice(0, deepest), word].join(" ")
    const isListed = !word.includes(" ") && (rows.has(next) || groups.has(next))
    const width = isListed ? 0 : flagWidth(words, word)
    if (width === 0 && !isListed && !isPlain(word)) break // guard: I7 permission/test/Arity.test.ts
    if (width === 0) words.push(word)
    at += Math.max(width, 1)
  }
  return { words, argv: [program, ...words.slice(1), ...argv.slice(at)] }
}

/** The command as it would be without the known global flags in front of what is done: `git -C dir push` is `git push`. */
export const withoutGlobalFlags = (argv: ReadonlyArray<string>): ReadonlyArray<string> => read(argv).argv

/** What is kept of a command, and the name of the program that does it, which a runner of programs may have started. */
interface Kept {
  readonly words: Words
  readonly program: string
}

const keptOf = ({ words, argv }: Reading): Kept | undefined => {
  const { keep, length } = rowOf(words)
  const [program = ""] = words
  if (keep === "program") {
    const inner = read(argv.slice(length))
    // A runner of a runner is not looked into: nobody writes it, and so this ends.
    const kept = rowOf(inner.words).keep === "program" ? undefined : keptOf(inner)
    return kept === undefined ? undefined : { ...kept, words: [...argv.slice(0, length), ...kept.words] }
  }
  const count = keep === "targets" ? (words.length > length ? words.length : 0) : words.length < keep ? 0 : keep
  if (!isPlain(argv[0] ?? "")) return undefined // guard: I7 permission/test/Arity.test.ts
  return count === 0 ? undefined : { words: argv.slice(0, count), program }
}

/**
 * The words that say what is done, by the longest prefix in the table, or the name of a program that is not in it.
 * Known global flags are skipped, with their values. Undefined for what runs something else.
 */
export const prefix = (argv: ReadonlyArray<string>): ReadonlyArray<string> | undefined => keptOf(read(argv))?.words

const destroyers: ReadonlySet<string> = new Set(destroying.rows.map(([name]) => name))

/** The words of a rule `WORDS *` that covers this command and says no more than it does; undefined: nothing may be saved. */
export const savable = (argv: ReadonlyArray<string>): ReadonlyArray<string> | undefined => {
  const kept = keptOf(read(argv))
  if (kept === undefined) return undefined
  if (destroyers.has(kept.program)) return undefined // guard: I7 permission/test/Arity.test.ts
  if (kept.words.some((word, index) => word !== argv[index])) return undefined // guard: I7 permission/test/Arity.test.ts
  return kept.words
}
