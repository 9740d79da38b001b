/** Variables that a script gives a value: what is known of them at each place, and whether it may. */
import type { Step } from "../shell/Script.ts"
import { textOf } from "../shell/Script.ts"
import { assignedIn, withoutKnown } from "./Assigned.ts"
import type { CommandJudgement, Working } from "./Judgement.ts"
import { onlySets } from "./Moves.ts"
import { ruling } from "./Ruling.ts"
import { isFreeName, type Names, type Scope, withVariable } from "./Scope.ts"
import { contentOf, known, plain, type Value } from "./Value.ts"
import { allow, ask, type Verdict, worst } from "./Verdict.ts"
import { isHarmlessVariable } from "./Wrappers.ts"

/** A place in a sequence; `doubtful` are variables that were given a value behind `&&`, and so perhaps were not. */
export interface Held extends Scope {
  readonly doubtful?: ReadonlyArray<string>
}

/** Behind the end of a chain of `&&` nobody knows whether all of it ran. */
export const withAssignments = (scope: Held, before: "&&" | "||" | ";"): Held =>
  before === "&&" || scope.doubtful === undefined
    ? scope
    : { ...withoutKnown(scope, new Set(scope.doubtful)), doubtful: [] }

/** Of a command alone, its words are replaced before it assigns anything. */
export const ownAssigned = (step: Step): ReturnType<typeof assignedIn> =>
  step._tag === "Command" ? new Set<string>() : assignedIn(step)

/** The variable that `while read -r NAME` gives each line to. */
export const lineVariable = (condition: Step): string | undefined => {
  if (condition._tag !== "Command" || condition.redirections.length > 0) return undefined
  const texts = condition.words.map(textOf)
  const [name, ...rest] = texts.filter((text) => !/^-r$|^-d$|^$/.test(text ?? "?"))
  const isPlain = condition.assignments.every((one) => one.name === "IFS" && textOf(one.value) === "")
  return name === "read" && rest.length === 1 && isPlain && !rest[0]?.startsWith("-") ? rest[0] : undefined
}

/** What is known of the variables behind a step. */
export const behindStep = (step: Step, before: "&&" | "||" | ";", scope: Held, context: Working): Held => {
  if (step._tag !== "Command" || step.words.length > 0 || before === "||")
    return { ...scope, ...withoutKnown(scope, assignedIn(step)) }
  const known = step.assignments.reduce<Scope>(
    (all, { name, value }) => withVariable(all, name, contentOf(value, all, context)),
    scope
  )
  const names = step.assignments.map(({ name }) => name)
  return {
    ...scope,
    ...known,
    doubtful: before === "&&" ? [...(scope.doubtful ?? []), ...names] : (scope.doubtful ?? [])
  }
}

/** The names that come in line by line, or each with its NUL, which `read -d ''` divides. */
export const linesOf = (condition: Step, input: Names): Names => {
  const isDivided = condition._tag === "Command" && condition.words.some((word) => textOf(word) === "-d")
  return { ...input, separated: false, ...(isDivided === input.separated ? {} : { from: [] }) }
}

/** Variables of the script itself: programs do not see them. */
export const judgeAssignments = (
  prefix: ReadonlyArray<{ readonly name: string; readonly value: Value }>,
  context: Working
): CommandJudgement => {
  const words = prefix.map(({ name, value }) => plain(`${name}=${value.text}`))
  const { action, origin, rule, why } = ruling(words, [], context)
  const own: Verdict =
    rule === undefined ? allow(onlySets) : { action, why, rule, ...(origin === undefined ? {} : { origin }) }
  const wrong = prefix.find(({ name, value }) => !isFreeName(name) && !isHarmlessVariable(name, known(value)))
  const doubts = wrong === undefined ? [] : [ask(`it sets ${wrong.name}, which may mean something to bash`)]
  const argv = words.map(({ text }) => text)
  return { argv, text: argv.join(" "), ...worst<Verdict>(own, doubts) }
}
