/** The one form of what both parsers read, so that equal lines give equal values. */
import { checkTest } from "./Conditions.ts"
import type { Item, Piece, Redirection, SimpleCommand, Step, Word } from "./Script.ts"
import { textOf } from "./Script.ts"
import { shown, unclear } from "./Unclear.ts"

/** How deep commands, tests and substitutions may stand in each other. */
export const maximumDepth = 24

/** One deeper, until it is too deep. */
export const deeper = <W extends { readonly depth: number }>(way: W): W =>
  way.depth >= maximumDepth ? unclear("commands that are nested too deep") : { ...way, depth: way.depth + 1 }

/** A list of steps: lists in it are taken apart, one step alone is itself. */
export const makeSequence = (items: ReadonlyArray<Item>): Step => {
  const flat = items.flatMap(({ step, next }): ReadonlyArray<Item> =>
    step._tag === "Sequence"
      ? [...step.items.slice(0, -1), ...step.items.slice(-1).map((item) => ({ ...item, next }))]
      : [{ step, next }]
  )
  const last = flat.at(-1)
  if (last === undefined) return unclear("there is nothing to run")
  return flat.length === 1 ? last.step : { _tag: "Sequence", items: [...flat.slice(0, -1), { ...last, next: "end" }] }
}

/** Steps that give each other their output. What is negated is the whole. */
export const makePipeline = (steps: ReadonlyArray<Step>): Step => {
  const [first, ...rest] = steps
  if (
    first === undefined ||
    steps.some((step) => step._tag === "Sequence" || step._tag === "Pipeline") ||
    rest.some((step) => step._tag === "Not")
  )
    return unclear("a pipe between things that are not commands")
  if (rest.length === 0) return first
  if (first._tag === "Not") return { _tag: "Not", body: makePipeline([first.body, ...rest]) }
  return { _tag: "Pipeline", steps }
}

/** A command whose name is known, and which is no test of an unusual kind. */
export const makeCommand = (command: Omit<SimpleCommand, "_tag">): SimpleCommand => {
  const [first, ...rest] = command.words
  if (first === undefined)
    return unclear(
      command.assignments.length > 0 ? "an assignment without a command" : "a redirection without a command"
    )
  const name = textOf(first)
  if (name === undefined) return unclear(`a command whose name is only known when it runs (${shown(first.source)})`)
  if (!/^[!-~]+$/.test(name)) return unclear("a command whose name is not plain")
  if (name === "[" || name === "[[") checkTest(name, rest)
  return { _tag: "Command", ...command }
}

/** A pipeline that is timed is read as if its first command were given to a program `time`, which runs the same. */
export const makeTimed = (step: Step, options: ReadonlyArray<string>): Step => {
  const name = step._tag === "Command" ? textOf(step.words[0] ?? bareWord("")) : undefined
  return step._tag !== "Command" || step.assignments.length > 0 || name === undefined || /^\[|^time$/.test(name)
    ? unclear("`time` with more than a plain command")
    : { ...step, words: [...["time", ...options].map(bareWord), ...step.words] }
}

/** A variable by its name: what is not a name or one of the two harmless signs is not understood. */
export const makeVariable = (name: string, quoted: boolean): Piece =>
  /^(?:[A-Za-z_]\w*|[?#])$/.test(name)
    ? { _tag: "Variable", name, quoted }
    : unclear(`${shown(`\${${name}}`)}, which bash changes on the way or fills in by itself`)

/** Arithmetic, as written, with nothing but numbers in it. */
export const makeNumber = (source: string, quoted: boolean): Piece =>
  /^\$\(\([\s\d+*/%()<>=!&|^~?:-]*\)\)$/.test(source)
    ? { _tag: "Number", quoted }
    : unclear("arithmetic with more than numbers")

/** A redirection. After `>&` and `<&` only a descriptor may stand, or the dash that closes one. */
export const makeRedirection = (
  operator: Exclude<Redirection["operator"], "<<" | "<<-">,
  target: Word,
  from: Pick<Redirection, "descriptor">
): Redirection => {
  if (/^[<>]&$/.test(operator) && !/^(?:\d+|-)$/.test(target.source))
    return unclear(`\`${operator}\` with a file; \`&>\` is clearer`)
  return { operator, ...from, target, ...(operator === "<<<" ? { body: target } : {}) }
}

/** A word that is written as it is. */
export const bareWord = (text: string): Word => ({ pieces: [{ _tag: "Text", text, quoted: false }], source: text })
