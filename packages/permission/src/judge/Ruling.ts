/** What the rules of `bash` say about the words of one command. */
import { beginning, explain, rulesOf } from "./Explain.ts"
import type { Rule } from "../Rules.ts"
import type { Working } from "./Judgement.ts"
import { baseName } from "./Locations.ts"
import type { Value } from "./Value.ts"
import { ask, isWorse, type Verdict } from "./Verdict.ts"
import { isEvaluator, isShell, runsItsWords } from "./Wrappers.ts"
import { seeCommands } from "../shell/Sightings.ts"
import { tablesOf } from "./Programs.ts"
import { asIn } from "./Spellings.ts"

const permission = "bash"

export interface Ruling extends Verdict {
  /** The rule has no wildcard: it names all of the command. */
  readonly isExact: boolean
  /** The rule allows everything, and so has not thought of anything. */
  readonly isBlanket: boolean
}

const isBlanket = (rule: Rule | undefined): boolean => rule !== undefined && /^[*\s]*$/.test(rule.pattern)

/** Options with values in front of a command's own command, at most: a line may have hundreds of words, each a start. */
const maximumOptions = 16

/** The command without the options that stand before its own command, whether they take a value or not. */
const withoutLeadingOptions = (words: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  const [name = "", first = ""] = words
  if (!/^[-+]/.test(first)) return []
  const found: Array<ReadonlyArray<string>> = []
  for (let at = 1; at < words.length && found.length < maximumOptions; at++) {
    if (!/^[-+]/.test(words[at] ?? "")) found.push([name, ...words.slice(at)])
    if (found.length > 0 && !/^[-+]/.test(words[at] ?? "") && !/^[-+]/.test(words[at - 1] ?? "")) break
  }
  return found
}

/** Words behind which another command stands: `docker exec NAME`, `npx -c`, `git rebase --exec`, `kubectl exec POD --`. */
const beforeCommands =
  /^(?:exec|dlx|x|run|foreach|exec-env|--|-c|-x|-X|-s|--exec|--exec-batch|--run|--command|--call|--shell-command)$/

/** Here `run` names a script of the project. */
const namesScripts = /^(?:npm|pnpm|yarn|bun|deno|composer|lerna|nx|turbo|rush)$/

/** Where another command may begin in the words of a program. */
const startsIn = (words: ReadonlyArray<string>): ReadonlyArray<number> => {
  const name = baseName(words[0] ?? "")
  const all = words.map((_, at) => at).slice(1)
  if (runsItsWords(name)) return all
  const first = words.findIndex(
    (word, at) => at > 0 && beforeCommands.test(word) && !(word === "run" && namesScripts.test(name))
  )
  return first === -1 || tablesOf(name).length > 0 !== (name === "git") ? [] : all.slice(first)
}

/** What a program that runs others may take for a script. */
const scriptsIn = (words: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  const name = baseName(words[0] ?? "")
  const starts = isShell(name) || isEvaluator(name) ? words.map((_, at) => at).slice(1) : startsIn(words)
  return starts.flatMap((at) => (/\s/.test(words[at] ?? "") ? seeCommands((words[at] ?? "").replace(/^-\w/, "")) : []))
}

/** Other words for the same command: a rule that denies one of them denies it, however it is written. */
const variants = (words: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  const inner = [...startsIn(words).map((at) => words.slice(at)), ...scriptsIn(words)]
  const forms = [words, ...inner].flatMap((form) => {
    const [first = "", ...rest] = form
    return first.includes("/") ? [form, [baseName(first), ...rest]] : [form]
  })
  return forms.flatMap((form) => [form, ...withoutLeadingOptions(form)])
}

/** Words that show how a command begins. */
const firstWords = 4

/** The patterns of what rules forbid. */
const forbidden = (context: Working): ReadonlyArray<string> =>
  rulesOf(context, permission).flatMap(({ rules }) =>
    rules.filter(({ action }) => action !== "allow").map(({ pattern }) => pattern)
  )

/** A command as it is, and as the patterns of options write it that forbid it. */
const spellings = (form: ReadonlyArray<string>, patterns: ReadonlyArray<string>): ReadonlyArray<string> => [
  form.join(" "),
  ...patterns.flatMap((pattern) => (beginning(pattern).startsWith(form[0] ?? "") ? asIn(pattern, form) : []))
]

/** The strictest that the rules say about any way to write the command; only what denies or asks is looked for. */
export const strictest = (words: ReadonlyArray<string>, context: Working): Verdict | undefined => {
  const patterns = forbidden(context)
  if (patterns.length === 0) return undefined
  const starts = patterns.map((pattern) => (/^[~$]/.test(pattern) ? "" : beginning(pattern)))
  const withOptions = patterns.filter((pattern) => /[ *]-/.test(pattern))
  const mayMatter = (form: ReadonlyArray<string>): boolean => {
    const head = form.slice(0, firstWords).join(" ")
    return starts.some((start) => head.startsWith(start) || start.startsWith(form[0] ?? ""))
  }
  let found: Verdict | undefined
  for (const text of new Set(
    variants(words)
      .filter(mayMatter)
      .flatMap((form) => spellings(form, withOptions))
  )) {
    const { action, origin = "the runtime", rule } = explain(context, permission, text)
    if (rule === undefined || action === "allow" || isBlanket(rule)) continue
    if (found === undefined || isWorse(action, found.action))
      found = {
        action,
        rule,
        origin,
        why: `a rule of ${origin} ${action === "deny" ? "denies" : "asks for"} \`${text}\``
      }
  }
  return found
}

/** A word with a blank in it must not look like two. */
const unambiguous = (words: ReadonlyArray<Value>): string =>
  words.map(({ text }) => text.replace(/\s/g, "\u0000")).join(" ")

const decision = (context: Working, words: ReadonlyArray<Value>): Ruling => {
  const text = words.map((word) => word.text).join(" ")
  const { action, origin, rule } = explain(context, permission, text)
  const details = { ...(rule === undefined ? {} : { rule }), ...(origin === undefined ? {} : { origin }) }
  const isExact = rule !== undefined && (rule.literal === true || !/[*?]/.test(rule.pattern))
  const flags = { isExact, isBlanket: isBlanket(rule) }
  if (rule === undefined) return { ...ask(`no rule allows \`${text}\``), ...flags }
  const clear = unambiguous(words)
  if (action === "allow" && !isExact && clear !== text && explain(context, permission, clear).action !== "allow")
    return { ...ask(`a blank inside of a word makes \`${text}\` look like another command`), ...flags }
  const says = action === "allow" ? "allows" : action === "deny" ? "denies" : "asks for"
  return { action, why: `a rule of ${origin ?? "the runtime"} ${says} it`, ...details, ...flags }
}

/** Names of files beyond these are not compared with rules for `bash`. */
const maximumFiles = 100

/** What the rules say about one command: what allows it must allow it as it is written. */
export const ruling = (words: ReadonlyArray<Value>, prefix: ReadonlyArray<Value>, context: Working): Ruling => {
  const literal = decision(context, words)
  const prefixed = prefix.length === 0 ? literal : decision(context, [...prefix, ...words])
  const best =
    literal.action === "ask" && prefixed.action !== "ask"
      ? prefixed
      : isWorse(prefixed.action, literal.action) && prefixed.action === "deny"
        ? prefixed
        : literal
  // The files that a glob stands for are words of the command as if they were written.
  const resolved = words.flatMap(({ text, values }) =>
    values === undefined || values.length > maximumFiles ? [text] : values
  )
  const strict =
    strictest(resolved, context) ??
    strictest(
      words.map((word) => word.text),
      context
    )
  if (strict === undefined || !isWorse(strict.action, best.action)) return best
  return { ...strict, isExact: false, isBlanket: false }
}
