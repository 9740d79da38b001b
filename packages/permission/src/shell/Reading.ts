/** Reads a line of shell. */
import { readWithUnbash } from "./FromUnbash.ts"
import type { Script } from "./Script.ts"
import { Unclear } from "./Unclear.ts"

/** What reading a line gave. */
export type Reading =
  | { readonly _tag: "Understood"; readonly script: Script }
  | {
      readonly _tag: "NotUnderstood"
      /** What is not understood, in a few words for people. */
      readonly why: string
      /** What could be seen of commands, with their words: for rules that deny, which no unusual spelling may escape. */
      readonly commands: ReadonlyArray<ReadonlyArray<string>>
    }

/** Reads a line. */
export const read = (text: string): Reading => {
  try {
    return { _tag: "Understood", script: readWithUnbash(text).script }
  } catch (error) {
    if (!(error instanceof Unclear)) throw error
    return { _tag: "NotUnderstood", why: error.message, commands: [] }
  }
}
