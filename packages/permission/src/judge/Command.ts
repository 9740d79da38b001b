/** One command: through the frames around it to the command itself, which is judged as it stands. */
import { isInside, join, normalize, turnsBack } from "./Locations.ts"
import { type Judging, type Outcome, result } from "./Outcome.ts"
import { move, type Moved } from "./places/Moves.ts"
import { judgePaths } from "./places/Paths.ts"
import { judgePlacesIn } from "./places/Untabled.ts"
import { judgeEach, judgePlain } from "./PlainCommand.ts"
import type { Access } from "./programs/Program.ts"
import { divideAssignment, isHarmlessVariable, type Unwrapped, unwrap } from "./programs/Wrappers.ts"
import { isUnruled, type Ruling, ruling } from "./rules/Ruling.ts"
import type { Scope } from "./Scope.ts"
import { allow, ask, type Verdict, worst } from "./Verdict.ts"
import { known, type Value } from "./words/Value.ts"

/** Frames in frames, at most. */
const maximumDepth = 6

const staying = ({ directories }: Scope): Moved => ({ success: directories, failure: directories })

/** The frame is allowed when what it runs is; a rule about the frame alone does not say what it may run. */
const framed = (
  words: ReadonlyArray<Value>,
  rules: Ruling,
  inner: Outcome,
  doubts: ReadonlyArray<Verdict>,
  scope: Scope
): Outcome => {
  const forbidden: ReadonlyArray<Verdict> = isUnruled(rules) || rules.action === "allow" ? [] : [rules]
  const moves = /^(?:command|builtin)$/.test(known(words[0]) ?? "")
  const verdict = worst(allow("what it runs is judged by itself"), [...forbidden, ...doubts])
  return result(words, verdict, scope, moves ? inner : { ...inner, ...staying(scope) })
}

const doubtsOfVariables = (values: ReadonlyArray<Value>, program: ReadonlyArray<Value>): ReadonlyArray<Verdict> =>
  values
    .map(divideAssignment)
    .flatMap(({ name, text }) =>
      isHarmlessVariable(name, text, program) ? [] : [ask(`it sets ${name}, which may change what programs do`)]
    )

/** A script inside of the words: what it runs needs no rule of its own where a rule names the shell, all else holds. */
const judgeScript = (
  words: ReadonlyArray<Value>,
  text: string,
  rules: Ruling,
  scope: Scope,
  judging: Judging
): Outcome => {
  const everything = {
    origin: "the rule for the shell",
    onlyAsks: true,
    rules: [{ permission: "bash", pattern: "*", action: "allow" as const }]
  }
  const context = { ...judging.context, layers: [...judging.context.layers, everything] }
  const { commands, paths } = judging.judgeText(text, scope, context)
  const doubts = rules.isBlanket ? [ask("it runs a script, and the rule that allows it does not name it")] : []
  return result(words, worst<Verdict>(rules, doubts), scope, { commands, paths })
}

/** `git -C DIRECTORY ...` is `git ...` in a directory of the project; with any other `-C` it is not known. */
const judgeGitElsewhere = (
  words: ReadonlyArray<Value>,
  rules: Ruling,
  scope: Scope,
  judging: Judging,
  depth: number
): Outcome | undefined => {
  const [name, option, place, ...rest] = words
  const text = known(place)
  if (
    name === undefined ||
    known(name) !== "git" ||
    known(option) !== "-C" ||
    place === undefined ||
    text === undefined
  )
    return undefined
  const { context } = judging
  const directories = scope.directories?.map((directory) => normalize(join(directory, text)))
  const isPlain = directories?.every(
    (directory) => isInside(context.project, directory) && context.facts.realPath(directory) === directory
  )
  if (directories === undefined || isPlain !== true || turnsBack(text)) return undefined
  const inner = judgeWords([name, ...rest], [], { ...scope, directories }, judging, depth + 1)
  const { names: _, ...framing } = framed(words, rules, inner, [], scope)
  return { ...framing, paths: [...judgePaths(place, "read", scope, context), ...framing.paths] }
}

/** Judges the words of one command; `prefix` is what stands before them. */
export const judgeWords = (
  words: ReadonlyArray<Value>,
  prefix: ReadonlyArray<Value>,
  scope: Scope,
  judging: Judging,
  depth = 0
): Outcome => {
  const { context } = judging
  const rules = ruling(words, prefix, scope, context)
  const name = words[0]?.literal === true ? known(words[0]) : undefined
  if (name === undefined || name === "")
    return result(words, worst<Verdict>(rules, [ask("which program it runs is not known before it runs")]), scope)
  if (turnsBack(name))
    return result(words, worst<Verdict>(rules, [ask(`${name} goes back to where it came from`)]), scope)
  if (!/^[\x21-\x7e]+$/.test(name))
    return result(words, worst<Verdict>(rules, [ask("its name has unusual characters")]), scope)
  if (depth > maximumDepth)
    return result(words, worst<Verdict>(rules, [ask("too many commands are inside of each other")]), scope)
  const moved = move(words, rules, scope, context)
  if (moved !== undefined) return result(words, moved.verdict, scope, moved)
  const elsewhere = judgeGitElsewhere(words, rules, scope, judging, depth)
  if (elsewhere !== undefined) return elsewhere
  const inside: Unwrapped = unwrap(words)
  switch (inside._tag) {
    case "Plain":
      return judgePlain(words, rules, scope, judging, depth)
    case "Names":
      return result(words, rules, scope)
    case "Open":
      return result(words, worst<Verdict>(rules, [ask(inside.why)]), scope, {
        paths: words.slice(1).flatMap((word) => judgePlacesIn(word, scope, context))
      })
    case "Script":
      return judgeScript(words, inside.text, rules, scope, judging)
    case "Frame": {
      const moves = /^(?:command|builtin)$/.test(name)
      const inner = judgeWords(inside.inner, [], scope, judging, depth + 1)
      const doubts = [
        ...doubtsOfVariables(inside.variables, inside.inner),
        ...(moves || inner.success === scope.directories ? [] : [ask("it is not certain where it goes")])
      ]
      return framed(words, rules, inner, doubts, scope)
    }
    case "Each": {
      const names =
        scope.input === undefined || (scope.input.separated && !inside.separated)
          ? undefined
          : { ...scope.input, separated: scope.input.separated && inside.separated }
      return framed(
        words,
        rules,
        judgeEach(inside.inner, inside.placeholder, names, scope, judging, depth + 1),
        [],
        scope
      )
    }
  }
}

/** What a path that a redirection names is used for. */
export const accessOf = (operator: string): Access => (operator.startsWith("<") ? "read" : "write")
