/** The last net for keys: what the environment holds as one is never printed about the work. */

const names = /(_API_KEY|_TOKEN|_SECRET_KEY|_ACCESS_KEY|_TOKEN_BEDROCK)$/

/** A shorter value is no key, and would be found in ordinary words. */
const shortest = 8

/** Replaces the value of each key of the environment. */
export const withoutSecrets = (text: string, environment: NodeJS.ProcessEnv = process.env): string => {
  let clean = text
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && value.length >= shortest && names.test(name))
      clean = clean.replaceAll(value, `[${name}]`)
  }
  return clean
}
