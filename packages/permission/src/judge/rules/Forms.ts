/** Other ways to write a command: a rule that forbids one of them forbids it, however it is written. */
import { expand } from "../../Pattern.ts"
import * as Rules from "../../Rules.ts"
import { baseName } from "../Locations.ts"
import { seeCommands } from "../../shell/Sightings.ts"
import { tablesOf } from "../programs/Programs.ts"
import { asHeads, type HeadsFor } from "./Alike.ts"
import { curlWays } from "./CurlWays.ts"
import { asIn } from "./Spellings.ts"
import { once } from "../Remembered.ts"
import { isEvaluator, isShell, runsItsWords } from "../programs/Wrappers.ts"

/** Words of one command that are tried one by one, as the beginning of a command or of what follows its options. */
export const maximumTried = 32

/** Words, from the first that may be tried on to the last. */
type Words = ReadonlyArray<string>

/** The command without the options that stand before its own command, whether they take a value or not. */
const withoutLeadingOptions = (words: Words, maximum: number): ReadonlyArray<Words> => {
  const isOption = (at: number) => /^[-+]/.test(words[at] ?? "")
  if (!isOption(1)) return []
  const found: Array<Words> = []
  for (let at = 1; at < Math.min(words.length, maximum); at++) {
    if (!isOption(at)) found.push(words.toSpliced(1, at - 1))
    if (found.length > 0 && !isOption(at) && !isOption(at - 1)) break
  }
  return found
}

/** The name of a program, also without its path, and without the version that `npx npm@latest` asks for. */
const namesOf = (word: string): Words => {
  const bare = baseName(word).replace(/(?!^)@[\w.^~*-]+$/, "")
  return bare === word ? [word] : [...new Set([word, baseName(word), bare])]
}

/** A word may hold a whole command, as in `eval 'rm x'`. */
const firstOf = (word: string): string => word.split(/\s/, 1)[0] ?? ""

/** Words behind which another command stands: `docker exec NAME`, `npx -c`, `git rebase --exec`, `kubectl exec POD --`. */
const beforeCommands =
  /^(?:exec|dlx|x|run|foreach|exec-env|--|-c|-x|-X|-s|--exec|--exec-batch|--run|--command|--call|--shell-command)$/

/** Here `run` names a script of the project. */
const namesScripts = /^(?:npm|pnpm|yarn|bun|deno|composer|lerna|nx|turbo|rush)$/

/** From which word on another command may begin; all words are before it when none may. */
const startOfOthers = (words: Words): number => {
  const name = baseName(words[0] ?? "")
  if (runsItsWords(name)) return 1
  const first = words.findIndex(
    (word, at) => at > 0 && beforeCommands.test(word) && !(word === "run" && namesScripts.test(name))
  )
  return first === -1 || tablesOf(name).length > 0 !== (name === "git") ? words.length : first
}

/** What a program that runs others may take for a script. */
const scriptsIn = (words: Words, maximum: number): ReadonlyArray<Words> => {
  const name = baseName(words[0] ?? "")
  const start = isShell(name) || isEvaluator(name) ? 1 : startOfOthers(words)
  return words
    .slice(start, start + maximum)
    .flatMap((word) => (/\s/.test(word) ? seeCommands(word.replace(/^-\w/, "")) : []))
}

/** Does the pattern name options, which may be written in other ways? */
const namesOptions = (pattern: string): boolean => /(?:^|[ *])-/.test(pattern)

/** In these a letter means the same as its long option, so that a pattern for any program may speak of them. */
const lettered = /^(?:rm|cp|mv|ln|chmod|chown|git|npm)$/

/** Could the pattern speak of options of this program? */
const mayName = (pattern: string, name: string): boolean => {
  const head = pattern.split(/[*?]/, 1)[0] ?? ""
  return head.startsWith(name) || (name.startsWith(head) && lettered.test(baseName(name)))
}

/** Clients of databases, whose language has its words in any case, and comments for blanks. */
const queries =
  /^(?:psql|mysql|mariadb|sqlite3?|duckdb|sqlcmd|bq|cockroach|clickhouse(?:-client)?|sqlplus|snowsql|usql|pgcli|mycli|cqlsh|redis-cli|influx|trino|presto|hive|beeline|spark-sql)$/

/** What programs take for the same in their own language: statements in both cases, with single blanks. */
const statements = (form: Words): Words => {
  const [name = "", ...rest] = form
  if (baseName(name) === "curl") return curlWays(form)
  if (!queries.test(baseName(name))) return []
  const text = rest
    .join(" ")
    .replace(/\/\*.*?\*\/|\s+/gs, " ")
    .replace(/ +/g, " ")
  return [text, text.toUpperCase(), text.toLowerCase()].map((one) => `${name} ${one}`)
}

/** Gives the patterns that may speak of options of a program. */
export type PatternsFor = (name: string) => Words

/** Sorts out once which patterns name options at all; what it finds for a name is remembered. */
export const patternsFor = (patterns: Words): PatternsFor => {
  const all = patterns.filter(namesOptions)
  return once((name) => all.filter((pattern) => mayName(pattern, name)))
}

/** A command as it is, and as the patterns of options write it that forbid it. */
const spellings = (form: Words, patterns: PatternsFor): Words => [
  form.join(" "),
  ...statements(form),
  ...patterns(form[0] ?? "").flatMap((pattern) => asIn(pattern, form))
]

/** Are there no more words to be tried than this? */
export const isTriedWhole = (words: Words, maximum: number): boolean =>
  words.length <= maximum || (startOfOthers(words) === words.length && !/^[-+]/.test(words[1] ?? ""))

/** What the rules of a permission could forbid, so that other forms are not tried for nothing. */
export interface Trying {
  /** Could a rule forbid something of this name? */
  readonly mayMatter: (name: string) => boolean
  /** Words that are tried. */
  readonly maximum: number
  /** Patterns of rules that forbid options. */
  readonly patterns: PatternsFor
  /** The beginnings of all that is forbidden, in each of their ways. */
  readonly heads: HeadsFor
}

/** Programs that do the same with each of their files: each as if it stood alone. */
const alone = (words: Words): ReadonlyArray<Words> => {
  const name = words[0] ?? ""
  const [table] = tablesOf(baseName(name))
  if (typeof table !== "object" || !/^(?:look|read|act|write|copy|one)$/.test(table.operands ?? "none")) return []
  const rest = words.slice(1)
  const isOption = (word: string) => /^-./.test(word)
  const options = rest.filter(isOption)
  const operands = rest.filter((word) => !isOption(word)).slice(0, maximumTried)
  return rest.length < 2
    ? []
    : operands.flatMap((one) => [[name, one], ...(options.length === 0 ? [] : [[name, ...options, one]])])
}

/** All ways to write the command, and the commands that stand behind it where it runs them, whose name may matter. */
export function* textsOf(words: Words, { heads, mayMatter, maximum, patterns }: Trying): Generator<string> {
  const start = startOfOthers(words)
  const inner = words.slice(start, start + maximum).map((_, at) => words.slice(start + at))
  for (const command of [words, ...inner, ...scriptsIn(words, maximum)]) {
    const first = command[0] ?? ""
    for (const name of namesOf(first).filter((one) => mayMatter(firstOf(one)))) {
      const form = name === first ? command : command.with(0, name)
      yield* spellings(form, patterns)
      for (const other of [...withoutLeadingOptions(form, maximum), ...alone(form)]) yield* spellings(other, patterns)
    }
    for (const way of asHeads(command, heads)) yield* spellings(way, patterns)
  }
}

/** A pattern without its options, which may be written in many ways, and with room for others before its own command. */
const loosely = (pattern: string): ReadonlyArray<string> => {
  const [name = "", ...words] = pattern.split(" ")
  const end = words.findIndex((word) => /^[-+]/.test(word))
  const kept = end === -1 ? words : [...words.slice(0, end), "*"]
  return [[name, ...kept].join(" "), [name, "*", ...kept].join(" ")]
}

/** Could the pattern speak of a command that stands somewhere in the text? The text begins with a blank. */
export const standsIn = (
  pattern: string,
  text: string,
  names: ReadonlySet<string>,
  options: Rules.Options | undefined
): boolean => {
  const expanded = expand("bash", pattern, options ?? {})
  const name = expanded.split(" ", 1)[0] ?? ""
  if (options?.platform !== "win32" && !/[*?]/.test(name) && !names.has(name)) return false
  return loosely(expanded).some((one) =>
    // A name may have its path before it.
    [`* ${one}`, `*/${one}`].some((wanted) => Rules.evaluate([deny(wanted)], "bash", text, options) === "deny")
  )
}

const deny = (pattern: string): Rules.Rule => ({ permission: "bash", pattern, action: "deny" })
