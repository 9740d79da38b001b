/** One command: its words against the rules, and what it does against what it may do. */
import type { CommandJudgement, PathJudgement, Working } from "./Judgement.ts"
import { isInside, join, normalize, turnsBack } from "./Locations.ts"
import { hostWords, takesServices } from "./programs/Containers.ts"
import { doubtOfNames, forbidsSome, inEach, judgeAnyUseOfEach, judgeEachName, mayForbidEach } from "./FileNames.ts"
import { belowOfWhole, judgeTargets } from "./places/Directories.ts"
import { judgePaths } from "./places/Paths.ts"
import type { Access, Use } from "./programs/Program.ts"
import { tablesOf } from "./programs/Programs.ts"
import { changesByChecking, changesByListing, isOnlyListing, usesOf, withPathsInGit } from "./Uses.ts"
import { isUnruled, type Ruling, ruling } from "./rules/Ruling.ts"
import { move, type Moved, onlyLeads } from "./places/Moves.ts"
import { leavesOwnPlace } from "./rules/OwnPlace.ts"
import { belowRead } from "./places/BelowRead.ts"
import { namesOf, passesNames } from "./places/Names.ts"
import { noteGit, riskOfReading } from "./places/Repository.ts"
import { noteRun, runsAnother, runsAnyCode, runsInput } from "./places/Runs.ts"
import type { Names, Scope } from "./Scope.ts"
import { known, namesAsValue, plain, type Value } from "./words/Value.ts"
import { goesElsewhere } from "./programs/Versatile.ts"
import { doubtOfWords, isVersatile, judgeNamedFiles, judgePlacesIn } from "./places/Untabled.ts"
import { allow, ask, type Verdict, worst } from "./Verdict.ts"
import {
  divideAssignment,
  isHarmlessVariable,
  isShell,
  runsCode,
  runsItsWords,
  type Unwrapped,
  unwrap
} from "./programs/Wrappers.ts"

/** What judging something gave. */
export interface Outcome extends Moved {
  readonly commands: ReadonlyArray<CommandJudgement>
  readonly paths: ReadonlyArray<PathJudgement>
  /** Names of files that it writes to its output. */
  readonly names?: Names
}

/** What a script inside of a command is judged with. */
export interface Judging {
  readonly context: Working
  /** Judges a text that a shell is given; it moves nothing outside of itself. */
  readonly judgeText: (text: string, scope: Scope, context: Working) => Pick<Outcome, "commands" | "paths">
}

/** Frames in frames, at most. */
const maximumDepth = 6

const result = (words: ReadonlyArray<Value>, verdict: Verdict, scope: Scope, more: Partial<Outcome> = {}): Outcome => {
  const { commands = [], paths = [], ...rest } = more
  const { action, origin, rule, why } = verdict
  const own: CommandJudgement = {
    argv: words.map((word) => known(word) ?? word.text),
    text: words.map((word) => word.text).join(" "),
    action,
    why,
    ...(rule === undefined ? {} : { rule }),
    ...(origin === undefined ? {} : { origin })
  }
  return { success: scope.directories, failure: scope.directories, ...rest, commands: [own, ...commands], paths }
}

const doubt = (
  words: ReadonlyArray<Value>,
  found: ReturnType<typeof usesOf>,
  rules: Ruling,
  scope: Scope,
  context: Working
) => {
  const name = known(words[0]) ?? ""
  if (rules.isBlanket && runsAnyCode(words)) return `${name} runs code, and the rule that allows it does not name it`
  if (words.slice(1).some(({ values }) => values?.some(turnsBack) === true) && found?.use.paths.length !== 0)
    return "a path in it goes back to where it came from"
  if (
    isOnlyListing(words, rules) ||
    changesByChecking(words, rules) ||
    (found !== undefined && changesByListing(words, found.table, rules))
  )
    return "the rule that allows it is for what only lists"
  if (found !== undefined && leavesOwnPlace(found.use, rules, scope, context))
    return "the rule that allows it names a directory, and it changes something elsewhere"
  if (rules.rule?.pattern.includes("://") === true && goesElsewhere(words))
    return "the rule that allows it names one address, and it may go to another"
  if (scope.isPiped === true && runsInput(words)) return `${name} runs what comes in through the pipe`
  if (takesServices(words)) return `${name} gets its services through the pipe`
  if (found === undefined) return doubtOfWords(words, scope)
  const file = name.includes("/") ? undefined : context.facts.program(name)
  if (file !== undefined && context.project !== "/" && isInside(context.project, file))
    return `${name} is a program of the project: ${file}`
  if (name === "git" && found.table === 0 && found.use.why === undefined) return riskOfReading(scope, context)
  return undefined
}

/** A path in the place of a name is a program, and inside of the project unless a rule says exactly this. */
const judgeName = (name: string, rules: Ruling, scope: Scope, context: Working): ReadonlyArray<PathJudgement> => {
  if (!name.includes("/") || rules.rule?.pattern.startsWith(name) === true) return []
  return judgePaths(plain(name), "read", scope, context)
}

const judgePlain = (
  words: ReadonlyArray<Value>,
  rules: Ruling,
  scope: Scope,
  judging: Judging,
  depth: number
): Outcome => {
  const { context } = judging
  const name = known(words[0]) ?? ""
  const reading = usesOf(words)
  const found = reading !== undefined && name === "git" ? { ...reading, use: withPathsInGit(reading.use) } : reading
  noteRun(words, found !== undefined, scope, context)
  if (name === "git") noteGit(words, found?.table === 0, context)
  const verdicts: Array<Verdict> = []
  const uncertain = found?.use.why
  if (uncertain !== undefined && !rules.isExact) verdicts.push(ask(uncertain)) // guard: I7 permission/test/judge/Judge.test.ts
  if (runsAnother(words, rules, scope, context))
    verdicts.push(ask("the rule that allows it names a file, and here it is another one"))
  const why = doubt(words, found, rules, scope, context)
  if (why !== undefined && !(rules.isExact && found === undefined)) verdicts.push(ask(why))
  const paths =
    found === undefined || uncertain !== undefined
      ? [
          ...hostWords(words).flatMap((word) => judgePlacesIn(word, scope, context)),
          ...judgeNamedFiles(words, scope, context)
        ]
      : found.use.paths.flatMap(({ access, value }) => judgePaths(value, access, scope, context))
  const below = [
    ...(found === undefined ? [] : belowRead(words, found.use, scope, context)),
    ...belowOfWhole(words, found?.use, scope, context),
    ...judgeTargets(words, found?.use, scope, context)
  ]
  const inner = (found?.use.runs ?? []).map((run) =>
    judgeEach(
      run,
      "{}",
      separately(namesOf(found?.use ?? { paths: [] }, name, scope, context)),
      scope,
      judging,
      depth + 1
    )
  )
  const deleted =
    found?.use.deletes === true && !rules.isExact
      ? judgeEach(
          [plain("rm"), plain("{}")],
          "{}",
          separately(namesOf(found.use, name, scope, context)),
          scope,
          judging,
          depth + 1
        )
      : undefined
  verdicts.push(...(deleted?.commands ?? []).map((one) => (one.action === "ask" ? ask("it deletes files") : one)))
  if (scope.directories === undefined && found !== undefined)
    verdicts.push(ask("the directory it runs in is not known"))
  const names =
    passesNames(words) && paths.length === 0
      ? scope.input
      : found === undefined
        ? undefined
        : found.use.names?.isInner === true
          ? undefined
          : namesOf(found.use, name, scope, context)
  if (/^(?:mv|git)$/.test(name) && found !== undefined && takesItself(found.use, scope, context))
    verdicts.push(ask("it moves the directory that it runs in"))
  const own =
    isUnruled(rules) && (onlyLeads.test(name) || scope.isKnown === true)
      ? allow("it is a part of what the line does, and nothing by itself")
      : rules
  return result(words, worst<Verdict>(own, verdicts), scope, {
    commands: inner.flatMap(({ commands }) => commands),
    paths: [
      ...judgeName(name, rules, scope, context),
      ...paths,
      ...below,
      ...[...inner, ...(deleted === undefined ? [] : [deleted])].flatMap((one) => one.paths)
    ],
    ...(names === undefined ? {} : { names })
  })
}

/** Is the directory of the line in what is changed? Where `..` leads then is another place. */
const takesItself = ({ paths }: Use, { directories = [] }: Scope, context: Working): boolean =>
  directories.some(
    (directory) =>
      directory !== context.project &&
      paths.some(
        ({ access, value }) =>
          access === "act" &&
          value.values?.some((text) => isInside(normalize(join(directory, text)), directory)) === true
      )
  )

/** Behind `-exec` each name is one word. */
const separately = (names: Names | undefined): Names | undefined =>
  names === undefined ? undefined : { ...names, separated: true }

/** A program without a table for which a name can be nothing but a file that it works on: the line says what runs. */
const takesEach = (words: ReadonlyArray<Value>): boolean => {
  const [name = "", command = "-"] = words.map((word) => known(word))
  if (runsCode(words) || isVersatile(name)) return false
  return !runsItsWords(name) || (name === "npx" && !command.startsWith("-"))
}

/** They write their words, or a part of them, to their output: it does not matter which these are. */
const onlyPrints = /^(?:echo|basename|dirname)$/

/** A command that gets names of files, in the place of the mark or behind its words. */
const judgeEach = (
  words: ReadonlyArray<Value>,
  mark: string | undefined,
  names: Names | undefined,
  scope: Scope,
  judging: Judging,
  depth: number
): Outcome => {
  const isMarked = (word: Value) => mark !== undefined && known(word) === mark
  const holdsMark = (word: Value) => mark !== undefined && !isMarked(word) && word.text.includes(mark)
  const name = known(words[0]) ?? ""
  const values = onlyPrints.test(name) ? ["a name"] : undefined
  const unknown: Value = { text: mark ?? "...", beginning: "", values, single: false, literal: false }
  const given = names === undefined ? unknown : namesAsValue(mark ?? "...", names)
  const filled =
    mark === undefined
      ? [...words, given]
      : words.flatMap((word) => (isMarked(word) ? given : [holdsMark(word) ? unknown : word]))
  const { context } = judging
  const rules = ruling(words, [], scope, context)
  const doubts: Array<Verdict> = []
  const isName = words[0] !== undefined && (isMarked(words[0]) || holdsMark(words[0]))
  if (isName || unwrap(words)._tag !== "Plain" || isShell(name))
    doubts.push(ask(`what ${name} runs for each name is not certain`))
  const isUntabled = tablesOf(name).length === 0
  if (isUntabled && (names === undefined || !takesEach(words) || mayForbidEach(words, context)))
    doubts.push(ask(`what ${name} does with each name is not known`))
  if (names !== undefined && forbidsSome(words, names, context))
    doubts.push(ask("a rule forbids it for some names, which may be among these"))
  const why = onlyPrints.test(name) ? undefined : doubtOfNames(names, scope, context)
  if (why !== undefined) doubts.push(ask(why))
  const plainly = judgePlain(inEach(filled), { ...rules, ...worst<Verdict>(rules, doubts) }, scope, judging, depth)
  const below =
    names === undefined
      ? []
      : isUntabled
        ? judgeAnyUseOfEach(names, scope, context)
        : judgeEachName(name, filled, names, scope, context)
  const [own, ...others] = plainly.commands
  const shown = result(words, own ?? rules, scope).commands
  return { ...plainly, commands: [...shown, ...others], paths: [...plainly.paths, ...below] }
}

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
