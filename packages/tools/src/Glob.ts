/** Finds files by a pattern of their names. */
import { lstat, stat } from "node:fs/promises"
import { join } from "node:path"
import type { Processes } from "@rein/core/process/Processes"
import { ToolError } from "@rein/core/schema/ToolError"
import * as Tool from "@rein/core/tool/Tool"
import { Effect } from "effect"
import { z } from "zod"
import { description } from "./description.ts"
import * as GlobPattern from "./GlobPattern.ts"
import * as Judged from "./Judged.ts"
import { missing } from "./Missing.ts"
import { needsFor } from "./Need.ts"
import { realPath, shortPath, visiblePath } from "./RealPath.ts"
import * as Ripgrep from "./Ripgrep.ts"

const maximumFiles = 100
/** With the remarks less than `Truncation` lets through. */
const maximumBytes = 48 * 1024

const parameters = z.strictObject({
  pattern: z.string().min(1).describe('What the files are called, e.g. "*.ts" or "src/**/*.{test,spec}.ts"'),
  path: z.string().min(1).optional().describe("Where to look; default the session's directory")
})
type Input = z.infer<typeof parameters>

const refuse = (message: string) => new ToolError({ message })

/** The directory that is searched, and the pattern below it. */
const place = Effect.fnUntraced(function* (input: Input, context: Tool.ToolContext) {
  const { directory, rest } = GlobPattern.split(input.pattern)
  const base = yield* realPath(context.directory, input.path ?? ".")
  return { path: yield* realPath(base, directory === "" ? "." : directory), rest }
})

/** Files of one time have no order of their own. */
const sorted = (directory: string, paths: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    const times = await Promise.all(
      paths.map(async (path) => {
        const found = await lstat(join(directory, path), { bigint: true }).catch(() => undefined)
        return { path: join(directory, path), time: found?.mtimeNs ?? 0n }
      })
    )
    return times
      .toSorted((a, b) => (a.time === b.time ? (a.path < b.path ? -1 : 1) : a.time > b.time ? -1 : 1))
      .map(({ path }) => path)
  })

/** As many as may be shown. */
const fitting = (paths: ReadonlyArray<string>): ReadonlyArray<string> => {
  let bytes = 0
  return paths.filter((path) => (bytes += Buffer.byteLength(path) + 1) <= maximumBytes)
}

const find = Effect.fnUntraced(function* (
  input: Input,
  context: Tool.ToolContext,
  { path, rest }: { readonly path: string; readonly rest: string },
  ripgrep: Ripgrep.Ripgrep
) {
  const found = yield* Effect.promise(() => stat(path).catch(() => undefined))
  if (found === undefined) return yield* Effect.flatMap(missing(context, path, "directory"), Effect.fail)
  if (!found.isDirectory()) return yield* refuse(`${path} is no directory. Give a directory as path, or read the file.`)
  const matches = GlobPattern.compile(rest)
  if (matches === undefined)
    return yield* refuse(`The braces of ${input.pattern} stand for too many patterns. Give fewer.`)
  const first: Array<string> = []
  let count = 0
  const ended = yield* ripgrep({
    context,
    directory: path,
    args: ["--files", "--null", "--sortr=modified", "--", "."],
    onText: Ripgrep.eachPath((name) => {
      if (matches(name) && count++ < maximumFiles) first.push(name)
    })
  })
  const paths = (yield* sorted(path, first)).map((path) => visiblePath(shortPath(context.directory, path)))
  const shown = fitting(paths)
  const remarks = [
    ...(count === 0
      ? [`[No file in ${shortPath(context.directory, path)} matches. Files that .gitignore names are not looked at.]`]
      : []),
    ...(count > shown.length
      ? [`[The newest ${shown.length} of ${count} files are shown. Narrow the pattern or give a path.]`]
      : []),
    ...Ripgrep.remarksOn(ended)
  ]
  return {
    title: input.pattern,
    output: [...shown, ...remarks].join("\n"),
    metadata: { count }
  }
})

const options = Effect.gen(function* () {
  const ripgrep = yield* Ripgrep.make
  const judged = Judged.make((path: string) => path)
  const made: Tool.Options<Input> = {
    description: description(new URL("./Glob.txt", import.meta.url), { files: maximumFiles }),
    parameters,
    safety: "read",
    permissions: Effect.fnUntraced(function* (input, context) {
      const { path } = yield* place(input, context)
      judged.remember(input, path)
      const title = `Find ${input.pattern} in ${shortPath(context.directory, path)}`
      return needsFor(context, path, { permission: "glob", and: "read", title })
    }),
    execute: Effect.fnUntraced(function* (input, context) {
      const where = yield* place(input, context)
      yield* judged.check(input, where.path)
      return yield* find(input, context, where, ripgrep)
    })
  }
  return made
})

/** Makes the `glob` tool. */
export const make: Effect.Effect<Tool.Tool, never, Processes> = Tool.effect("glob", options)
