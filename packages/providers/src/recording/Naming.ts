/** Puts names in the place of what differs between runs, and takes them back. One for each request: it knows what that holds. */
import { hidden } from "@rein/core/schema/Secrets"
import { bracket, type Normaliser } from "./Normaliser.ts"

const open = "⟦"
const close = "⟧"
/** The last number is of characters, of what is spoken of by its beginning. */
const named = /⟦([a-z][a-z0-9-]*)(?::(\d+)(?:\/(\d+))?)?⟧/g

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
  readonly isShortened: boolean
}

interface Found {
  readonly at: number
  readonly text: string
  readonly rule: Rule
}

const ruleOf = ({ find, name, numbered, shortened }: Normaliser): ReadonlyArray<Rule> => {
  if (find instanceof RegExp) {
    const pattern = new RegExp(find.source, find.flags.includes("g") ? find.flags : `${find.flags}g`)
    const means = numbered === true ? "numbered" : undefined
    return [{ name, pattern: { plain: pattern, json: pattern }, means, isShortened: shortened === true }]
  }
  const [means] = find
  if (means === undefined) return []
  const pattern = (spelling: Spelling) => new RegExp(patternOf(find.map((text) => spell(text, spelling))), "g")
  return [{ name, pattern: { plain: pattern("plain"), json: pattern("json") }, means, isShortened: false }]
}

/** The rules of some normalisers. What comes first in a text counts, then the longest, then their order. */
export const rulesOf = (normalisers: ReadonlyArray<Normaliser>): ReadonlyArray<Rule> => [
  ...normalisers.flatMap(ruleOf),
  { name: bracket, pattern: { plain: bracketPattern, json: bracketPattern }, means: open, isShortened: false }
]

/** What is looked for in each request, made once by `rulesOf`. */
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

const escapes = /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|["\\/bfnrt])/g

/** JSON in which each sign is spelled as we spell it: in `\/` or `\u002f` no path and no key would be found. */
const respelled = (pieces: ReadonlyArray<string>): ReadonlyArray<string> =>
  change(
    pieces,
    [...pieces.join("").matchAll(escapes)].flatMap(({ 0: escape, index }) => {
      const by = JSON.stringify(JSON.parse(`"${escape}"`)).slice(1, -1)
      return by === escape ? [] : [{ at: index, length: escape.length, by }]
    })
  )

/** The names of one request. That is named first: its answer may speak only of what was found in it. */
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

  /** The name of what a request holds: what is new gets the next number. */
  #nameOf({ rule, text }: Found): string {
    if (rule.means !== "numbered") return `${open}${rule.name}${close}`
    const known = this.#numbers.get(rule.name) ?? new Map<string, number>()
    this.#numbers.set(rule.name, known)
    const number = known.get(text) ?? known.size + 1
    known.set(text, number)
    return `${open}${rule.name}:${number}${close}`
  }

  /** The name of what an answer speaks of, where it can be taken back. */
  #knownNameOf(found: Found): string | undefined {
    const { rule, text } = found
    if (rule.means !== "numbered") return rule.means === undefined ? undefined : this.#nameOf(found)
    const known = this.#numbers.get(rule.name)
    if (known?.has(text) === true) return this.#nameOf(found)
    const whole = rule.isShortened ? [...(known ?? [])].find(([one]) => one.startsWith(text)) : undefined
    return whole === undefined ? undefined : `${open}${rule.name}:${whole[1]}/${text.length}${close}`
  }

  #hide(pieces: ReadonlyArray<string>): ReadonlyArray<string> {
    const found = [...pieces.join("").matchAll(this.#secrets)]
    return change(
      pieces,
      found.map((match) => ({ at: match.index, length: match[0].length, by: hidden }))
    )
  }

  #name(
    pieces: ReadonlyArray<string>,
    spelling: Spelling,
    nameOf: (found: Found) => string | undefined
  ): ReadonlyArray<string> {
    const shown = this.#hide(pieces)
    const changes = findIn(shown.join(""), this.#rules, spelling).flatMap((found) => {
      const by = nameOf(found)
      return by === undefined ? [] : [{ at: found.at, length: found.text.length, by }]
    })
    return change(shown, changes)
  }

  /** A text that says the same everywhere, without secrets. */
  fixed(text: string): string {
    return this.#hide([text]).join("")
  }

  /** A text of the request. */
  request(text: string): string {
    return this.#name([text], "plain", (found) => this.#nameOf(found)).join("")
  }

  /** A text of the answer, in the pieces in which it came. Named is only what can be taken back: the rest is the model's own. */
  answer(pieces: ReadonlyArray<string>, spelling: Spelling): ReadonlyArray<string> {
    const usual = spelling === "json" ? respelled(pieces) : pieces
    return this.#name(usual, spelling, (found) => this.#knownNameOf(found))
  }

  /** A text of a recorded answer, as it is here. */
  restore(text: string, spelling: Spelling): string {
    return text.replace(named, (whole, name: string, number: string | undefined, length: string | undefined) => {
      const rule = this.#rules.find((one) => one.name === name)
      if (rule?.means === undefined) return whole
      const meant =
        rule.means === "numbered"
          ? [...(this.#numbers.get(name)?.keys() ?? [])][Number(number) - 1]?.slice(
              0,
              length === undefined ? undefined : Number(length)
            )
          : spell(rule.means, spelling)
      return meant ?? whole
    })
  }
}
