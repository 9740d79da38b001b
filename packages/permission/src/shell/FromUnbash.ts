/** Reads a line with the parser `unbash`. Whatever is not named here is not understood. */
import type * as Tree from "unbash"
import { asRedirection, type Place, readHeredoc } from "./Heredocs.ts"
import type { Arm, Assignment, Item, Piece, Redirection, Script, SimpleCommand, Step, Word } from "./Script.ts"
import {
  bareWord,
  deeper,
  makeCommand,
  makeNumber,
  makePipeline,
  makeRedirection,
  makeSequence,
  makeTimed,
  makeVariable
} from "./Shape.ts"
import { checkCommands, checkWords } from "./Size.ts"
import { unclear } from "./Unclear.ts"
import { makeWord, makeWords, type Part, readBraces, readGlob, readTilde } from "./Words.ts"

/** What was read, and where in the text the heredocs are. */
export interface Read {
  readonly script: Script
  readonly heredocs: ReadonlyArray<Place>
}

/** What is known on the way down. */
interface Way {
  readonly text: string
  readonly depth: number
  readonly heredocs: Array<Place>
}

/** Reads a text of which the parser has made this tree. */
export const readWithUnbash = (text: string, tree: Tree.Script): Read => {
  const heredocs: Array<Place> = []
  return { script: readScript(tree, { text, depth: 0, heredocs }), heredocs }
}

const readScript = (script: Tree.ParsedScript | undefined, way: Way): Script => {
  if (script === undefined) return unclear("commands that cannot be read")
  const [error] = script.errors ?? []
  if (error !== undefined) return unclear(`the syntax is wrong (${error.message})`)
  return readStatements(script.commands, deeper(way))
}

const readStatements = (statements: ReadonlyArray<Tree.Statement>, way: Way): Step => {
  checkCommands(statements.length)
  return makeSequence(
    statements.flatMap(({ background, command }): ReadonlyArray<Item> => {
      if (background === true) return unclear("something that goes on in the background (&)")
      const commands = command.type === "AndOr" ? command.commands : [command]
      const operators = command.type === "AndOr" ? command.operators : []
      return commands.map((one, index) => ({ step: readCommand(one, way), next: operators[index] ?? ";" }))
    })
  )
}

const readPipeline = ({ commands, prefixes }: Tree.Pipeline, way: Way): Step => {
  const [prefix, ...more] = prefixes
  if (more.length > 0) return unclear("`time` or `!` twice")
  const [first, ...rest] = commands.map((command) => readCommand(command, way))
  if (first === undefined) return unclear("there is nothing to run")
  const timed = prefix?.type === "Time" ? makeTimed(first, prefix.posix === undefined ? [] : ["-p"]) : first
  const body = makePipeline([timed, ...rest])
  return prefix?.type === "Negation" ? { _tag: "Not", body } : body
}

const readCommand = (command: Tree.PipelineNode, way: Way): Step => {
  switch (command.type) {
    case "Pipeline":
      return readPipeline(command, way)
    case "Command":
      return readSimple(command, way)
    case "Redirected":
      return readCompound(command.command, readRedirections(command.redirects, way), deeper(way))
    case "Function":
      return unclear("a function that is defined")
    case "Coproc":
      return unclear("`coproc`")
    default:
      return readCompound(command, [], deeper(way))
  }
}

const readCompound = (command: Tree.CompoundCommand, redirections: ReadonlyArray<Redirection>, way: Way): Step => {
  const list = ({ commands }: Tree.CompoundList) => readStatements(commands, way)
  switch (command.type) {
    case "Subshell":
      return { _tag: "Subshell", body: list(command.body), redirections }
    case "BraceGroup":
      return { _tag: "Group", body: list(command.body), redirections }
    case "While":
      return {
        _tag: "Loop",
        kind: command.kind,
        condition: list(command.clause),
        body: list(command.body),
        redirections
      }
    case "For":
      return readFor(command, redirections, way)
    case "If": {
      const branches = [command, ...command.elif].map(({ clause, then }) => ({
        condition: list(clause),
        body: list(then)
      }))
      const otherwise = command.else === undefined ? {} : { otherwise: list(command.else) }
      return { _tag: "If", branches, ...otherwise, redirections }
    }
    case "Case":
      return {
        _tag: "Case",
        word: readWord(command.word, way),
        arms: command.items.map((item) => readArm(item, way)),
        redirections
      }
    case "TestCommand": {
      const words = [bareWord("[["), ...readTest(command.expression, way), bareWord("]]")]
      return makeCommand({ assignments: [], words, redirections })
    }
    default:
      return unclear("a loop or a calculation of bash's own kind")
  }
}

const readFor = (command: Tree.For, redirections: ReadonlyArray<Redirection>, way: Way): Step => {
  if (command.wordlist === undefined) return unclear("a loop without a list")
  return {
    _tag: "For",
    variable: command.name.text,
    words: command.wordlist.flatMap((word) => readWords(word, way)),
    body: readStatements(command.body.commands, way),
    redirections
  }
}

const readArm = ({ body, pattern, terminator }: Tree.CaseItem, way: Way): Arm => {
  if (terminator !== undefined && terminator !== ";;") return unclear(`\`${terminator}\` in a case`)
  const patterns = pattern.map((word) => readWord(word, way))
  return body.commands.length === 0 ? { patterns } : { patterns, body: readStatements(body.commands, way) }
}

const readTest = (test: Tree.TestExpression, way: Way): ReadonlyArray<Word> => {
  const further = deeper(way)
  switch (test.type) {
    case "TestUnary": {
      // Of a word alone it says that it tests for text.
      const operator = test.operand.pos === test.pos ? [] : [bareWord(test.operator)]
      return [...operator, readWord(test.operand, way)]
    }
    case "TestBinary":
      return [readWord(test.left, way), bareWord(test.operator), readWord(test.right, way)]
    case "TestLogical":
      return test.operands.flatMap((operand, index) => [
        ...(index === 0 ? [] : [bareWord(test.operator)]),
        ...readTest(operand, further)
      ])
    case "TestNot":
      return [...test.negations.map(() => bareWord("!")), ...readTest(test.operand, further)]
    case "TestGroup":
      return [bareWord("("), ...readTest(test.expression, further), bareWord(")")]
  }
}

const readSimple = ({ name, prefix, suffix }: Tree.Command, way: Way): SimpleCommand => {
  const parts = [...prefix, ...suffix]
  checkWords(parts.length)
  const redirections = parts.filter((part) => part.type !== "Word" && part.type !== "Assignment")
  const rest = suffix.flatMap((part) => {
    if (part.type === "Assignment") return unclear(`\`${name?.text}\` with assignments`)
    return part.type === "Word" ? readWords(part, way) : []
  })
  return makeCommand({
    assignments: prefix.flatMap((part) => (part.type === "Assignment" ? [readAssignment(part, way)] : [])),
    words: [...(name === undefined ? [] : readWords(name, way)), ...rest],
    redirections: readRedirections(redirections, way)
  })
}

const readAssignment = ({ append, index, name, value }: Tree.Assignment, way: Way): Assignment => {
  if (append === true || index !== undefined || value.type === "ArrayValue")
    return unclear("an assignment that is not plain")
  return { name, value: readWord(value, way) }
}

const readRedirections = (redirections: ReadonlyArray<Tree.Redirection>, way: Way): ReadonlyArray<Redirection> =>
  redirections.map((redirection) => {
    if (redirection.descriptor?.type === "FileDescriptorVariable")
      return unclear("a redirection to a variable ({name}>)")
    const descriptor = redirection.descriptor === undefined ? {} : { descriptor: redirection.descriptor.value }
    if (redirection.type === "HereDoc") return readHereDoc(redirection, way)
    if (redirection.target === undefined) return unclear("a redirection to nowhere")
    if (redirection.operator === "<>") return unclear("`<>`")
    return makeRedirection(redirection.operator, readWord(redirection.target, way), descriptor)
  })

const readHereDoc = ({ body, closing, delimiter, descriptor, pos }: Tree.HereDoc, way: Way): Redirection => {
  if (descriptor !== undefined || delimiter === undefined || closing === undefined)
    return unclear("a heredoc that is not plain")
  const place = { pos, end: delimiter.end, bodyPos: body.pos, closingPos: closing.pos, closingEnd: closing.end }
  way.heredocs.push(place)
  return asRedirection(readHeredoc(way.text, place))
}

const readWords = (word: Tree.Word, way: Way): ReadonlyArray<Word> => makeWords(readParts(word, way), word.text)
const readWord = (word: Tree.Word, way: Way): Word => makeWord(readParts(word, way), word.text)

const readParts = ({ end, parts = [], text, value }: Tree.Word, way: Way): ReadonlyArray<Part> => {
  const after = way.text.slice(end, end + 2)
  const isFile = parts.at(-1)?.type === "ProcessSubstitution"
  // Both parsers see two words where bash sees one.
  if (/^[<>]\($/.test(after) || (isFile && /^[^\s;|&()<>`]/.test(after))) return unclear("`<(...)` inside of a word")
  if (parts.length === 0) return readLiteral(text, value, true, true)
  return parts.flatMap((part, index) => readPart(part, index === 0, parts.length === 1, way))
}

/** Text outside of quotes in which the parser found nothing but backslashes. */
const readLiteral = (text: string, value: string, isFirst: boolean, isWhole: boolean): ReadonlyArray<Part> => {
  const tilde = readTilde(text, isFirst, isWhole)
  if (tilde === undefined) return [{ _tag: "Text", text: value, quoted: false }]
  return [tilde, { _tag: "Text", text: value.slice(tilde.user.length + 1), quoted: false }]
}

const readPart = (part: Tree.WordPart, isFirst: boolean, isWhole: boolean, way: Way): ReadonlyArray<Part> => {
  switch (part.type) {
    case "Literal":
      return readLiteral(part.text, part.value, isFirst, isWhole)
    case "Glob":
      return readGlob(part.text)
    case "SingleQuoted":
      return [{ _tag: "Text", text: part.value, quoted: true }]
    case "DoubleQuoted":
      return [{ _tag: "Text", text: "", quoted: true }, ...part.parts.map((child) => readQuoted(child, way))]
    case "BraceExpansion":
      return [readBraces(part.text)]
    case "ProcessSubstitution":
      if (part.operator !== "<") return unclear("`>(...)`")
      return [{ _tag: "Substitution", kind: "input", script: readScript(part.script, way), quoted: false }]
    case "AnsiCQuoted":
    case "LocaleString":
      return unclear("quotes with a $ before them")
    case "ExtendedGlob":
      return unclear("an extended glob")
    default:
      return [readExpansion(part, false, way)]
  }
}

const readQuoted = (child: Tree.DoubleQuotedChild, way: Way): Piece =>
  child.type === "Literal" ? { _tag: "Text", text: child.value, quoted: true } : readExpansion(child, true, way)

const readExpansion = (part: Exclude<Tree.DoubleQuotedChild, Tree.LiteralPart>, quoted: boolean, way: Way): Piece => {
  switch (part.type) {
    case "SimpleExpansion":
      return makeVariable(part.text.slice(1), quoted)
    case "ParameterExpansion":
      return makeVariable(part.text.slice(2, -1), quoted)
    case "ArithmeticExpansion":
      return makeNumber(part.text, quoted)
    case "CommandExpansion":
      if (part.text.startsWith("`") && part.text.includes("\\")) return unclear("backslashes in backquotes")
      return { _tag: "Substitution", kind: "command", script: readScript(part.script, way), quoted }
  }
}
