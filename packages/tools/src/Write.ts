/** Writes a whole text file. What is overwritten is judged as that. */
import { ToolError } from "@rein/core/schema/ToolError"
import * as Tool from "@rein/core/tool/Tool"
import { Effect } from "effect"
import { z } from "zod"
import { description } from "./description.ts"
import { diffOf } from "./diff.ts"
import * as Journal from "./Journal.ts"
import * as Judged from "./Judged.ts"
import { needsFor, type Wanted } from "./Need.ts"
import { realPath, shortPath } from "./RealPath.ts"
import * as TextFile from "./TextFile.ts"

const parameters = z.strictObject({
  path: z.string().min(1).describe("The file: absolute, or relative to the session's directory"),
  content: z.string().describe("All of the file's text")
})
type Input = z.infer<typeof parameters>

const refuse = (message: string) => new ToolError({ message })

/** What the input alone says is wrong. */
const mistake = ({ content, path }: Input): ToolError | undefined => {
  if (/[/\\]$/.test(path)) return refuse(`${path} is the name of a directory. Give the path of a file.`)
  if (!content.isWellFormed())
    return refuse("content holds half of a character (a lone surrogate). Give whole characters.")
  return undefined
}

/** What a call is about to do. */
type Plan =
  | { readonly kind: "create"; readonly path: string }
  | { readonly kind: "overwrite"; readonly path: string; readonly file: TextFile.Found }
  | { readonly kind: "keep"; readonly path: string }

/** What was allowed to be lost is what was there then. */
const describe = (plan: Plan): string =>
  plan.kind === "overwrite"
    ? `to overwrite ${plan.path} with its ${plan.file.bytes} bytes of ${plan.file.changed.toISOString()}`
    : plan.kind === "create"
      ? `to create ${plan.path}`
      : `to leave ${plan.path} as it is`

const look = Effect.fnUntraced(function* (input: Input, context: Tool.ToolContext): Effect.fn.Return<Plan, ToolError> {
  const wrong = mistake(input)
  if (wrong !== undefined) return yield* wrong
  const path = yield* realPath(context.directory, input.path)
  const file = yield* TextFile.lookAt(path)
  if (file === undefined) return { kind: "create", path }
  return (yield* TextFile.holds(file, input.content)) ? { kind: "keep", path } : { kind: "overwrite", path, file }
})

/** The difference, where there is a text to compare with. */
const difference = Effect.fnUntraced(function* (name: string, plan: Plan, content: string) {
  if (plan.kind !== "overwrite") return diffOf(name, "", content)
  const before = yield* Effect.result(TextFile.load(plan.path))
  return before._tag === "Success"
    ? diffOf(name, before.success.mark + before.success.text, content)
    : `The ${plan.file.bytes} bytes that are there now are no text that can be shown. They would be lost.`
})

const wantedBy = Effect.fnUntraced(function* (
  plan: Plan,
  input: Input,
  context: Tool.ToolContext
): Effect.fn.Return<Wanted> {
  const name = shortPath(context.directory, plan.path)
  // Nothing is written, but the answer tells what the file holds.
  if (plan.kind === "keep") return { permission: "read", title: `Compare ${name} with a text to write` }
  const title = `${plan.kind === "create" ? "Create" : "Overwrite"} ${name}`
  return { permission: "edit", title, details: yield* difference(name, plan, input.content) }
})

const execute = Effect.fnUntraced(function* (plan: Plan, { content }: Input, context: Tool.ToolContext) {
  const { path } = plan
  const name = shortPath(context.directory, path)
  const bytes = Buffer.byteLength(content)
  if (plan.kind === "keep") {
    const output = `${path} already holds exactly this text, so nothing was written.`
    return { title: name, output, metadata: { change: "none", bytes } }
  }
  const diff = yield* difference(name, plan, content)
  if (plan.kind === "create") {
    yield* TextFile.create(path, content, context.call)
    return {
      title: name,
      output: `${path} was created with ${bytes} bytes.`,
      metadata: { change: "created", bytes, diff }
    }
  }
  yield* TextFile.replace(plan.file, content, context.call)
  const output = `${path} was overwritten with ${bytes} bytes; the ${plan.file.bytes} bytes it had before are gone.`
  return { title: name, output, metadata: { change: "overwritten", bytes, diff } }
})

/** Makes the `write` tool. */
export const make = (): Tool.Tool => {
  const judged = Judged.make(describe)
  return Tool.make<Input>("write", {
    description: description(new URL("./Write.txt", import.meta.url)),
    parameters,
    safety: "once",
    permissions: Effect.fnUntraced(function* (input, context) {
      const plan = judged.remember(input, yield* look(input, context))
      return needsFor(context, plan.path, yield* wantedBy(plan, input, context))
    }),
    execute: Effect.fnUntraced(function* (input, context) {
      const plan = yield* look(input, context)
      return yield* execute(yield* judged.check(input, plan), input, context)
    }),
    journal: Effect.fnUntraced(function* (input, context) {
      const path = yield* realPath(context.directory, input.path)
      const before = yield* Journal.hashAt(path)
      return { path, before: before ?? null, after: Journal.hashOf(input.content) }
    }),
    recover: (_, context, noted) =>
      Journal.recover(noted, context.call, (path) => ({
        title: shortPath(context.directory, path),
        output: `${path} holds exactly this text: it was written.`
      }))
  })
}
