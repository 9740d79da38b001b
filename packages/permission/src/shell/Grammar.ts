/** The parser of tree-sitter, as trees of plain values. */
import { Language, Parser, type TreeCursor } from "web-tree-sitter"
import { unclear } from "./Unclear.ts"

/** The WebAssembly of `web-tree-sitter` and of `tree-sitter-bash`. */
export interface GrammarBytes {
  readonly engine: Uint8Array
  readonly grammar: Uint8Array
}

/** A node of the tree; offsets into the text. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly children: ReadonlyArray<Node>
}

/** Parses a text. What is wrong, too large or too deep is not understood. */
export type Grammar = (text: string) => Node

/** More than any line has that a person reads. */
const maximumNodes = 3_000

/** Deeper than any line goes that is not nested on purpose: a level of the line is several of the tree. */
const maximumLevels = 200

/** How often the parser may tell of its progress; it does so after every few hundred steps. */
const maximumProgress = 150

/** A line that goes through most of the parser, its ways out of errors too. */
const warmUp = `A=1 ls -la "a $B" 'c' \${D} $(cat x | wc -l) 2>&1 && [ -f e ] || ! f; if g; then h; fi # i
for j in k *.l; do echo $((1 + 2)); done <<< "m"; case n in o) p;; esac; (q); { r; }; s \\t )`

/** Loads the parser and uses it once, so that V8 compiles the most of it now. */
export const loadGrammar = async ({ engine, grammar }: GrammarBytes): Promise<Grammar> => {
  await Parser.init({ wasmBinary: engine })
  const parser = new Parser()
  parser.setLanguage(await Language.load(grammar))
  const parse: Grammar = (text) => {
    let progress = 0
    const tree = parser.parse(text, null, { progressCallback: () => ++progress > maximumProgress })
    if (tree === null) {
      parser.reset()
      return unclear("it takes too long to read")
    }
    const cursor = tree.walk()
    try {
      return copyTree(cursor)
    } finally {
      cursor.delete()
      tree.delete()
    }
  }
  parser.parse(warmUp)?.delete()
  return parse
}

interface Open extends Node {
  readonly children: Array<Node>
}

/** Copies the tree, in a loop and not by recursion: a hostile line may be of any depth. */
const copyTree = (cursor: TreeCursor): Node => {
  const open: Array<Open> = []
  for (let nodes = 1; ; nodes++) {
    if (nodes > maximumNodes || open.length > maximumLevels) return unclear("it is too long or too deep")
    const type = cursor.nodeType
    if (type === "ERROR" || cursor.nodeIsMissing) return unclear("the syntax is wrong or unusual")
    const node: Open = { type, start: cursor.startIndex, end: cursor.endIndex, children: [] }
    open.at(-1)?.children.push(node)
    open.push(node)
    if (cursor.gotoFirstChild()) continue
    open.pop()
    let closed: Node = node
    while (!cursor.gotoNextSibling()) {
      if (!cursor.gotoParent()) return closed
      closed = open.pop() ?? closed
    }
  }
}
