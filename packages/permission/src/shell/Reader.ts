/** Reads a line of shell with two parsers and compares what they say. */
import { parse, type Script as Tree } from "unbash"
import { readWithTreeSitter } from "./FromTreeSitter.ts"
import { readWithUnbash } from "./FromUnbash.ts"
import { type GrammarBytes, loadGrammar } from "./Grammar.ts"
import { checkText } from "./Guards.ts"
import { lift } from "./Heredocs.ts"
import type { Reader } from "./Reading.ts"
import { isSame } from "./Same.ts"
import type { Script } from "./Script.ts"
import { seeCommandsIn } from "./Sightings.ts"
import { checkSize } from "./Size.ts"
import { Unclear, unclear } from "./Unclear.ts"

/** Loads the grammar; reading itself is synchronous. */
export const makeReader = async (bytes: GrammarBytes): Promise<Reader> => {
  const grammar = await loadGrammar(bytes)
  const understand = (text: string, tree: () => Tree): Script => {
    checkText(text) // guard: I7 permission/test/shell/Reading.test.ts
    const { heredocs, script } = readWithUnbash(text, tree())
    checkSize(script) // guard: I9 permission/test/judge/Bounds.test.ts #do not fit
    const second = readWithTreeSitter(grammar, lift(text, heredocs))
    if (!isSame(script, second)) return unclear("two parsers read it differently") // guard: I7 permission/test/shell/Reading.test.ts
    return script
  }
  return (text) => {
    // Parsed once, and only when the text is not too much for it.
    let parsed: Tree | undefined
    const tree = () => (parsed ??= parse(text))
    try {
      return { _tag: "Understood", script: understand(text, tree) }
    } catch (error) {
      if (!(error instanceof Unclear)) throw error
      return { _tag: "NotUnderstood", why: error.message, commands: seeCommandsIn(text, tree) }
    }
  }
}
