/** What the rules of `bash` say about the words of one command. */
import { beginning, explain, rulesOf } from "./Explain.ts"
import type { Rule } from "../Rules.ts"
import type { Working } from "./Judgement.ts"
import { baseName } from "./Locations.ts"
import { known, type Value } from "./Value.ts"
import { ask, isWorse, type Verdict } from "./Verdict.ts"
import { runsItsWords } from "./Wrappers.ts"

const permission = "bash"

export interface Ruling extends Verdict {
  /** The rule has no wildcard: it names all of the command. */
  readonly isExact: boolean
  /** The rule allows everything, and so has not thought of anything. */
  readonly isBlanket: boolean
}

const isBlanket = (rule: Rule | undefined): boolean => rule !== undefined && /^[*\s]*$/.test(rule.pattern)

const permutations = (letters: ReadonlyArray<string>): ReadonlyArray<string> =>
  letters.length === 0
    ? [""]
    : letters.flatMap((letter, at) => permutations(letters.toSpliced(at, 1)).map((rest) => letter + rest))

const longNames: Readonly<Record<string, string>> = { "--recursive": "r", "--force": "f", "--dir": "d", "-R": "r" }

/** All the ways to write the options of `rm`: `-r -f`, `-fr` and `--force -R` are what a rule about `rm -rf` means. */
const spellingsOfRemove = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const options = words.slice(1).filter((word) => word.startsWith("-"))
  const others = words.slice(1).filter((word) => !word.startsWith("-"))
  const letters = new Set(
    options.flatMap(
      (option) => longNames[option] ?? (option.startsWith("--") ? [] : option.slice(1).replaceAll("R", "r").split(""))
    )
  )
  const chosen = ["r", "f"].filter((letter) => letters.has(letter))
  return [...new Set([...permutations(chosen), ...chosen])].flatMap((group) => {
    const separate = group.split("").map((letter) => `-${letter}`)
    return [["rm", `-${group}`, ...others].join(" "), ["rm", ...separate, ...others].join(" ")]
  })
}

/** The options of `git push` in front, and those that force by their long name. */
const spellingsOfPush = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const options = words.slice(2).filter((word) => word.startsWith("-") || word.startsWith("+"))
  const others = words.slice(2).filter((word) => !word.startsWith("-"))
  const forces = options.some((option) => /^(?:-[a-z]*f|--force|\+)/.test(option))
  return forces
    ? ["-f", "--force"].flatMap((one) => [
        ["git push", one, ...others].join(" "),
        ["git push", ...others, one].join(" ")
      ])
    : []
}

/** The command without the options that stand before its own command, whether they take a value or not. */
const withoutLeadingOptions = (words: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  const [name = "", first = ""] = words
  if (!/^[-+]/.test(first)) return []
  const found: Array<ReadonlyArray<string>> = []
  for (let at = 1; at < words.length; at++) {
    if (!/^[-+]/.test(words[at] ?? "")) found.push([name, ...words.slice(at)])
    if (found.length > 0 && !/^[-+]/.test(words[at] ?? "") && !/^[-+]/.test(words[at - 1] ?? "")) break
  }
  return found
}

/** Other words for the same command: a rule that denies one of them denies it, however it is written. */
const variants = (words: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  const [name = ""] = words
  const base = baseName(name)
  const suffixes = runsItsWords(base) ? words.map((_, at) => words.slice(at)).slice(1) : []
  const forms = [words, ...suffixes].flatMap((form) => {
    const [first = "", ...rest] = form
    return first.includes("/") ? [form, [baseName(first), ...rest]] : [form]
  })
  return forms.flatMap((form) => [form, ...withoutLeadingOptions(form)])
}

const spellings = (form: ReadonlyArray<string>): ReadonlyArray<string> => {
  const others =
    form[0] === "rm" ? spellingsOfRemove(form) : form[0] === "git" && form[1] === "push" ? spellingsOfPush(form) : []
  return [form.join(" "), ...others]
}

/** Words that show how a command begins. */
const firstWords = 4

/** Where the texts begin that rules forbid. */
const forbidden = (context: Working): ReadonlyArray<string> =>
  rulesOf(context, permission).flatMap(({ rules }) =>
    rules
      .filter(({ action }) => action !== "allow")
      .map(({ pattern }) => (/^[~$]/.test(pattern) ? "" : beginning(pattern)))
  )

/** The strictest that the rules say about any way to write the command; only what denies or asks is looked for. */
export const strictest = (words: ReadonlyArray<string>, context: Working): Verdict | undefined => {
  const starts = forbidden(context)
  if (starts.length === 0) return undefined
  const mayMatter = (form: ReadonlyArray<string>): boolean => {
    const head = form.slice(0, firstWords).join(" ")
    const isSpelled = form[0] === "rm" || form[0] === "git"
    return starts.some((start) => head.startsWith(start) || start.startsWith(isSpelled ? (form[0] ?? "") : head))
  }
  let found: Verdict | undefined
  for (const text of new Set(variants(words).filter(mayMatter).flatMap(spellings))) {
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
  const resolved = words.map((word) => known(word) ?? word.text)
  const strict =
    strictest(resolved, context) ??
    strictest(
      words.map((word) => word.text),
      context
    )
  if (strict === undefined || !isWorse(strict.action, best.action)) return best
  return { ...strict, isExact: false, isBlanket: false }
}
