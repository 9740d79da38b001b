/** Reads a text file with line numbers, or lists a directory. */
import { isUtf8 } from "node:buffer"
import { constants } from "node:fs"
import { type FileHandle, open, readdir, stat } from "node:fs/promises"
import { ToolError } from "@rein/core/schema/ToolError"
import * as Tool from "@rein/core/tool/Tool"
import { Effect } from "effect"
import { z } from "zod"
import { description } from "./description.ts"
import * as Judged from "./Judged.ts"
import { missing } from "./Missing.ts"
import { needsFor } from "./Need.ts"
import { realPath, shortPath, visiblePath } from "./RealPath.ts"

/** Together with the remark less than `Truncation` lets through, so that an output is cut once and says where to go on. */
const maximumLines = 1_990
const maximumBytes = 48 * 1024
const maximumWidth = 2_000
/** Larger files are for programs that do not load all of it. */
const maximumFileBytes = 64 * 1024 * 1024
const sampleBytes = 8 * 1024

const parameters = z.strictObject({
  path: z.string().min(1).describe("The file or directory: absolute, or relative to the session's directory"),
  offset: z.int().min(1).optional().describe("The first line, counted from 1"),
  limit: z.int().min(1).optional().describe("How many lines")
})
type Input = z.infer<typeof parameters>

const refuse = (message: string) => new ToolError({ message })

const readable = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`

/** One page of numbered or plain lines, and where the next begins. */
const page = (lines: ReadonlyArray<string>, input: Input, show: (line: string, number: number) => string) => {
  const first = input.offset ?? 1
  const wanted = Math.min(input.limit ?? maximumLines, maximumLines)
  const shown: Array<string> = []
  let bytes = 0
  for (let index = first - 1; index < lines.length && shown.length < wanted; index++) {
    const line = show(lines[index] ?? "", index + 1)
    bytes += Buffer.byteLength(line) + 1
    if (bytes > maximumBytes && shown.length > 0) break
    shown.push(line)
  }
  const last = first - 1 + shown.length
  const isAll = first === 1 && last === lines.length
  const next = last < lines.length ? ` Go on with offset ${last + 1}.` : ""
  return { text: shown.join("\n"), remark: isAll ? "" : `\n[Lines ${first} to ${last} of ${lines.length}.${next}]` }
}

/** Cut between characters, never inside of one. */
const cut = (line: string): string => {
  if (line.length <= maximumWidth) return line
  const end = (line.codePointAt(maximumWidth - 1) ?? 0) > 0xffff ? maximumWidth - 1 : maximumWidth
  return `${line.slice(0, end)} [${line.length - end} more characters of this line are left out]`
}

/** The lines of a text without their ends; a final line end does not begin another line. */
const linesOf = (text: string): ReadonlyArray<string> => {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/)
  if (lines.at(-1) === "") lines.pop()
  return lines
}

const list = Effect.fnUntraced(function* (input: Input, path: string) {
  const entries = yield* Effect.tryPromise({
    try: () => readdir(path, { withFileTypes: true }),
    catch: (cause) => refuse(`The directory ${path} cannot be listed: ${String(cause)}`)
  })
  const names = entries.map((entry) => visiblePath(entry.isDirectory() ? `${entry.name}/` : entry.name)).toSorted()
  if (names.length === 0) return { output: "[The directory is empty.]", metadata: { entries: 0 } }
  if ((input.offset ?? 1) > names.length) return yield* beyond(input, names.length, "entries")
  const { remark, text } = page(names, input, (name) => name)
  return { output: text + remark, metadata: { entries: names.length } }
})

const beyond = ({ offset, path }: Input, count: number, what: string) =>
  refuse(`The offset ${offset} is behind the end: ${path} has ${count} ${what}. Use an offset from 1 to ${count}.`)

/** Bytes that no text in UTF-8 has. */
const isBinary = (sample: Uint8Array): boolean => sample.includes(0)

const whole = async (file: FileHandle, path: string, size: number): Promise<Buffer | ToolError> => {
  const sample = new Uint8Array(Math.min(size, sampleBytes))
  await file.read(sample, 0, sample.length, 0)
  if (isBinary(sample)) {
    return refuse(
      `${path} is a binary file of ${size} bytes (or text in UTF-16), which cannot be shown as lines. ` +
        "Use bash with a program that knows its format, e.g. file, xxd, strings or iconv."
    )
  }
  return file.readFile()
}

const load = (path: string, size: number) =>
  Effect.tryPromise({
    try: async () => {
      // The path is real: a link here was put there since it was judged.
      const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
      try {
        return await whole(file, path, size)
      } finally {
        await file.close()
      }
    },
    catch: (cause) => refuse(`${path} cannot be read: ${String(cause)}`)
  }).pipe(Effect.flatMap((loaded) => (loaded instanceof ToolError ? Effect.fail(loaded) : Effect.succeed(loaded))))

const read = Effect.fnUntraced(function* (input: Input, context: Tool.ToolContext, path: string) {
  const found = yield* Effect.promise(() =>
    stat(path).then(
      (found) => found,
      () => undefined
    )
  )
  if (found === undefined) return yield* Effect.flatMap(missing(context, path), Effect.fail)
  if (found.isDirectory()) return yield* list(input, path)
  if (!found.isFile()) return yield* refuse(`${path} is no file but a device, pipe or socket, and is not read.`)
  if (found.size > maximumFileBytes) {
    return yield* refuse(
      `${path} has ${readable(found.size)}, more than the ${readable(maximumFileBytes)} that are read at once. ` +
        "Search it or take a part of it with bash, e.g. grep -n, head, tail or sed -n '1000,1100p'."
    )
  }
  const bytes = yield* load(path, found.size)
  const lines = linesOf(bytes.toString("utf8"))
  const metadata = { lines: lines.length, bytes: found.size }
  if (lines.length === 0) return { output: "[The file is empty.]", metadata }
  if ((input.offset ?? 1) > lines.length) return yield* beyond(input, lines.length, "lines")
  const { remark, text } = page(lines, input, (line, number) => `${String(number).padStart(5)}\t${cut(line)}`)
  const damaged = isUtf8(bytes) ? "" : "\n[Some bytes are not UTF-8 and are shown as \uFFFD. edit refuses this file.]"
  return { output: text + remark + damaged, metadata }
})

/** Makes the `read` tool. */
export const make = (): Tool.Tool => {
  const judged = Judged.make((path: string) => path)
  return Tool.make<Input>("read", {
    description: description(new URL("./Read.txt", import.meta.url), {
      lines: maximumLines,
      kilobytes: maximumBytes / 1024,
      width: maximumWidth
    }),
    parameters,
    safety: "read",
    permissions: Effect.fnUntraced(function* (input, context) {
      const path = judged.remember(input, yield* realPath(context.directory, input.path))
      return needsFor(context, path, { permission: "read", title: `Read ${shortPath(context.directory, path)}` })
    }),
    execute: Effect.fnUntraced(function* (input, context) {
      const path = yield* Effect.flatMap(realPath(context.directory, input.path), (path) => judged.check(input, path))
      return { title: shortPath(context.directory, path), ...(yield* read(input, context, path)) }
    })
  })
}
