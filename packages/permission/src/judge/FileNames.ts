/** What may happen to files whose names a search has found, when a command gets them. */
import { belowOf } from "./places/Directories.ts"
import * as Rules from "../Rules.ts"
import type { Rule } from "../Rules.ts"
import { forbidding } from "./rules/Explain.ts"
import { couldMatch } from "./words/GlobWords.ts"
import type { PathJudgement, Working } from "./Judgement.ts"
import { join } from "./Locations.ts"
import { areOdd, isTracked } from "./places/Names.ts"
import { type Below, judgePaths } from "./places/Paths.ts"
import type { Names, Scope } from "./Scope.ts"
import { usesOf } from "./Uses.ts"
import { plain, type Value } from "./words/Value.ts"

/** A name that may be one of a directory stands for all that is in it. */
const patternsOf = ({ isFiles, patterns }: Names): Pick<Below, "patterns" | "whole"> =>
  patterns === undefined ? {} : { patterns, whole: isFiles !== true }

/** What names of files may lead to that are read. */
const judgeNames = (names: Names, scope: Scope, context: Working): ReadonlyArray<PathJudgement> => {
  const tracked = names.tracked === true ? { counts: (path: string) => isTracked(path, context) } : {}
  const below: Below = {
    access: "read",
    hidden: names.hidden !== false,
    follows: names.isFiles !== true,
    ...tracked,
    ...patternsOf(names)
  }
  return belowOf(names.roots.map(plain), below, scope, context)
}

const forbidsEdit = ({ action, pattern, permission }: Rule): boolean =>
  action !== "allow" && pattern !== "*" && Rules.matches(permission, "edit")

/** What is changed by a program that is given each of the names. */
const judgeChanges = (
  program: string,
  filled: ReadonlyArray<Value>,
  names: Names,
  scope: Scope,
  context: Working
): ReadonlyArray<PathJudgement> => {
  const accesses = (usesOf(inEach(filled))?.use.paths ?? []).map(({ access }) => access)
  const changing = accesses.find((access) => access === "write" || access === "act")
  if (changing === undefined) return []
  // A copy has the name of its file, which rules may speak of in the directory where it goes.
  const kept =
    /^(?:cp|mv|ln)$/.test(program) && context.layers.some(({ rules }) => rules.some(forbidsEdit))
      ? judgePaths({ ...plain("..."), values: undefined }, "act", scope, context)
      : []
  const below: Below = { access: "act", hidden: true, isCertain: true, ...patternsOf(names) }
  return [...kept, ...belowOf(names.roots.map(plain), below, scope, context)]
}

/** What a program without a table may do with the file of each name: read it, and change it. */
export const judgeAnyUseOfEach = (names: Names, scope: Scope, context: Working): ReadonlyArray<PathJudgement> => {
  const below: Below = { access: "act", hidden: names.hidden !== false, isCertain: true, ...patternsOf(names) }
  const changed = belowOf(names.roots.map(plain), below, scope, context).map((one): PathJudgement =>
    one.action === "deny" ? { ...one, action: "ask", why: `it may change ${one.path}: ${one.why}` } : one
  )
  return [...judgeNames(names, scope, context), ...changed]
}

/** Does a rule forbid something that begins like one of the words, and so may speak of a name behind them? */
export const mayForbidEach = (words: ReadonlyArray<Value>, context: Working): boolean =>
  forbidding(context, "bash").some(({ rule: { pattern } }) => {
    const [head = ""] = pattern.split(/[ *?]/)
    return pattern !== "*" && words.some(({ text }) => text.startsWith(head))
  })

/** Could a name that one pattern matches be one that the other speaks of, which may begin with a wildcard? */
const couldMean = (pattern: string, forbidden: string): boolean => {
  const [mine, other] = [pattern, forbidden].map((text) => text.replace(/^.*[*?\]]/s, ""))
  if (!/^[*?[]/.test(forbidden)) return couldMatch(pattern, forbidden.replace(/[*?]/g, ""))
  return mine === undefined || other === undefined || mine.endsWith(other) || other.endsWith(mine)
}

/** Does a rule forbid the command for some names, which may be among these? */
export const forbidsSome = (words: ReadonlyArray<Value>, names: Names, context: Working): boolean =>
  forbidding(context, "bash").some(({ rule: { pattern } }) => {
    const [last = "", ...before] = pattern.split(" ").toReversed()
    const head = before.toReversed().join(" ")
    const text = words.map((word) => word.text).join(" ")
    if (head === "" || /[*?]/.test(head) || !/[^*?]/.test(last) || !`${text} `.startsWith(`${head} `)) return false
    return names.patterns?.some((one) => couldMean(one, last)) !== false
  })

/** Why it is not certain which words the names become. */
export const doubtOfNames = (names: Names | undefined, scope: Scope, context: Working): string | undefined => {
  context.effort.traces.hasNames = true
  if (
    names === undefined ||
    scope.directories?.every((one) => names.from.includes(one)) !== true ||
    areOdd(names, context)
  )
    return "the names that it gets are not certain"
  return undefined
}

/** The file, and not the place where it was found, is what is changed. */
export const inEach = (filled: ReadonlyArray<Value>): ReadonlyArray<Value> =>
  filled.map((word) =>
    word.names?.isFiles === true || word.names?.patterns !== undefined
      ? { ...word, values: word.names.roots.map((root) => join(root, "name")) }
      : word
  )

/** They remove a link and not what it leads to. */
const onlyRemoves = /^(?:rm|unlink)$/

/** They tell names and what kind of files they are, not what is in them. */
const onlyTells = /^(?:echo|printf|basename|dirname|stat|du|test|\[|\[\[)$/

/** What a program does with the file of each name. */
export const judgeEachName = (
  program: string,
  filled: ReadonlyArray<Value>,
  names: Names,
  scope: Scope,
  context: Working
): ReadonlyArray<PathJudgement> => {
  if (onlyTells.test(program)) return []
  const read = onlyRemoves.test(program) ? [] : judgeNames(names, scope, context)
  // `ls` shows what is in a directory to which a link leads, and nothing of a file.
  const shown = program === "ls" ? read.filter(({ outside }) => outside) : read
  return [...shown, ...judgeChanges(program, filled, names, scope, context)]
}
