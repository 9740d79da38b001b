/** How long a server asks to wait, in the many ways in which servers say it. */
import type { Said } from "./Body.ts"

const unitMillis: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  秒: 1_000,
  分: 60_000
}

const positive = (millis: number): number | undefined =>
  Number.isFinite(millis) ? Math.max(0, Math.ceil(millis)) : undefined

/** `6m0s`, `1h2m3.5s`, `120ms`. */
const duration = (text: string): number | undefined => {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(text)) return undefined
  const pieces = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)]
  return positive(pieces.reduce((sum, [, count, unit]) => sum + Number(count) * (unitMillis[unit ?? ""] ?? 0), 0))
}

/** A moment as Unix time is far above any time to wait: in seconds up to the year 5138, in milliseconds from 1973 on. */
const ofNumber = (value: number, now: number): number | undefined => {
  if (value >= 1e11) return positive(value - now)
  return value >= 1e9 ? positive(value * 1_000 - now) : positive(value * 1_000)
}

/** Seconds, Unix time, a duration or a date. */
const ofValue = (value: string, now: number): number | undefined => {
  const text = value.trim()
  if (/^\d+(\.\d+)?$/.test(text)) return ofNumber(Number(text), now)
  const span = duration(text)
  if (span !== undefined) return span
  // `Date.parse` makes something of nearly any text.
  const date = /[a-z]{3}.*\d{4}|\d{4}-\d\d-\d\d/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : positive(date - now)
}

type Headers = Readonly<Record<string, string>>

const ofMillis = (value: string | undefined): number | undefined =>
  value !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(value) ? positive(Number(value)) : undefined

const asked = (headers: Headers, now: number): number | undefined => {
  const millis = ofMillis(headers["retry-after-ms"]) ?? ofMillis(headers["x-ms-retry-after-ms"])
  const after = headers["retry-after"]
  return millis ?? (after === undefined ? undefined : ofValue(after, now))
}

const reset = /^(x-)?(?:[a-z]+-)?rate-?limit(?:bysize)?-(?:.*-)?reset(?:-.*)?$/

/** `x-ratelimit-reset-tokens` belongs to `x-ratelimit-remaining-tokens`. */
const isUsedUp = (headers: Headers, name: string): boolean => {
  const left = headers[name.replace("reset-after", "remaining").replace("reset", "remaining")]
  return left !== undefined && Number(left) <= 0
}

/** `limit=100, remaining=0, reset=50`, and `"default";r=0;t=50` of the newer drafts. */
const ofRateLimit = (headers: Headers): number | undefined => {
  const found = /(?:\breset=|;\s*t=)(\d+)/.exec(headers["ratelimit"] ?? "")
  return found === null ? undefined : positive(Number(found[1]) * 1_000)
}

/** When the limits begin anew: those that are used up, or else the last of all. */
const ofResets = (headers: Headers, now: number): number | undefined => {
  const found = Object.entries(headers).flatMap(([name, value]) => {
    if (!reset.test(name)) return []
    const millis = name.endsWith("-ms") ? ofMillis(value) : ofValue(value, now)
    return millis === undefined ? [] : [{ millis, isUsedUp: isUsedUp(headers, name) }]
  })
  const usedUp = found.filter((one) => one.isUsedUp)
  const counted = usedUp.length > 0 ? usedUp : found
  return counted.length === 0 ? ofRateLimit(headers) : Math.max(...counted.map(({ millis }) => millis))
}

const amount =
  "(\\d{1,12}(?:\\.\\d{1,12})?)\\s?(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|秒|分钟)(?![a-z])"
const inText = new RegExp(
  `(?:(?:try(?:ing)? again|retry(?:ing)?|wait|available|resets?)[^.\\d]{0,30}|请(?:等待|在)?\\s?)((?:${amount}(?:,? and |, |\\s)?)+)`
)

/** A moment counts only with its zone. */
const dateInText =
  /(?:try again|retry|wait|available|resets?)[^.\d]{0,30}(\d{4}-\d\d-\d\d[t ]\d\d:\d\d(?::\d\d)?(?:\.\d{1,9})? ?(?:z|utc|[+-]\d\d:\d\d))(?![a-z\d])/

const ofDate = (text: string, now: number): number | undefined => {
  const found = dateInText.exec(text)?.[1]
  return found === undefined ? undefined : ofValue(found.toUpperCase(), now)
}

/** `try again in 1m2.5s`, `retry after 6 seconds`, `wait 1 hour and 5 minutes`, `resets at 2026-01-01 00:00:30 UTC`. */
const ofText = (text: string, now: number): number | undefined => {
  const found = inText.exec(text)
  if (found === null) return ofDate(text, now)
  const pieces = [...(found[1] ?? "").matchAll(new RegExp(amount, "g"))]
  const unit = (name: string): number => unitMillis[/^(ms|milli)/.test(name) ? "ms" : name.slice(0, 1)] ?? 0
  return positive(pieces.reduce((sum, [, count, name]) => sum + Number(count) * unit(name ?? ""), 0))
}

/** Where a server may have said it; the `Facts` of an error are such sources. */
export interface Sources {
  readonly headers: Headers
  readonly said: Pick<Said, "wait">
  /** In small letters. */
  readonly text: string
}

/**
 * Milliseconds to wait. What is said about this request comes before what is said about limits in general:
 * `retry-after-ms`, `retry-after`, a field of the body, the sentence; then `x-ratelimit-reset*` and its kin.
 */
export const waitOf = ({ headers, said, text }: Sources, now: number): number | undefined =>
  asked(headers, now) ?? said.wait ?? ofText(text, now) ?? ofResets(headers, now)
