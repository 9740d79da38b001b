/** Takes keys out of what a provider wrote: some repeat the key that they refuse. */

const shapes: ReadonlyArray<RegExp> = [
  /\b(?:sk|pk|rk|gsk|xai|key|csk|fw|hf|nvapi|pplx|r8|tgp)[-_][A-Za-z0-9*_-]{6,}/g,
  /\bAIza[A-Za-z0-9_-]{10,}/g,
  /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/*=-]{6,}/gi
]

const hidden = "[key]"

/** The text without the given secrets and without anything shaped like a key. */
export const redact = (text: string, secrets: ReadonlyArray<string>): string => {
  const known = secrets.reduce((left, secret) => (secret === "" ? left : left.replaceAll(secret, hidden)), text)
  return shapes.reduce((left, shape) => left.replace(shape, hidden), known)
}
