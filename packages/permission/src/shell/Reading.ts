/** Reads a line of shell: understood is what two parsers read alike, as nothing but plain forms. */
import { readWithTreeSitter } from "./FromTreeSitter.ts"
import { readWithUnbash } from "./FromUnbash.ts"
import { type GrammarBytes, loadGrammar } from "./Grammar.ts"
import { checkText } from "./Guards.ts"
import { lift } from "./Heredocs.ts"
import { isSame } from "./Same.ts"
import type { Script } from "./Script.ts"
import { seeCommands, type Sighting } from "./Sightings.ts"
import { Unclear, unclear } from "./Unclear.ts"

/** What reading a line gave. */
export type Reading =
  | { readonly _tag: "Understood"; readonly script: Script }
  | {
      readonly _tag: "NotUnderstood"
      /** What is not understood, in a few words for people. */
      readonly why: string
      /** What could be seen of commands, with their words: for rules that deny, which no unusual spelling may escape. */
      readonly commands: ReadonlyArray<Sighting>
    }

/** Reads a line. */
export type Reader = (text: string) => Reading

/** Loads the parsers. */
export const loadReader = async (bytes: GrammarBytes): Promise<Reader> => {
  const grammar = await loadGrammar(bytes)
  const understand = (text: string): Script => {
    checkText(text) // guard: I7 permission/test/shell/Reading.test.ts
    const { heredocs, script } = readWithUnbash(text)
    const second = readWithTreeSitter(grammar, lift(text, heredocs))
    if (!isSame(script, second)) return unclear("two parsers read it differently") // guard: I7 permission/test/shell/Reading.test.ts
    return script
  }
  return (text) => {
    try {
      return { _tag: "Understood", script: understand(text) }
    } catch (error) {
      if (!(error instanceof Unclear)) throw error
      return { _tag: "NotUnderstood", why: error.message, commands: seeCommands(text) }
    }
  }
}
