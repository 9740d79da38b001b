/** Loads what reads lines of shell, which nothing else imports: the parsers are large. */
import type { GrammarBytes } from "./Grammar.ts"
import type { Reader } from "./Reading.ts"

/** Once in a process is enough; where there is no Node, the bytes come from somewhere else. */
export const loadReader = async (bytes: GrammarBytes): Promise<Reader> => {
  const { makeReader } = await import("./Reader.ts")
  return makeReader(bytes)
}
