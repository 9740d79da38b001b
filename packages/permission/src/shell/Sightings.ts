/**
 * What can be seen of the commands of a line that is not understood.
 *
 * Only rules that deny look at it, so it may see too much, but should miss nothing that a person could have meant to forbid.
 */
import { forEachChild, parse, type Script as Tree, type SyntaxNode } from "unbash"
import { tooMuch } from "./Guards.ts"

/** The words of one command. */
export type Sighting = ReadonlyArray<string>

/** How many nodes of a tree are looked at; a line that may be parsed has fewer. */
const maximumNodes = 10_000

/** How deep in expansions the parser is followed; a crude look goes to any depth. */
const maximumDepth = 3

/** All commands that can be seen in a text, each once. */
export const seeCommands = (text: string): ReadonlyArray<Sighting> => seeCommandsIn(text, () => parse(text))

/** The same for a text of which the tree is known, or made when it is not too much for a parser. */
export const seeCommandsIn = (text: string, tree: () => Tree): ReadonlyArray<Sighting> => {
  // Braces make words of a list; what is in quotes may be a program of its own.
  const texts = new Set([text, text.replace(/[{},]/g, " "), text.replace(/["']/g, "\n")])
  const parsed = tooMuch(text) === undefined ? seeParsed(tree()) : []
  const crude = new Set([...texts].flatMap(divide))
  const seen = [...parsed, ...Array.from(crude, seeCrudely)].filter((words) => words.length > 0)
  return [...new Map(seen.map((words) => [words.join("\0"), words])).values()]
}

/** A word without these has nothing in it that runs, and most words are without. */
const mayHoldCommands = (node: SyntaxNode): boolean => node.type !== "Word" || /[$`(]/.test(node.text)

/** What a parser makes of it that does not give up. */
const seeParsed = (tree: Tree): ReadonlyArray<Sighting> => {
  const seen: Array<Sighting> = []
  const waiting: Array<{ readonly node: SyntaxNode; readonly depth: number }> = [{ node: tree, depth: 0 }]
  for (let nodes = 0; nodes < maximumNodes; nodes++) {
    const next = waiting.pop()
    if (next === undefined) break
    const { depth, node } = next
    if (node.type === "Command") {
      const words = [node.name, ...node.args].filter((word) => word !== undefined)
      seen.push(words.map((word) => (word.type === "Word" ? word.value : word.text)))
    }
    // What is in an expansion is parsed when it is looked at, from there to its end.
    const below = node.type.endsWith("Expansion") || node.type === "ProcessSubstitution" ? depth + 1 : depth
    if (below <= maximumDepth)
      forEachChild(node, (child) => {
        if (mayHoldCommands(child)) waiting.push({ node: child, depth: below })
      })
  }
  return seen
}

/** Words that stand before a command and are none. */
const before = /^(?:if|then|elif|else|while|until|do|time|coproc|function|[!{}]|[A-Za-z_]\w*\+?=.*)$/s

/**
 * What is between the characters that can end a command, wherever they stand: also in quotes, comments and heredocs, since
 * what is text for one command is a program for the next (`sh -c '...'`).
 */
const divide = (text: string): ReadonlyArray<string> =>
  text
    .replace(/\\\n/g, "")
    .replace(/\$(?:IFS\b|\{IFS\})/g, " ")
    .replace(/\$(?=["'])|["'\\]/g, "")
    .split(/[;&|()`\n\r]+/)

/** The words of such a part, without redirections and what stands before a command. */
const seeCrudely = (part: string): Sighting => {
  const words = part.replace(/\d{0,2}[<>]+\s*[^\s<>]*/g, " ").split(/\s+/)
  const first = words.findIndex((word) => word !== "" && !before.test(word))
  return first === -1 ? [] : words.slice(first).filter((word) => word !== "")
}
