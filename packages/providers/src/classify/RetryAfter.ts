/** How long a server asks to wait. */

const unitMillis: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

const positive = (millis: number): number | undefined =>
  Number.isFinite(millis) && millis >= 0 ? Math.ceil(millis) : undefined

const fromHeader = (value: string, now: number): number | undefined => {
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return positive(Number(value) * 1_000)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

const fromText = (text: string): number | undefined => {
  const found = /(?:try again|retry|wait)[^.\d]{0,20}((?:\d+(?:\.\d+)?\s?(?:ms|[smh])[a-z]*\s?)+)/.exec(text)
  if (found === null) return undefined
  const pieces = [...(found[1] ?? "").matchAll(/(\d+(?:\.\d+)?)\s?(ms|[smh])/g)]
  return positive(pieces.reduce((sum, [, count, unit]) => sum + Number(count) * (unitMillis[unit ?? "s"] ?? 0), 0))
}

/** From `retry-after-ms`, `retry-after` (seconds or a date), or else from what the message says. */
export const retryAfterMillis = (
  headers: Readonly<Record<string, string>>,
  text: string,
  now: number
): number | undefined => {
  const millis = headers["retry-after-ms"]
  if (millis !== undefined && millis.trim() !== "") {
    const asked = positive(Number(millis))
    if (asked !== undefined) return asked
  }
  const after = headers["retry-after"]
  return (after === undefined ? undefined : fromHeader(after, now)) ?? fromText(text)
}
