/** `cd` and `pushd`: where the commands behind them run. */
import type { PathJudgement, Working } from "../Judgement.ts"
import { isInside, join, normalize } from "../Locations.ts"
import { judgePaths } from "./Paths.ts"
import { use } from "../programs/Program.ts"
import { tablesOf } from "../programs/Programs.ts"
import { isUnruled, type Ruling } from "../rules/Ruling.ts"
import type { Scope } from "../Scope.ts"
import { known, plain, type Value } from "../words/Value.ts"
import { allow, ask, type Verdict, worst } from "../Verdict.ts"

/** The directories that a script may be in after a command has succeeded, and after it has failed. */
export interface Moved {
  readonly success: Scope["directories"]
  readonly failure: Scope["directories"]
  /** It does not fail, as far as anybody can see. */
  readonly isCertain?: boolean
}

interface Move extends Moved {
  readonly verdict: Verdict
  readonly paths: ReadonlyArray<PathJudgement>
}

/** They end a loop or a script, choose what runs, or take a line for it, and so need no rule beside commands that have one. */
export const onlyLeads = /^(?:break|continue|exit|return|wait|true|false|:|read|set|test|\[|\[\[)$/

/** A move into the project, or a word that leads through the line, is allowed without a rule. */
export const isOnlyMove = ([name = ""]: ReadonlyArray<string>): boolean =>
  /^(?:cd|pushd|popd)$/.test(name) || onlyLeads.test(name)

/** Where the words lead; undefined when it is no move. A move into the project needs no rule, as it changes nothing. */
export const move = (words: ReadonlyArray<Value>, rules: Ruling, scope: Scope, context: Working): Move | undefined => {
  const name = known(words[0]) ?? ""
  if (name === "popd") {
    const own = isUnruled(rules) ? allow("it only goes back") : rules
    return {
      ...unknown(scope),
      verdict: worst<Verdict>(own, words.length > 1 ? [ask("where it leads is not known")] : []),
      paths: []
    }
  }
  if (name !== "cd" && name !== "pushd") return undefined
  const [table] = tablesOf(name)
  const { paths, why } = table === undefined ? { paths: [], why: undefined } : use(table, words.slice(1))
  const target = paths.length === 0 && name === "cd" ? plain(context.home) : paths[0]?.value
  const text = target?.single === true ? target.values : undefined
  const doubt =
    why ??
    (paths.length > 1 ||
    text === undefined ||
    target === undefined ||
    text.some((one) => one === "-" || (name === "pushd" && one.startsWith("+")))
      ? `where ${name} ${text?.[0] ?? target?.text ?? ""} leads is not known`
      : undefined)
  const free = isUnruled(rules) ? allow("it only goes to another directory of the project") : rules
  if (doubt !== undefined || text === undefined || target === undefined || scope.directories === undefined)
    return {
      ...unknown(scope),
      verdict: worst<Verdict>(free, [ask(doubt ?? "the directory it starts from is not known")]),
      paths: []
    }
  const places = scope.directories.flatMap((directory) => text.map((one) => join(directory, one)))
  const throughLink = places.some(
    (place) => isInside(context.project, normalize(place)) && context.facts.realPath(place) !== normalize(place)
  )
  const directories = places.map((place) => context.facts.realPath(place) ?? normalize(place))
  return {
    verdict: worst<Verdict>(free, throughLink ? [ask("it goes through a link")] : []),
    paths: judgePaths(target, "read", scope, context),
    success: throughLink || directories.length > 4 ? undefined : directories,
    failure: scope.directories,
    isCertain: directories.every((directory) => context.facts.entries(directory) !== undefined)
  }
}

const unknown = ({ directories }: Scope): Moved => ({ success: undefined, failure: directories })
