/** Which variables a step of a script gives another value. */
import type { SimpleCommand, Step } from "../../shell/Script.ts"
import { textOf } from "../../shell/Script.ts"
import type { Scope } from "../Scope.ts"

/** Builtins that give a value to variables which their words name in ways that are not followed. */
const assigning =
  /^(?:read|printf|mapfile|readarray|getopts|unset|declare|typeset|local|export|readonly|let|eval|source|\.|wait|command|builtin)$/

/** Names of variables, or all of them. */
export type Assigned = ReadonlySet<string> | "all"

const none: Assigned = new Set()

const both = (one: Assigned, other: Assigned): Assigned =>
  one === "all" || other === "all" ? "all" : other.size === 0 ? one : new Set([...one, ...other])

const byCommand = ({ words }: SimpleCommand): Assigned => {
  const texts = words.map(textOf)
  const [name] = texts
  if (name === "read" && texts.length > 1 && texts.every((text) => text !== undefined)) return new Set(texts)
  // Only `-v` makes `printf` more than a printer.
  if (name === "printf") return texts[1]?.startsWith("-v") === false ? none : "all"
  if (name === "wait" && texts.length === 1) return none
  if (name === "command" && /^-[vV]$/.test(texts[1] ?? "")) return none
  return name === undefined || assigning.test(name) ? "all" : none
}

/** The variables that may have another value after the step, or while it runs. */
export const assignedIn = (step: Step): Assigned => {
  switch (step._tag) {
    case "Command":
      return byCommand(step)
    case "Sequence":
      return step.items.reduce<Assigned>((all, item) => both(all, assignedIn(item.step)), none)
    case "Pipeline":
      return step.steps.reduce<Assigned>((all, one) => both(all, assignedIn(one)), none)
    case "Subshell":
    case "Group":
    case "Not":
      return assignedIn(step.body)
    case "If":
      return [
        ...step.branches.flatMap(({ body, condition }) => [condition, body]),
        ...(step.otherwise === undefined ? [] : [step.otherwise])
      ].reduce<Assigned>((all, one) => both(all, assignedIn(one)), none)
    case "Loop":
      return both(assignedIn(step.condition), assignedIn(step.body))
    case "For":
      return both(new Set([step.variable]), assignedIn(step.body))
    case "Case":
      return step.arms.reduce<Assigned>(
        (all, { body }) => (body === undefined ? all : both(all, assignedIn(body))),
        none
      )
  }
}

/** Of a command alone, its words are replaced before it assigns anything. */
export const ownAssigned = (step: Step): Assigned => (step._tag === "Command" ? none : assignedIn(step))

/** May this variable have got another value? Any of them may, where nobody knows which. */
export const isAssigned = (assigned: Assigned, name: string): boolean => assigned === "all" || assigned.has(name)

/** The scope in which nobody knows what these variables hold. */
export const withoutKnown = (scope: Scope, assigned: Assigned): Scope => {
  if (assigned !== "all" && assigned.size === 0) return scope
  const names = assigned === "all" ? [...scope.variables.keys()] : [...assigned]
  return { ...scope, variables: new Map([...scope.variables, ...names.map((name) => [name, undefined] as const)]) }
}
