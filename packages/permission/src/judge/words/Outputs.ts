/** What a command prints that becomes a word of another one, where that is known before it runs. */
import type { Redirection, Script, SimpleCommand } from "../../shell/Script.ts"
import { textOf } from "../../shell/Script.ts"
import type { Working } from "../Judgement.ts"
import { isInside, join, parent } from "../Locations.ts"
import type { Scope } from "../Scope.ts"

/** The words, where nothing is replaced in them. */
export const textsOf = ({ words }: SimpleCommand): ReadonlyArray<string> | undefined => {
  const texts = words.map(textOf)
  return texts.every((text) => text !== undefined) ? texts : undefined
}

/** The text that stands in the line, as `cat <<'END'` prints it. */
const heredoc = ([only, ...others]: ReadonlyArray<Redirection>): ReadonlyArray<string> | undefined => {
  const isPlain = only !== undefined && /^<<-?$/.test(only.operator) && (only.descriptor ?? 0) === 0
  const text = isPlain && others.length === 0 && only.body !== undefined ? textOf(only.body) : undefined
  return text === undefined ? undefined : [text.replace(/\n+$/, "")]
}

/** The top of the work tree is one of the directories on the way up to the project. Where git fails, nothing comes out. */
const topOf = (directory: string, { facts, project }: Working): ReadonlyArray<string> | undefined => {
  const names = facts.entries(join(project, ".git"))?.map(({ name }) => name) ?? []
  if (!["HEAD", "objects", "refs"].every((name) => names.includes(name))) return undefined
  const tops = [""]
  for (let at = directory; isInside(project, at); at = parent(at)) {
    tops.push(at)
    if (at === project || at === "/") break
  }
  return tops
}

/** The texts of which one comes out, without the ends of lines that `$(...)` leaves out. */
export const outputOf = (
  script: Script,
  { directories }: Scope,
  context: Working
): ReadonlyArray<string> | undefined => {
  if (script._tag !== "Command" || script.assignments.length > 0) return undefined
  const text = textsOf(script)?.join(" ")
  if (text === "cat") return heredoc(script.redirections)
  if (script.redirections.length > 0 || directories === undefined) return undefined
  if (text === "pwd") return directories
  if (text !== "git rev-parse --show-toplevel") return undefined
  const tops = directories.map((directory) => topOf(directory, context))
  return tops.every((one) => one !== undefined) ? [...new Set(tops.flat())] : undefined
}

/** The number of processors, which is not known and does not matter. */
export const isCount = (script: Script): boolean =>
  script._tag === "Command" &&
  script.assignments.length === 0 &&
  script.redirections.length === 0 &&
  textsOf(script)?.join(" ") === "nproc"

/** Is the command nothing but a way to write a word of another one? Then it needs no rule of its own. */
export const isPart = (script: Script, scope: Scope, context: Working): boolean =>
  isCount(script) || outputOf(script, scope, context) !== undefined
