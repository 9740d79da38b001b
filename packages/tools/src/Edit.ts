/** Replaces text in a file: exact and unique, or refused. */
import { ToolError } from "@rein/core/schema/ToolError"
import * as Tool from "@rein/core/tool/Tool"
import { Effect, Option } from "effect"
import { z } from "zod"
import { description } from "./description.ts"
import { diffOf } from "./diff.ts"
import * as Journal from "./Journal.ts"
import * as Judged from "./Judged.ts"
import { needsFor } from "./Need.ts"
import { realPath, shortPath } from "./RealPath.ts"
import { candidates, maximumPlaces, replace, type Replaced } from "./replace.ts"
import * as TextFile from "./TextFile.ts"

const parameters = z.strictObject({
  path: z.string().min(1).describe("The file: absolute, or relative to the session's directory"),
  oldString: z.string().describe("The text to replace, exactly as it stands in the file"),
  newString: z.string().describe("The text that takes its place"),
  replaceAll: z.boolean().optional().describe("Replace every place; default false")
})
type Input = z.infer<typeof parameters>

/** How much of the file a refusal shows. */
const shownPlaces = 3
const shownLines = 10
const shownWidth = 200

const refuse = (message: string) => new ToolError({ message })

/** What the input alone says is wrong. */
const mistake = ({ newString, oldString }: Input): ToolError | undefined => {
  if (oldString === "")
    return refuse(
      "oldString is empty. Give the text to replace; to insert, replace a line next to the place by itself and the new text. " +
        "To make a file or to replace all of one, use write."
    )
  // Half of a character could match inside of another one, and would be stored as something else.
  if (!oldString.isWellFormed() || !newString.isWellFormed())
    return refuse("oldString or newString holds half of a character (a lone surrogate). Give whole characters.")
  if (oldString === newString) return refuse("oldString and newString are equal, so there is nothing to change.")
  return undefined
}

const lineAt = (text: string, position: number): number => {
  let line = 1
  for (let at = text.indexOf("\n"); at !== -1 && at < position; at = text.indexOf("\n", at + 1)) line++
  return line
}

/** Some lines with their numbers, as read shows them. */
const excerpt = (lines: ReadonlyArray<string>, first: number, count: number): string =>
  lines
    .slice(first - 1, first - 1 + Math.min(count, shownLines))
    .map((line, index) => `${String(first + index).padStart(5)}\t${shorten(line.replace(/\r$/, ""))}`)
    .join("\n")

const shorten = (line: string): string =>
  line.length <= shownWidth ? line : `${Array.from(line.slice(0, shownWidth)).slice(0, -1).join("")} […]`

const ambiguous = (input: Input, file: TextFile.TextFile, places: ReadonlyArray<{ readonly start: number }>) => {
  const lines = file.text.split("\n")
  const height = input.oldString.split("\n").length
  const shown = places.slice(0, shownPlaces).map(({ start }) => excerpt(lines, lineAt(file.text, start), height))
  const count = places.length < maximumPlaces ? String(places.length) : `at least ${maximumPlaces}`
  const first = Math.min(shownPlaces, places.length)
  return refuse(
    `oldString stands ${count} times in ${file.path}, so nothing was changed. The first ${first}:\n${shown.join("\n---\n")}\n` +
      "Add lines around it to oldString until it is unique, or set replaceAll to change every place."
  )
}

const notFound = ({ oldString }: Input, file: TextFile.TextFile) => {
  const lines = file.text.split("\n")
  const near = candidates(file.text, oldString)
  const hint = /^\s*\d+\t/.test(oldString)
    ? " It begins with a line number and a tab as read shows them: leave those out."
    : near.some(({ isSame }) => isSame)
      ? " A place below differs only in white space: copy it exactly."
      : ""
  const shown = near.map(({ count, line }) => excerpt(lines, line, count)).join("\n---\n")
  return refuse(
    `oldString does not stand in ${file.path}, so nothing was changed.${hint} ` +
      (near.length === 0
        ? "Nothing in the file looks like it. Read the file again and copy the text exactly."
        : `The nearest places:\n${shown}\nCopy the lines exactly as they are, without the numbers.`)
  )
}

const apply = ({ newString, oldString, replaceAll }: Input, file: TextFile.TextFile): Replaced =>
  replace(file.text, oldString, newString, replaceAll === true)

const explain = (input: Input, file: TextFile.TextFile, replaced: Exclude<Replaced, { _tag: "replaced" }>) =>
  replaced._tag === "ambiguous" ? ambiguous(input, file, replaced.places) : notFound(input, file)

/** What a call is about to do with which file. */
interface Plan {
  readonly path: string
  /** An edit that is refused only reads the file: its answer shows some of it. */
  readonly kind: "edit" | "read"
}

const judge = Effect.fnUntraced(function* (input: Input, context: Tool.ToolContext) {
  const wrong = mistake(input)
  if (wrong !== undefined) return yield* wrong
  const path = yield* realPath(context.directory, input.path)
  const name = shortPath(context.directory, path)
  const file = yield* Effect.result(TextFile.load(path))
  const replaced = file._tag === "Success" ? apply(input, file.success) : undefined
  const plan: Plan = { path, kind: replaced?._tag === "replaced" ? "edit" : "read" }
  const wanted =
    file._tag === "Success" && replaced?._tag === "replaced"
      ? { permission: "edit", title: `Edit ${name}`, details: diffOf(name, file.success.text, replaced.text) }
      : { permission: "read", title: `Read ${name} for an edit that does not fit` }
  return { plan, needs: needsFor(context, path, wanted) }
})

const execute = Effect.fnUntraced(function* (
  input: Input,
  context: Tool.ToolContext,
  check: (plan: Plan) => Effect.Effect<Plan, ToolError>
) {
  const wrong = mistake(input)
  if (wrong !== undefined) return yield* wrong
  const path = yield* realPath(context.directory, input.path)
  // Whatever was allowed, it was for this path; only then may an answer show the file.
  yield* check({ path, kind: "read" })
  const file = yield* TextFile.load(path)
  const replaced = apply(input, file)
  if (replaced._tag !== "replaced") return yield* explain(input, file, replaced)
  yield* check({ path, kind: "edit" })
  yield* TextFile.replace(file, file.mark + replaced.text, context.call)
  const name = shortPath(context.directory, path)
  const count = replaced.places.length
  const line = lineAt(file.text, replaced.places[0]?.start ?? 0)
  return {
    title: name,
    output: `${path} was changed: ${count === 1 ? `1 place, at line ${line}` : `${count} places, the first at line ${line}`}.`,
    metadata: { replacements: count, diff: diffOf(name, file.text, replaced.text) }
  }
})

/** What the edit finds and what it makes of it; nothing for one that does not fit. */
const journal = Effect.fnUntraced(function* (input: Input, context: Tool.ToolContext) {
  const path = yield* realPath(context.directory, input.path)
  const file = yield* Effect.option(TextFile.load(path))
  if (Option.isNone(file) || mistake(input) !== undefined) return undefined
  const { mark, text } = file.value
  const replaced = apply(input, file.value)
  if (replaced._tag !== "replaced") return undefined
  return { path, before: Journal.hashOf(mark + text), after: Journal.hashOf(mark + replaced.text) }
})

/** Makes the `edit` tool. */
export const make = (): Tool.Tool => {
  // An edit that was judged may turn out to be refused; a refused one may never turn into an edit.
  const paths = Judged.make(({ path }: Plan) => path)
  const edits = Judged.make(({ kind, path }: Plan) => `to ${kind} ${path}`)
  return Tool.make<Input>("edit", {
    description: description(new URL("./Edit.txt", import.meta.url), { candidates: shownPlaces }),
    parameters,
    safety: "once",
    permissions: Effect.fnUntraced(function* (input, context) {
      const { needs, plan } = yield* judge(input, context)
      paths.remember(input, plan)
      edits.remember(input, plan)
      return needs
    }),
    execute: (input, context) =>
      execute(input, context, (plan) => (plan.kind === "read" ? paths : edits).check(input, plan)),
    journal,
    recover: (_, context, noted) =>
      Journal.recover(noted, context.call, (path) => ({
        title: shortPath(context.directory, path),
        output: `${path} holds the new text: the edit was done.`
      }))
  })
}
