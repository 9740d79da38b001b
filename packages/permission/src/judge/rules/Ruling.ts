/** What the rules of `bash` say about the words of one command. */
import { explain, type Forbidding, forbidding, headsFor, mayForbid, patternsFor } from "./Explain.ts"
import { isTriedWhole, maximumTried, standsIn, textsOf } from "./Forms.ts"
import type { Rule } from "../../Rules.ts"
import type { Working } from "../Judgement.ts"
import { baseName } from "../Locations.ts"
import { inOtherWays } from "./SameFiles.ts"
import type { Scope } from "../Scope.ts"
import type { Value } from "../words/Value.ts"
import { ask, isWorse, type Verdict, worst } from "../Verdict.ts"
import { shown } from "../../shell/Unclear.ts"

const permission = "bash"

/** The verdict of the rules, and how closely the rule that gave it names the command. */
export interface Ruling extends Verdict {
  /** The rule has no wildcard: it names all of the command. */
  readonly isExact: boolean
  /** The rule allows everything, and so has not thought of anything. */
  readonly isBlanket: boolean
}

const isBlanket = (rule: Rule | undefined): boolean => rule !== undefined && /^[*\s]*$/.test(rule.pattern)

/** No rule speaks of the command: one that asks for everything says what is so anyway. */
export const isUnruled = ({ action, isBlanket: isOfAll, rule }: Ruling): boolean =>
  rule === undefined || (action === "ask" && isOfAll)

/** Without rules that forbid everything: what they deny is the command as it stands, not what a part of it looks like. */
const named = (context: Working): Working => {
  const known =
    context.effort.named.get(context.layers) ??
    context.layers.map((layer) =>
      layer.rules.some((rule) => rule.action !== "allow" && isBlanket(rule))
        ? { ...layer, rules: layer.rules.filter((rule) => rule.action === "allow" || !isBlanket(rule)) }
        : layer
    )
  context.effort.named.set(context.layers, known)
  return { ...context, layers: known }
}

/** Why the text is denied, where a rule that denies everything does so. */
export const deniedWithAll = (text: string, context: Working): ReadonlyArray<Verdict> => {
  const { action, origin = "the runtime", rule } = explain(context, permission, text)
  return action === "deny" && rule !== undefined && isBlanket(rule) ? [forbidden({ rule, origin }, text)] : []
}

/**
 * The strictest that the rules say about any way to write the command; only what denies or asks is looked for. Of a command
 * with more words than are tried one by one, what stands anywhere in it counts.
 */
export const strictest = (
  words: ReadonlyArray<string>,
  working: Working,
  maximum: number = maximumTried
): Verdict | undefined => {
  const context = named(working)
  let found: Verdict | undefined
  if (!isTriedWhole(words, maximum)) found = anywhere(words, context) // guard: I7 permission/test/judge/Bounds.test.ts #any number of words
  const trying = {
    mayMatter: (name: string) => mayForbid(context, permission, name),
    patterns: (name: string) => patternsFor(context, permission, name),
    heads: (name: string) => headsFor(context, permission, name),
    maximum
  }
  for (const text of textsOf(words, trying)) {
    if (found?.action === "deny") break
    const { action, origin = "the runtime", rule } = explain(context, permission, text)
    if (rule === undefined || action === "allow") continue
    if (found === undefined || isWorse(action, found.action)) found = forbidden({ rule, origin }, text)
  }
  return found
}

const forbidden = ({ origin, rule }: Forbidding, text: string): Verdict => ({
  action: rule.action,
  rule,
  origin,
  why: `a rule of ${origin} ${rule.action === "deny" ? "denies" : "asks for"} ${shown(text)}`
})

/** The worst rule that could speak of something in the words, wherever it stands: it may see too much and misses nothing. */
const anywhere = (words: ReadonlyArray<string>, context: Working): Verdict | undefined => {
  const text = ` ${words.join(" ")}`
  const known = new Set(text.split(/\s+/))
  const names = known.union(new Set(Array.from(known, baseName)))
  const verdicts = forbidding(context, permission)
    .filter(({ rule }) => standsIn(rule.pattern, text, names, context.patterns))
    .map((one) => forbidden(one, text.trim()))
  const [first, ...others] = verdicts
  return first === undefined ? undefined : worst(first, others)
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

/** Words with several texts, and texts of one, that are tried one by one. */
const maximumSeveral = 8
const maximumTexts = 32

/** Words that stand for one of several texts, as a variable of a loop does: each of these, in the place of the word. */
const oneByOne = (words: ReadonlyArray<Value>): ReadonlyArray<ReadonlyArray<string>> => {
  const [name, ...rest] = words
  const several = rest.slice(0, maximumSeveral).filter(({ literal, values }) => !literal && (values?.length ?? 0) > 1)
  if (name === undefined || several.length === 0) return []
  const most = Math.max(...several.map(({ values }) => Math.min(values?.length ?? 0, maximumTexts)))
  return Array.from({ length: most }, (_, at) =>
    words.map(({ text, values }) => values?.[Math.min(at, values.length - 1)] ?? text)
  )
}

/** What the rules say about one command: what allows it must allow it as it is written. */
export const ruling = (
  words: ReadonlyArray<Value>,
  prefix: ReadonlyArray<Value>,
  scope: Scope,
  context: Working
): Ruling => {
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
  const others = forbidding(context, permission).length === 0 ? [] : inOtherWays(words, scope, context)
  const found = [resolved, ...oneByOne(words), words.map((word) => word.text), ...others].flatMap(
    (one) => strictest(one, context) ?? []
  )
  const strict = found.find(({ action }) => action === "deny") ?? found[0]
  const asStrict = strict === undefined ? undefined : { ...strict, isExact: false, isBlanket: false }
  if (asStrict !== undefined && isWorse(asStrict.action, best.action)) return asStrict // guard: I7 permission/test/judge/Judge.test.ts #does more than rules allow
  return best
}
