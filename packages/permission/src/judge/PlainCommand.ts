/** One command as it stands: its words against the rules, and what it does against what it may do. */
import { doubtOfNames, forbidsSome, inEach, judgeAnyUseOfEach, judgeEachName, mayForbidEach } from "./FileNames.ts"
import type { PathJudgement, Working } from "./Judgement.ts"
import { isInside, join, normalize, turnsBack } from "./Locations.ts"
import { type Judging, type Outcome, result } from "./Outcome.ts"
import { belowRead } from "./places/BelowRead.ts"
import { belowOfWhole, judgeTargets } from "./places/Directories.ts"
import { riskOfVersion } from "./places/Chosen.ts"
import { onlyLeads } from "./places/Moves.ts"
import { namesOf, passesNames } from "./places/Names.ts"
import { judgePaths } from "./places/Paths.ts"
import { noteGit, riskOfReading } from "./places/Repository.ts"
import { noteRun, runsAnother, runsAnyCode, runsInput } from "./places/Runs.ts"
import { doubtOfWords, isVersatile, judgeNamedFiles, judgePlacesIn } from "./places/Untabled.ts"
import { hostWords, takesServices } from "./programs/Containers.ts"
import type { Use } from "./programs/Program.ts"
import { tablesOf } from "./programs/Programs.ts"
import { goesElsewhere } from "./programs/Versatile.ts"
import { isShell, runsCode, runsItsWords, unwrap } from "./programs/Wrappers.ts"
import { leavesOwnPlace } from "./rules/OwnPlace.ts"
import { isUnruled, type Ruling, ruling } from "./rules/Ruling.ts"
import type { Names, Scope } from "./Scope.ts"
import { changesByChecking, changesByListing, isOnlyListing, usesOf, withPathsInGit } from "./Uses.ts"
import { allow, ask, type Verdict, worst } from "./Verdict.ts"
import { known, namesAsValue, plain, type Value } from "./words/Value.ts"

type Words = ReadonlyArray<Value>

/** The use that a table tells; nothing for a program without one. */
type Found = ReturnType<typeof usesOf>

/** Why the command is not certain, though a rule allows it. */
const doubt = (words: Words, found: Found, rules: Ruling, scope: Scope, context: Working) => {
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

/** All for which the command is asked besides its rules. */
const doubtsOf = (
  words: Words,
  found: Found,
  rules: Ruling,
  scope: Scope,
  context: Working
): ReadonlyArray<Verdict> => {
  const name = known(words[0]) ?? ""
  const verdicts: Array<Verdict> = []
  const uncertain = found?.use.why
  if (uncertain !== undefined && !rules.isExact) verdicts.push(ask(uncertain)) // guard: I7 permission/test/judge/Judge.test.ts
  if (runsAnother(words, rules, scope, context))
    verdicts.push(ask("the rule that allows it names a file, and here it is another one"))
  const why = doubt(words, found, rules, scope, context)
  if (why !== undefined && !(rules.isExact && found === undefined)) verdicts.push(ask(why))
  const risk = riskOfVersion(words, scope, context)
  if (risk !== undefined) verdicts.push(ask(risk))
  if (scope.directories === undefined && found !== undefined)
    verdicts.push(ask("the directory it runs in is not known"))
  if (/^(?:mv|git)$/.test(name) && found !== undefined && takesItself(found.use, scope, context))
    verdicts.push(ask("it moves the directory that it runs in"))
  return verdicts
}

/** What its words name: by the table, or whatever may be a path where there is none or it does not tell. */
const namedPaths = (words: Words, found: Found, scope: Scope, context: Working): ReadonlyArray<PathJudgement> =>
  found === undefined || found.use.why !== undefined
    ? [
        ...hostWords(words).flatMap((word) => judgePlacesIn(word, scope, context)),
        ...judgeNamedFiles(words, scope, context)
      ]
    : found.use.paths.flatMap(({ access, value }) => judgePaths(value, access, scope, context))

/** What it reads or changes below directories that its words name. */
const pathsBelow = (words: Words, found: Found, scope: Scope, context: Working): ReadonlyArray<PathJudgement> => [
  ...(found === undefined ? [] : belowRead(words, found.use, scope, context)),
  ...belowOfWhole(words, found?.use, scope, context),
  ...judgeTargets(words, found?.use, scope, context)
]

/** Names of files in its output. */
const namesIn = (
  words: Words,
  found: Found,
  isWithoutPaths: boolean,
  scope: Scope,
  context: Working
): Names | undefined => {
  if (passesNames(words) && isWithoutPaths) return scope.input
  if (found === undefined || found.use.names?.isInner === true) return undefined
  return namesOf(found.use, known(words[0]) ?? "", scope, context)
}

/** What it does itself with each file that it finds: it runs something, or deletes it, which is `rm` of each. */
const onEachFound = (
  words: Words,
  { use }: NonNullable<Found>,
  rules: Ruling,
  scope: Scope,
  judging: Judging,
  depth: number
) => {
  const names = namesOf(use, known(words[0]) ?? "", scope, judging.context)
  const separated = names === undefined ? undefined : { ...names, separated: true }
  const each = (run: Words) => judgeEach(run, "{}", separated, scope, judging, depth + 1)
  const isDeleting = use.deletes === true && !rules.isExact
  return { runs: (use.runs ?? []).map(each), deletes: isDeleting ? each([plain("rm"), plain("{}")]) : undefined }
}

/** Judges a command that is no frame around another one. */
export const judgePlain = (words: Words, rules: Ruling, scope: Scope, judging: Judging, depth: number): Outcome => {
  const { context } = judging
  const name = known(words[0]) ?? ""
  const reading = usesOf(words)
  const found = reading !== undefined && name === "git" ? { ...reading, use: withPathsInGit(reading.use) } : reading
  noteRun(words, found !== undefined, scope, context)
  if (name === "git") noteGit(words, found?.table === 0, context)
  const paths = namedPaths(words, found, scope, context)
  const below = pathsBelow(words, found, scope, context)
  const each = found === undefined ? undefined : onEachFound(words, found, rules, scope, judging, depth)
  const verdicts = [
    ...doubtsOf(words, found, rules, scope, context),
    ...(each?.deletes?.commands ?? []).map((one) => (one.action === "ask" ? ask("it deletes files") : one))
  ]
  const own =
    isUnruled(rules) && (onlyLeads.test(name) || scope.isKnown === true)
      ? allow("it is a part of what the line does, and nothing by itself")
      : rules
  const names = namesIn(words, found, paths.length === 0, scope, context)
  const runs = each?.runs ?? []
  const inner = each?.deletes === undefined ? runs : [...runs, each.deletes]
  return result(words, worst<Verdict>(own, verdicts), scope, {
    commands: runs.flatMap(({ commands }) => commands),
    paths: [...judgeName(name, rules, scope, context), ...paths, ...below, ...inner.flatMap((one) => one.paths)],
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

/** A program without a table for which a name can be nothing but a file that it works on: the line says what runs. */
const takesEach = (words: Words): boolean => {
  const [name = "", command = "-"] = words.map((word) => known(word))
  if (runsCode(words) || isVersatile(name)) return false
  return !runsItsWords(name) || (name === "npx" && !command.startsWith("-"))
}

/** They write their words, or a part of them, to their output: it does not matter which these are. */
const onlyPrints = /^(?:echo|basename|dirname)$/

/** A command that gets names of files, in the place of the mark or behind its words. */
export const judgeEach = (
  words: Words,
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
