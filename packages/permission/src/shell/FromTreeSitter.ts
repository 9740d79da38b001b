/** Reads a line with the grammar of tree-sitter. Whatever is not named here is not understood. */
import type { Grammar, Node } from "./Grammar.ts"
import { asRedirection, type Lifted } from "./Heredocs.ts"
import type { Arm, Assignment, Branch, Item, Piece, Redirection, Script, Step, Word } from "./Script.ts"
import {
  bareWord,
  deeper,
  makeCommand,
  makeNumber,
  makePipeline,
  makeRedirection,
  makeSequence,
  makeVariable
} from "./Shape.ts"
import { unclear } from "./Unclear.ts"
import { readDoubleQuoted, readUnquoted } from "./Unquoted.ts"
import { makeWord, makeWords, type Part } from "./Words.ts"

/** What is known on the way down. */
interface Way extends Lifted {
  readonly depth: number
}

type Nodes = ReadonlyArray<Node>

/** Reads a text whose heredocs have been lifted out. */
export const readWithTreeSitter = (grammar: Grammar, lifted: Lifted): Script => {
  const way = { ...lifted, depth: 0 }
  const root = { ...grammar(lifted.text), start: 0, end: lifted.text.length }
  return readStatements(childrenOf(root, way), way)
}

const sourceOf = (node: Node, way: Way): string => way.text.slice(node.start, node.end)

/** The children but for comments. Before, between and after them may be nothing but blanks. */
const childrenOf = (node: Node, way: Way): Nodes => {
  let at = node.start
  for (const { end, start } of [...node.children, { start: node.end, end: node.end }]) {
    if (!/^(?:[ \t\n]|\\\n)*$/.test(way.text.slice(at, start))) return unclear("something that one parser passes over")
    at = end
  }
  return node.children.filter((child) => child.type !== "comment")
}

/** The statements between the brackets or keywords that belong to the node itself. */
const readStatements = (nodes: Nodes, way: Way): Step => {
  const items = nodes.flatMap((node): ReadonlyArray<Item> => {
    if (node.type === ";" || node.type === "\n") return []
    if (node.type === "&") return unclear("something that goes on in the background (&)")
    return [{ step: readStatement(node, [], way), next: ";" }]
  })
  return makeSequence(items)
}

/**
 * Reads one statement.
 *
 * The grammar puts redirections around a whole list, pipeline or negation; in bash they belong to the last command of it,
 * so they are handed down.
 */
const readStatement = (node: Node, redirects: Nodes, above: Way): Step => {
  const way = deeper(above)
  const children = childrenOf(node, way)
  const [first, second, third, ...more] = children
  switch (node.type) {
    case "command":
      return readSimple([...children, ...redirects], way)
    case "redirected_statement":
      return first === undefined || first.type.endsWith("_redirect")
        ? readSimple([...children, ...redirects], way)
        : readStatement(first, [...children.slice(1), ...redirects], way)
    case "list": {
      if (first === undefined || third === undefined || more.length > 0) return unclear("an unusual list")
      const next = second?.type === "&&" || second?.type === "||" ? second.type : unclear("an unusual list")
      const last = { step: readStatement(third, redirects, way), next: ";" } as const
      return makeSequence([{ step: readStatement(first, [], way), next }, last])
    }
    case "pipeline":
      return readPipeline(children, redirects, way)
    case "negated_command":
      if (first?.type !== "!" || second === undefined || third !== undefined) return unclear("an unusual negation")
      return { _tag: "Not", body: readStatement(second, redirects, way) }
    case "test_command": {
      const words = children.flatMap((child) => readTest(child, way))
      const { redirections, words: after } = readRedirects(redirects, way)
      return makeCommand({ assignments: [], words: [...words, ...after], redirections })
    }
    default: {
      const { redirections, words } = readRedirects(redirects, way)
      if (words.length > 0) return unclear("words after the end of a group or loop")
      return readCompound(node.type, children, redirections, way)
    }
  }
}

/** A redirection makes the grammar take a whole list for the start of a pipe, as in `a && b 2>&1 | c`: in bash only its last command is. */
const readPipeline = (children: Nodes, redirects: Nodes, way: Way): Step => {
  const steps = children.flatMap((child, index) => {
    if (index % 2 === 0) return [readStatement(child, index === children.length - 1 ? redirects : [], way)]
    return child.type === "|" || child.type === "|&" ? [] : unclear("an unusual pipe")
  })
  const [list, ...rest] = steps
  const last = list?._tag === "Sequence" ? list.items.at(-1)?.step : undefined
  if (list?._tag !== "Sequence" || last === undefined) return makePipeline(steps)
  const start = last._tag === "Pipeline" ? last.steps : [last]
  return makeSequence([...list.items.slice(0, -1), { step: makePipeline([...start, ...rest]), next: ";" }])
}

const readCompound = (type: string, children: Nodes, redirections: ReadonlyArray<Redirection>, way: Way): Step => {
  switch (type) {
    case "subshell":
      return { _tag: "Subshell", body: readStatements(inside(children, "(", ")"), way), redirections }
    case "compound_statement":
      return { _tag: "Group", body: readStatements(inside(children, "{", "}"), way), redirections }
    case "if_statement":
      return readIf(children, redirections, way)
    case "while_statement": {
      const [kind, ...rest] = children
      const body = rest.pop()
      if (kind?.type !== "while" && kind?.type !== "until") return unclear("an unusual loop")
      return {
        _tag: "Loop",
        kind: kind.type,
        condition: readStatements(rest, way),
        body: readDo(body, way),
        redirections
      }
    }
    case "for_statement":
      return readFor(children, redirections, way)
    case "case_statement":
      return readCase(children, redirections, way)
    default:
      return unclear(names[type] ?? "a kind of command that is not plain")
  }
}

/** How people name what the grammar calls otherwise. */
const names: Readonly<Record<string, string>> = {
  function_definition: "a function that is defined",
  declaration_command: "a command that declares variables",
  unset_command: "a command that removes variables or functions",
  variable_assignment: "an assignment without a command",
  variable_assignments: "an assignment without a command"
}

/** What is between the first and the last child. */
const inside = (children: Nodes, from: string, to: string): Nodes =>
  children[0]?.type === from && children.at(-1)?.type === to && children.length > 1
    ? children.slice(1, -1)
    : unclear(`\`${from}\` in an unusual place`)

const readDo = (group: Node | undefined, way: Way): Step =>
  group?.type === "do_group"
    ? readStatements(inside(childrenOf(group, way), "do", "done"), way)
    : unclear("a loop that is not plain")

const readIf = (children: Nodes, redirections: ReadonlyArray<Redirection>, way: Way): Step => {
  const parts = inside(children, "if", "fi")
  const clauses = parts
    .filter((part) => part.type === "elif_clause")
    .map((part) => inside([...childrenOf(part, way), part], "elif", "elif_clause"))
  const last = parts.at(-1)?.type === "else_clause" ? parts.at(-1) : undefined
  const main = parts.filter((part) => part.type !== "elif_clause" && part !== last)
  const branches = [main, ...clauses].map((clause): Branch => {
    const then = clause.findIndex((child) => child.type === "then")
    return { condition: readStatements(clause.slice(0, then), way), body: readStatements(clause.slice(then + 1), way) }
  })
  if (last === undefined) return { _tag: "If", branches, redirections }
  return { _tag: "If", branches, otherwise: readStatements(childrenOf(last, way).slice(1), way), redirections }
}

const readFor = (children: Nodes, redirections: ReadonlyArray<Redirection>, way: Way): Step => {
  const [keyword, name, preposition, ...rest] = children
  const body = rest.pop()
  if (keyword?.type !== "for" || name === undefined || preposition?.type !== "in")
    return unclear("a loop without a list")
  return {
    _tag: "For",
    variable: sourceOf(name, way),
    words: rest.filter(({ type }) => type !== ";" && type !== "\n").flatMap((word) => readWords(word, way)),
    body: readDo(body, way),
    redirections
  }
}

const readCase = (children: Nodes, redirections: ReadonlyArray<Redirection>, way: Way): Step => {
  const [keyword, word, ...rest] = children.filter(({ type }) => type !== "\n" && type !== ";")
  if (keyword?.type !== "case" || word === undefined) return unclear("an unusual case")
  const arms = inside(rest, "in", "esac").map((item): Arm => {
    const parts = childrenOf(item, way)
    const end = parts.findIndex(({ type }) => type === ")")
    const terminator = parts.at(-1)?.type ?? ""
    if (item.type !== "case_item" || end === -1 || /^;;?&$/.test(terminator)) return unclear("an unusual case")
    const patterns = parts
      .slice(0, end)
      .filter(({ type }) => type !== "|" && type !== "(")
      .map((one) => readWord(one, way))
    const body = parts.slice(end + 1).filter(({ type }) => type !== ";;")
    return body.every(({ type }) => type === "\n" || type === ";")
      ? { patterns }
      : { patterns, body: readStatements(body, way) }
  })
  return { _tag: "Case", word: readWord(word, way), arms, redirections }
}

const operators = /^(?:!|&&|\|\||\(|\)|\[\[?|\]\]?|==?|!=|test_operator)$/

const readTest = (node: Node, way: Way): ReadonlyArray<Word> => {
  if (node.type.endsWith("_expression") && node.type !== "brace_expression") {
    const further = deeper(way)
    return childrenOf(node, way).flatMap((child) => readTest(child, further))
  }
  return operators.test(node.type) ? [bareWord(sourceOf(node, way))] : readWords(node, way)
}

const readSimple = (nodes: Nodes, way: Way): Step => {
  const assignments: Array<Assignment> = []
  const words: Array<Word> = []
  const redirections: Array<Redirection> = []
  for (const node of nodes) {
    if (node.type === "variable_assignment") assignments.push(readAssignment(node, way))
    else if (node.type === "command_name")
      words.push(...childrenOf(node, way).flatMap((child) => readWords(child, way)))
    else if (node.type.endsWith("_redirect")) {
      const read = readRedirects([node], way)
      redirections.push(...read.redirections)
      words.push(...read.words)
    } else words.push(...readWords(node, way))
  }
  return makeCommand({ assignments, words, redirections })
}

const readAssignment = (node: Node, way: Way): Assignment => {
  const [name, equals, value, ...more] = childrenOf(node, way)
  if (name?.type !== "variable_name" || equals?.type !== "=" || more.length > 0)
    return unclear("an assignment that is not plain")
  return { name: sourceOf(name, way), value: value === undefined ? makeWord([], "") : readWord(value, way) }
}

/** Redirections, and the words of the command that the grammar takes for more of their targets. */
const readRedirects = (nodes: Nodes, way: Way) => {
  const redirections: Array<Redirection> = []
  const words: Array<Word> = []
  for (const node of nodes) {
    const children = childrenOf(node, way)
    const descriptor = children[0]?.type === "file_descriptor" ? children[0] : undefined
    const [operator, target, ...more] = descriptor === undefined ? children : children.slice(1)
    if (operator === undefined || target === undefined || !isOperator(operator.type))
      return unclear("a redirection that is not plain")
    const from = descriptor === undefined ? {} : { descriptor: Number(sourceOf(descriptor, way)) }
    redirections.push(readRedirect(operator.type, target, from, way))
    words.push(...more.flatMap((word) => readWords(word, way)))
  }
  return { redirections, words }
}

/** A redirection, or the heredoc that was lifted out from its place. */
const readRedirect = (
  operator: Parameters<typeof makeRedirection>[0],
  node: Node,
  from: Pick<Redirection, "descriptor">,
  way: Way
): Redirection => {
  const heredoc = way.heredocs.get(sourceOf(node, way))
  if (heredoc !== undefined && operator === "<" && from.descriptor === undefined) return asRedirection(heredoc)
  if (heredoc !== undefined) return unclear("a heredoc that is not plain")
  return makeRedirection(operator, readWord(node, way), from)
}

const isOperator = (type: string): type is Parameters<typeof makeRedirection>[0] =>
  /^(?:>[>|&]?|<&?|&>>?|<<<)$/.test(type)

const readWords = (node: Node, way: Way): ReadonlyArray<Word> =>
  makeWords(readParts(node, way), way.source(node.start, node.end))
const readWord = (node: Node, way: Way): Word => makeWord(readParts(node, way), way.source(node.start, node.end))

/** Kinds of nodes that are text without quotes. */
const unquoted = /^(?:word|number|variable_name|extglob_pattern|brace_expression|test_operator|\$|==|=~)$/

const readParts = (node: Node, way: Way): ReadonlyArray<Part> => {
  const children = node.type === "concatenation" ? childrenOf(node, way) : [node]
  const parts: Array<Part> = []
  let at = 0
  while (at < children.length) {
    const first = children[at]
    let end = at
    while (unquoted.test(children[end]?.type ?? "")) end++
    const last = children[end - 1]
    if (first !== undefined && last !== undefined && end > at)
      parts.push(...readUnquoted(way.text.slice(first.start, last.end), at === 0, end - at === children.length))
    else if (first !== undefined) parts.push(...readQuoted(first, way))
    at = Math.max(end, at + 1)
  }
  return parts
}

const readQuoted = (node: Node, way: Way): ReadonlyArray<Part> => {
  switch (node.type) {
    case "raw_string":
      return [{ _tag: "Text", text: sourceOf(node, way).slice(1, -1), quoted: true }]
    case "string":
      return readString(node, way)
    default:
      return [readExpansion(node, false, way)]
  }
}

/** The text between expansions may be in no node of its own. */
const readString = (node: Node, way: Way): ReadonlyArray<Part> => {
  const parts: Array<Part> = [{ _tag: "Text", text: "", quoted: true }]
  let at = node.start + 1
  for (const child of node.children) {
    if (!/_(?:expansion|substitution)$|^expansion$/.test(child.type)) continue
    // Blanks in front of an expansion are text, though the grammar takes them for a part of it.
    const start = child.start + (/^\s*/.exec(sourceOf(child, way))?.[0].length ?? 0)
    parts.push(readDoubleQuoted(way.text.slice(at, start)), readExpansion({ ...child, start }, true, way))
    at = child.end
  }
  return [...parts, readDoubleQuoted(way.text.slice(at, node.end - 1))]
}

const readExpansion = (node: Node, quoted: boolean, way: Way): Piece => {
  const source = sourceOf(node, way)
  switch (node.type) {
    case "simple_expansion":
      return makeVariable(source.slice(1), quoted)
    case "expansion":
      return makeVariable(source.slice(2, -1), quoted)
    case "arithmetic_expansion":
      return makeNumber(source, quoted)
    case "command_substitution":
    case "process_substitution": {
      const children = childrenOf(node, way)
      const nodes = source.startsWith("`") ? inside(children, "`", "`") : inside(children, source.slice(0, 2), ")")
      const kind = node.type === "command_substitution" ? "command" : "input"
      return { _tag: "Substitution", kind, script: readStatements(nodes, deeper(way)), quoted }
    }
    case "ansi_c_string":
    case "translated_string":
      return unclear("quotes with a $ before them")
    default:
      return unclear("a part of a word that is not plain")
  }
}
