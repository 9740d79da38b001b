/** Puts names in the place of what differs between runs, and takes them back. One for each request: it knows what that holds. */
import { hidden } from "@rein/core/schema/Secrets"
import { bracket, type Normaliser } from "./Normaliser.ts"

const open = "⟦"
const close = "⟧"
const named = /⟦([a-z][a-z0-9-]*)(?::(\d+))?⟧/g

/** The text may hold the sign with which names begin. */
const bracketPattern = /⟦/g

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

/** No text is found inside of a longer word; behind `\n` in JSON, a word begins. */
const patternOf = (texts: ReadonlyArray<string>): string =>
  String.raw`(?:(?<![\w.-])|(?<=\\[nrtbf]))(?:${texts.map(quoted).join("|")})(?![\w-])`

/** How a text stands in what it is a part of: as it is, or within a text in JSON. */
export type Spelling = "plain" | "json"

const spell = (text: string, spelling: Spelling): string =>
  spelling === "plain" ? text : JSON.stringify(text).slice(1, -1)

interface Rule {
  readonly name: string
  readonly pattern: Readonly<Record<Spelling, RegExp>>
  /** What the name stands for in an answer: a text, whatever has the number, or nothing. */
  readonly means: string | "numbered" | undefined
}

interface Found {
  readonly at: number
  readonly text: string
  readonly rule: Rule
}

const ruleOf = ({ find, name, numbered }: Normaliser): ReadonlyArray<Rule> => {
  if (find instanceof RegExp) {
    const pattern = new RegExp(find.source, find.flags.includes("g") ? find.flags : `${find.flags}g`)
    return [{ name, pattern: { plain: pattern, json: pattern }, means: numbered === true ? "numbered" : undefined }]
  }
  const [means] = find
  if (means === undefined) return []
  const pattern = (spelling: Spelling) => new RegExp(patternOf(find.map((text) => spell(text, spelling))), "g")
  return [{ name, pattern: { plain: pattern("plain"), json: pattern("json") }, means }]
}

/** The rules of some normalisers. What comes first in a text counts, then the longest, then their order. */
export const rulesOf = (normalisers: ReadonlyArray<Normaliser>): ReadonlyArray<Rule> => [
  ...normalisers.flatMap(ruleOf),
  { name: bracket, pattern: { plain: bracketPattern, json: bracketPattern }, means: open }
]

export type Rules = ReadonlyArray<Rule>

const findIn = (text: string, rules: Rules, spelling: Spelling): ReadonlyArray<Found> => {
  const all = rules
    .flatMap((rule) =>
      [...text.matchAll(rule.pattern[spelling])].map((match) => ({ at: match.index, text: match[0], rule }))
    )
    .filter((found) => found.text !== "")
    .toSorted((a, b) => a.at - b.at || b.text.length - a.text.length)
  let end = 0
  return all.filter((found) => {
    if (found.at < end) return false
    end = found.at + found.text.length
    return true
  })
}

interface Change {
  readonly at: number
  readonly length: number
  readonly by: string
}

/** Changes a text that comes in pieces. What stands in the place of something is in the piece where that began. */
const change = (pieces: ReadonlyArray<string>, changes: ReadonlyArray<Change>): ReadonlyArray<string> => {
  if (changes.length === 0) return pieces
  const text = pieces.join("")
  const made = pieces.map(() => "")
  let piece = 0
  let border = pieces[0]?.length ?? 0
  let at = 0
  const into = (position: number) => {
    while (position >= border && piece < pieces.length - 1) border += pieces[++piece]?.length ?? 0
    return piece
  }
  const copyTo = (end: number) => {
    while (at < end) {
      const index = into(at)
      const stop = index === pieces.length - 1 ? end : Math.min(end, border)
      made[index] += text.slice(at, stop)
      at = stop
    }
  }
  for (const { at: from, by, length } of changes) {
    copyTo(from)
    made[into(from)] += by
    at = from + length
  }
  copyTo(text.length)
  return made
}

export class Naming {
  readonly #rules: Rules
  readonly #secrets: RegExp
  /** What was found in the request, by rule, with its number. */
  readonly #numbers = new Map<string, Map<string, number>>()

  /** `secrets` finds what is never written, and so is not compared either. */
  constructor(rules: Rules, secrets: RegExp) {
    this.#rules = rules
    this.#secrets = secrets
  }

  #nameOf({ rule, text }: Found): string {
    if (rule.means !== "numbered") return `${open}${rule.name}${close}`
    const known = this.#numbers.get(rule.name) ?? new Map<string, number>()
    this.#numbers.set(rule.name, known)
    const number = known.get(text) ?? known.size + 1
    known.set(text, number)
    return `${open}${rule.name}:${number}${close}`
  }

  #hide(pieces: ReadonlyArray<string>): ReadonlyArray<string> {
    const found = [...pieces.join("").matchAll(this.#secrets)]
    return change(
      pieces,
      found.map((match) => ({ at: match.index, length: match[0].length, by: hidden }))
    )
  }

  #name(pieces: ReadonlyArray<string>, spelling: Spelling, isNamed: (found: Found) => boolean): ReadonlyArray<string> {
    const shown = this.#hide(pieces)
    const found = findIn(shown.join(""), this.#rules, spelling).filter(isNamed)
    return change(
      shown,
      found.map((one) => ({ at: one.at, length: one.text.length, by: this.#nameOf(one) }))
    )
  }

  /** A text that says the same everywhere, without secrets. */
  fixed(text: string): string {
    return this.#hide([text]).join("")
  }

  /** A text of the request. */
  request(text: string): string {
    return this.#name([text], "plain", () => true).join("")
  }

  /** A text of the answer, in the pieces in which it came. Named is only what can be taken back: the rest is the model's own. */
  answer(pieces: ReadonlyArray<string>, spelling: Spelling): ReadonlyArray<string> {
    return this.#name(pieces, spelling, ({ rule, text }) =>
      rule.means === "numbered" ? this.#numbers.get(rule.name)?.has(text) === true : rule.means !== undefined
    )
  }

  /** A text of a recorded answer, as it is here. */
  restore(text: string, spelling: Spelling): string {
    return text.replace(named, (whole, name: string, number: string | undefined) => {
      const rule = this.#rules.find((one) => one.name === name)
      if (rule?.means === undefined) return whole
      const meant =
        rule.means === "numbered"
          ? [...(this.#numbers.get(name)?.keys() ?? [])][Number(number) - 1]
          : spell(rule.means, spelling)
      return meant ?? whole
    })
  }
}
