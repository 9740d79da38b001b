/** The last net for keys: what the environment holds as one is never printed about the work. */
import { keysOf, replaceValue } from "@rein/core/schema/Secrets"

/** Replaces the value of each key of the environment. */
export const withoutSecrets = (text: string, environment: NodeJS.ProcessEnv = process.env): string =>
  keysOf(environment).reduce((clean, [name, value]) => replaceValue(clean, value, `[${name}]`), text)
