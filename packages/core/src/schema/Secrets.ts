/** What is a key, by the name of its variable or by its shape: such text is taken out of what leaves the machine. */

const names = /(?:^|_)(?:API_?KEY|TOKEN|SECRET_KEY|ACCESS_KEY|TOKEN_BEDROCK)$/

/** Names that others have, too: there a value without a digit is a word or a path. */
const vagueNames = /(?:^|_)(?:KEY|SECRET|PASSWORD|PASSPHRASE)$/

/** A shorter value is no key, and would be found in ordinary words. */
const shortest = 8

const isKey = (name: string, value: string): boolean =>
  value.length >= shortest && (names.test(name) || (vagueNames.test(name) && /\d/.test(value)))

/** The keys that an environment holds: the name and the value of each. */
export const keysOf = (
  environment: Readonly<Record<string, string | undefined>>
): ReadonlyArray<readonly [name: string, value: string]> =>
  Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && isKey(name, value) ? [[name, value] as const] : []
  )

const begin = "-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----"

/** Long enough, and with a digit, so that no name in a program is taken for a key. */
const shapes = [
  String.raw`\b(?:sk|pk|rk|gsk|xai|csk|fw|hf|nvapi|pplx|r8|tgp)[-_](?=[A-Za-z_-]{0,60}\d)[A-Za-z0-9_-]{20,}`,
  String.raw`\bgh[pousr]_[A-Za-z0-9]{30,}`,
  String.raw`\bgithub_pat_[A-Za-z0-9_]{30,}`,
  String.raw`\bAIza[A-Za-z0-9_-]{30,}`,
  String.raw`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`,
  String.raw`\bxox[abeprs]-[A-Za-z0-9-]{10,}`,
  String.raw`(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+`,
  // In a header, and in an address.
  String.raw`(?<=\b(?:Bearer|Basic) )(?=[A-Za-z._~+/-]{0,60}\d)[A-Za-z0-9._~+/-]{16,}=*`,
  String.raw`(?<=://[^\s/:@"']{0,60}:)(?=[^\s\d/@"'{}]{0,60}\d)[^\s/@"'{}]{8,100}(?=@)`,
  // To its end; where that is cut off, its lines, numbered or not.
  `${begin}(?:(?!-----)[^])*-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----`,
  String.raw`${begin}(?:(?:\s|\\+[nrt]|\d+\t)*[A-Za-z0-9+/=]{16,})+`
]

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)

/** What stands in the base64 of any text with this in it: the digits that hold nothing of its neighbours, for each place. */
const inBase64 = (text: string): ReadonlyArray<string> =>
  [0, 1, 2].map((before) => {
    const bytes = new TextEncoder().encode(" ".repeat(before) + text)
    const all = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    return all.slice(Math.ceil((before * 4) / 3), Math.floor((bytes.length * 4) / 3))
  })

/** A value by itself, line by line, in JSON within JSON, in an address, and in base64, e.g. of a header. */
const spellings = (value: string): ReadonlyArray<string> => {
  const lines = value.split(/\r?\n/).filter((line) => line.length >= shortest && !line.startsWith("-----"))
  const whole = [value, ...(lines.length > 1 ? lines : [])]
  const escaped = whole.flatMap((text) => [
    text,
    inJson(text),
    inJson(inJson(text)),
    encodeURIComponent(text.toWellFormed())
  ])
  return value.length < shortest ? escaped : [...escaped, ...inBase64(value)]
}

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

/** What stands in the place of a key. */
export const hidden = "[key]"

const anyOf = (values: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set(values.filter((value) => value !== "").flatMap(spellings))]
    // A longer text may begin with a shorter one.
    .toSorted((a, b) => b.length - a.length)
    .map(quoted)

/** Finds these values, however they are spelled, and whatever has the shape of a key. */
export const keyPattern = (values: ReadonlyArray<string> = []): RegExp =>
  new RegExp([...anyOf(values), ...shapes].join("|"), "g")

/** The text without these values, and without what has the shape of a key. */
export const withoutKeys = (text: string, values: ReadonlyArray<string> = []): string =>
  text.replace(keyPattern(values), hidden)

/** The text with something else in the place of a value, however that is spelled. */
export const replaceValue = (text: string, value: string, by: string): string =>
  value === "" ? text : text.replace(new RegExp(anyOf([value]).join("|"), "g"), () => by)
