/** Names that come into a loop line by line. */
import type { Step } from "../shell/Script.ts"
import { textOf } from "../shell/Script.ts"
import type { Names } from "./Scope.ts"

/** The variable that `while read -r NAME` gives each line to. */
export const lineVariable = (condition: Step): string | undefined => {
  if (condition._tag !== "Command" || condition.redirections.length > 0) return undefined
  const texts = condition.words.map(textOf)
  const [name, ...rest] = texts.filter((text) => !/^-r$|^-d$|^$/.test(text ?? "?"))
  const isPlain = condition.assignments.every((one) => one.name === "IFS" && textOf(one.value) === "")
  return name === "read" && rest.length === 1 && isPlain && !rest[0]?.startsWith("-") ? rest[0] : undefined
}

/** The names that come in line by line, or each with its NUL, which `read -d ''` divides. */
export const linesOf = (condition: Step, input: Names): Names => {
  const isDivided = condition._tag === "Command" && condition.words.some((word) => textOf(word) === "-d")
  return { ...input, separated: false, isByLine: !isDivided, ...(isDivided === input.separated ? {} : { from: [] }) }
}
