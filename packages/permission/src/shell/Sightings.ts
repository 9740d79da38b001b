/**
 * What can be seen of the commands of a line that is not understood.
 *
 * Only rules that deny look at it, so it may see too much, but should miss nothing that a person could have meant to forbid.
 */
import { forEachChild, parse, type SyntaxNode } from "unbash"
import { maximumLength } from "./Guards.ts"
import { maximumDepth } from "./Shape.ts"

/** The words of one command. */
export type Sighting = ReadonlyArray<string>

/** How many nodes of a tree are looked at; a line that may be parsed has fewer. */
const maximumNodes = 10_000

/** All commands that can be seen in a text, each once. */
export const seeCommands = (text: string): ReadonlyArray<Sighting> => {
  const texts = [text, text.replace(/[{},]/g, " ")]
  const parsed = text.length <= maximumLength ? seeParsed(text) : []
  const seen = [...parsed, ...texts.flatMap(seeCrudely)].filter((words) => words.length > 0)
  return [...new Map(seen.map((words) => [words.join("\0"), words])).values()]
}

/** What a parser makes of it that does not give up. */
const seeParsed = (text: string): ReadonlyArray<Sighting> => {
  const seen: Array<Sighting> = []
  const waiting: Array<{ readonly node: SyntaxNode; readonly depth: number }> = [{ node: parse(text), depth: 0 }]
  for (let nodes = 0; nodes < maximumNodes; nodes++) {
    const next = waiting.pop()
    if (next === undefined) break
    const { depth, node } = next
    if (node.type === "Command") {
      const words = [node.name, ...node.args].filter((word) => word !== undefined)
      seen.push(words.map((word) => (word.type === "Word" ? word.value : word.text)))
    }
    // Each script in another is parsed when it is looked at.
    const below = node.type === "Script" ? depth + 1 : depth
    if (below <= maximumDepth) forEachChild(node, (child) => waiting.push({ node: child, depth: below }))
  }
  return seen
}

/** Words that stand before a command and are none. */
const before = /^(?:if|then|elif|else|while|until|do|time|coproc|function|[!{}]|[A-Za-z_]\w*\+?=.*)$/s

/**
 * What is between the characters that can end a command, wherever they stand: also in quotes, comments and heredocs, since
 * what is text for one command is a program for the next (`sh -c '...'`).
 */
const seeCrudely = (text: string): ReadonlyArray<Sighting> =>
  text
    .replace(/\\\n/g, "")
    .replace(/\$(?:IFS\b|\{IFS\})/g, " ")
    .replace(/\$(?=["'])|["'\\]/g, "")
    .split(/[;&|()`\n\r]/)
    .map((part) => {
      const words = part
        .replace(/\d{0,2}[<>]+\s*[^\s<>]*/g, " ")
        .split(/\s+/)
        .filter((word) => word !== "")
      const first = words.findIndex((word) => !before.test(word))
      return first === -1 ? [] : words.slice(first)
    })
