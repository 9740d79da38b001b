/** Searches the contents of files for a regular expression. */
import { stat } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import type { Agents } from "@rein/core/agent/Agents"
import type { Processes } from "@rein/core/process/Processes"
import { ToolError } from "@rein/core/schema/ToolError"
import type { Settings } from "@rein/core/settings/Settings"
import * as Tool from "@rein/core/tool/Tool"
import { Effect } from "effect"
import { z } from "zod"
import { description } from "./description.ts"
import * as GlobPattern from "./GlobPattern.ts"
import * as GrepOutput from "./GrepOutput.ts"
import * as Judged from "./Judged.ts"
import { missing } from "./Missing.ts"
import { needsFor } from "./Need.ts"
import * as Readable from "./Readable.ts"
import { realPath, shortPath, visiblePath } from "./RealPath.ts"
import * as Ripgrep from "./Ripgrep.ts"

const maximumMatches = 200
const maximumBytes = 48 * 1024
/** In characters; ripgrep cuts. */
const maximumWidth = 400
/** Of files that were left out. */
const namedFiles = 3

const parameters = z.strictObject({
  pattern: z.string().min(1).describe("A regular expression"),
  path: z.string().min(1).optional().describe("The directory or file to search; default the session's directory"),
  include: z.string().min(1).optional().describe('Only files like this, e.g. "*.ts"'),
  literal: z.boolean().optional().describe("Take the pattern as plain text; default false")
})
type Input = z.infer<typeof parameters>

const refuse = (message: string) => new ToolError({ message })

/** What the input alone says is wrong. */
const mistake = ({ pattern }: Input): ToolError | undefined => {
  if (pattern.includes("\0")) return refuse("The pattern holds a NUL character, which no text has. Leave it out.")
  if (!pattern.isWellFormed())
    return refuse("The pattern holds half of a character (a lone surrogate). Give whole ones.")
  return undefined
}

/** Spares ripgrep the files whose name cannot match; that a whole path matches is looked at afterwards. */
export const typeArguments = (include: string): ReadonlyArray<string> => {
  const names = (GlobPattern.alternatives(include) ?? []).map((one) => one.split("/").at(-1) ?? "")
  if (names.length === 0 || !names.every((name) => /^[\w.*-]+$/.test(name) && !name.includes("**"))) return []
  return [...names.map((name) => `--type-add=wanted:${name}`), "--type=wanted"]
}

/** The arguments of a search. Whatever the pattern is, it is one argument and no option. */
export const searchArguments = ({ include, literal, pattern }: Input, target: string): ReadonlyArray<string> => [
  "--line-number",
  "--with-filename",
  "--no-heading",
  "--null",
  "--sort=path",
  "--crlf",
  "--engine=auto",
  `--max-columns=${maximumWidth}`,
  "--max-columns-preview",
  ...(literal === true ? ["--fixed-strings"] : []),
  ...(include === undefined ? [] : typeArguments(include)),
  `--regexp=${pattern}`,
  "--",
  target
]

/** Where a search begins. A file is searched whatever it is called; of a directory what may be read. */
interface Place {
  readonly directory: string
  readonly target: string
  readonly isWanted: (path: string) => boolean
  readonly isReadable: (path: string) => boolean
}

const placeOf = Effect.fnUntraced(function* (
  { include }: Input,
  context: Tool.ToolContext,
  path: string,
  readable: Readable.Readable
) {
  const found = yield* Effect.promise(() => stat(path).catch(() => undefined))
  if (found === undefined) return yield* Effect.flatMap(missing(context, path), Effect.fail)
  const all = () => true
  if (found.isFile()) {
    return { directory: dirname(path), target: `./${basename(path)}`, isWanted: all, isReadable: all } satisfies Place
  }
  if (!found.isDirectory()) return yield* refuse(`${path} is a device, pipe or socket, and is not searched.`)
  const isWanted = include === undefined ? all : GlobPattern.compile(include.replace(/^(?:\.?\/)+/, "/"))
  if (isWanted === undefined) return yield* refuse(`The braces of ${include} stand for too many patterns. Give fewer.`)
  const isReadable = yield* readable(context)
  return {
    directory: path,
    target: ".",
    isWanted,
    isReadable: (name) => isReadable(join(path, name))
  } satisfies Place
})

/** The files of a place that are not searched. Told of all of them, found or not: else their contents could be guessed. */
const leftOut = Effect.fnUntraced(function* (
  { include }: Input,
  context: Tool.ToolContext,
  place: Place,
  ripgrep: Ripgrep.Ripgrep
) {
  if (place.target !== ".") return []
  const names: Array<string> = []
  yield* ripgrep({
    context,
    directory: place.directory,
    args: ["--files", "--null", ...(include === undefined ? [] : typeArguments(include)), "--", "."],
    onText: Ripgrep.eachPath((name) => {
      if (place.isWanted(name) && !place.isReadable(name)) names.push(name)
    })
  })
  return names.toSorted()
})

interface Shown {
  readonly text: string
  readonly count: number
  readonly isCut: boolean
}

/** Collects what is shown, up to its limits. */
const collect = (context: Tool.ToolContext, place: Place) => {
  const lines: Array<string> = []
  let [file, count, bytes, isCut] = ["", 0, 0, false]
  const show = ({ line, path, text }: GrepOutput.Match) => {
    const name = visiblePath(shortPath(context.directory, join(place.directory, path)))
    const heading = path === file ? [] : [...(file === "" ? [] : [""]), name]
    const added = [...heading, `${String(line).padStart(5)}\t${text}`]
    const size = added.reduce((sum, one) => sum + Buffer.byteLength(one) + 1, 0)
    isCut = count === maximumMatches || (bytes + size > maximumBytes && count > 0)
    if (isCut) return
    lines.push(...added)
    file = path
    count++
    bytes += size
  }
  return {
    add: (matches: ReadonlyArray<GrepOutput.Match>): boolean => {
      for (const match of matches) {
        if (!isCut && place.isWanted(match.path) && place.isReadable(match.path)) show(match)
      }
      return !isCut
    },
    finish: (): Shown => ({ text: lines.join("\n"), count, isCut })
  }
}

/** The error of ripgrep's own engine, which says where; that of the other engine says the same again. */
const badPattern = (errors: string): ToolError => {
  if (!/regex/.test(errors)) return refuse(`ripgrep refused the search, so nothing was searched:\n${errors}`)
  const [, own] = /default regex engine error:\n~+\n([\s\S]*?)\n~+/.exec(errors) ?? []
  return refuse(
    `The pattern is no valid regular expression, so nothing was searched:\n${own ?? errors}\n` +
      "Mend it, or set literal to true to search for the text as it stands."
  )
}

/** Everything that a search gave. */
interface Result {
  readonly ended: Ripgrep.Ended
  readonly shown: Shown
  /** Files with matches behind the place where they stop being text. */
  readonly binaries: ReadonlyArray<string>
  readonly hidden: ReadonlyArray<string>
}

const remarksOn = (
  { pattern }: Input,
  nameOf: (path: string) => string,
  { binaries, ended, hidden, shown }: Result
): ReadonlyArray<string> => {
  const listed = (paths: ReadonlyArray<string>) =>
    paths.slice(0, namedFiles).map(nameOf).join(", ") +
    (paths.length > namedFiles ? ` and ${paths.length - namedFiles} more` : "")
  const noMatch = `[No match.${/\n|\\n/.test(pattern) ? " A match never goes over the end of a line." : ""}]`
  return [
    ...(shown.count === 0 && binaries.length === 0 ? [noMatch] : []),
    ...(shown.isCut ? [`[Only the first ${shown.count} matches are shown. Narrow the pattern, path or include.]`] : []),
    ...(binaries.length === 0 ? [] : [`[Matches behind binary data are not shown: ${listed(binaries)}.]`]),
    ...(hidden.length === 0
      ? []
      : [`[Not searched, because reading it needs permission: ${listed(hidden)}. Give one as path to search it.]`]),
    ...Ripgrep.remarksOn(ended)
  ]
}

const search = Effect.fnUntraced(function* (
  input: Input,
  context: Tool.ToolContext,
  place: Place,
  ripgrep: Ripgrep.Ripgrep
) {
  const reader = GrepOutput.make()
  const collected = collect(context, place)
  const [ended, hidden] = yield* Effect.all(
    [
      ripgrep({
        context,
        directory: place.directory,
        args: searchArguments(input, place.target),
        onText: (text) => collected.add(reader.add(text))
      }),
      leftOut(input, context, place, ripgrep)
    ],
    { concurrency: 2 }
  )
  if (ended.errors !== "") return yield* badPattern(ended.errors)
  const shown = collected.finish()
  const binaries = reader.finish().filter((path) => place.isWanted(path) && place.isReadable(path))
  const nameOf = (path: string) => visiblePath(shortPath(context.directory, join(place.directory, path)))
  const remarks = remarksOn(input, nameOf, { ended, shown, binaries, hidden })
  return {
    title: input.pattern,
    output: [...(shown.count === 0 ? [] : [shown.text]), ...remarks].join("\n"),
    metadata: { count: shown.count }
  }
})

const options = Effect.gen(function* () {
  const ripgrep = yield* Ripgrep.make
  const readable = yield* Readable.make
  const judged = Judged.make((path: string) => path)
  const made: Tool.Options<Input> = {
    description: description(new URL("./Grep.txt", import.meta.url), {
      matches: maximumMatches,
      kilobytes: maximumBytes / 1024,
      width: maximumWidth
    }),
    parameters,
    safety: "read",
    permissions: Effect.fnUntraced(function* (input, context) {
      const wrong = mistake(input)
      if (wrong !== undefined) return yield* wrong
      const path = judged.remember(input, yield* realPath(context.directory, input.path ?? "."))
      const title = `Search for ${input.pattern} in ${shortPath(context.directory, path)}`
      return needsFor(context, path, { permission: "grep", and: "read", title })
    }),
    execute: Effect.fnUntraced(function* (input, context) {
      const path = yield* realPath(context.directory, input.path ?? ".")
      yield* judged.check(input, path)
      return yield* search(input, context, yield* placeOf(input, context, path, readable), ripgrep)
    })
  }
  return made
})

/** Makes the `grep` tool. */
export const make: Effect.Effect<Tool.Tool, never, Processes | Settings | Agents> = Tool.effect("grep", options)
