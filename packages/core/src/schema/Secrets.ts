/** What is a key, by the name of its variable or by its shape: such text is taken out of what leaves the machine. */

const names = /(_API_KEY|_TOKEN|_SECRET_KEY|_ACCESS_KEY|_TOKEN_BEDROCK)$/

/** A shorter value is no key, and would be found in ordinary words. */
const shortest = 8

/** The keys that an environment holds: the name and the value of each. */
export const keysOf = (
  environment: Readonly<Record<string, string | undefined>>
): ReadonlyArray<readonly [name: string, value: string]> =>
  Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && value.length >= shortest && names.test(name) ? [[name, value] as const] : []
  )

/** Long enough, and with a digit, so that no name in a program is taken for a key. */
const shapes = [
  String.raw`\b(?:sk|pk|rk|gsk|xai|csk|fw|hf|nvapi|pplx|r8|tgp)[-_](?=[A-Za-z_-]{0,60}\d)[A-Za-z0-9_-]{20,}`,
  String.raw`\bgh[pousr]_[A-Za-z0-9]{30,}`,
  String.raw`\bgithub_pat_[A-Za-z0-9_]{30,}`,
  String.raw`\bAIza[A-Za-z0-9_-]{30,}`,
  String.raw`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`,
  String.raw`\bxox[abeprs]-[A-Za-z0-9-]{10,}`,
  String.raw`(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+`,
  String.raw`-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----`
]

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

/** What stands in the place of a key. */
export const hidden = "[key]"

/** Finds these values, and whatever has the shape of a key. */
export const keyPattern = (values: ReadonlyArray<string> = []): RegExp => {
  // A longer value may begin with a shorter one.
  const known = values.filter((value) => value !== "").toSorted((a, b) => b.length - a.length)
  return new RegExp([...known.map(quoted), ...shapes].join("|"), "g")
}

/** The text without these values, and without what has the shape of a key. */
export const withoutKeys = (text: string, values: ReadonlyArray<string> = []): string =>
  text.replace(keyPattern(values), hidden)
