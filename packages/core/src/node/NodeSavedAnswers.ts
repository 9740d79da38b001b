/**
 * Answers for projects in one file, a line of JSON each, readable by its owner only.
 *
 * Lines are only ever added, each in one write, so that processes side by side lose nothing of each other. Whoever wants
 * to take an answer back deletes its line.
 */
import { appendFile, readFile, stat } from "node:fs/promises"
import { dirname } from "node:path"
import { Effect, Layer, Option, Schema } from "effect"
import { Offer } from "../schema/Question.ts"
import { missingFrom, SavedAnswers } from "../settings/SavedAnswers.ts"
import { makeFolder } from "./internal/makeFolder.ts"

/** Where the answers are kept. */
export interface Options {
  /** The file; it is made when the first answer is saved. */
  readonly path: string
}

const Line = Schema.fromJsonString(Schema.Struct({ directory: Schema.String, ...Offer.fields }))
type Line = typeof Line.Type

/** A line that cannot be read, e.g. because a crash cut it, allows nothing. */
const linesOf = (text: string): ReadonlyArray<Line> =>
  text.split("\n").flatMap((line) => Option.toArray(Schema.decodeOption(Line)(line)))

/** Reads the file again only after it has changed. */
const reader = (path: string): (() => Promise<ReadonlyArray<Line>>) => {
  let known: { readonly mark: string; readonly lines: ReadonlyArray<Line> } | undefined
  return async () => {
    const found = await stat(path).catch(() => undefined)
    if (found === undefined) return []
    const mark = `${found.ino} ${found.size} ${found.mtimeMs}`
    if (known?.mark !== mark) known = { mark, lines: linesOf(await readFile(path, "utf8")) }
    return known.lines
  }
}

/** Answers in this file. What cannot be read is asked, what cannot be saved holds for the session; both with a warning. */
export const layerWith = ({ path }: Options): Layer.Layer<never> => {
  const read = reader(path)

  const of = (directory: string) =>
    Effect.tryPromise(async () => (await read()).filter((line) => line.directory === directory)).pipe(
      Effect.map((lines) => lines.map(({ directory: _same, ...offer }): Offer => offer)),
      Effect.catch(({ cause }) =>
        Effect.as(Effect.logWarning(`The answers for projects in ${path} cannot be read: ${String(cause)}`), [])
      )
    )

  const save = Effect.fnUntraced(function* (directory: string, offers: ReadonlyArray<Offer>) {
    const fresh = missingFrom(yield* of(directory), offers)
    if (fresh.length === 0) return
    // An earlier line may have been cut by a crash, so each begins a line of its own.
    const text = fresh.map((offer) => `\n${JSON.stringify({ directory, ...offer })}\n`).join("")
    yield* Effect.tryPromise(async () => {
      makeFolder(dirname(path))
      await appendFile(path, text, { mode: 0o600 })
    }).pipe(
      Effect.catch(({ cause }) =>
        Effect.logWarning(`The answer holds for this session only: ${path} cannot be written: ${String(cause)}`)
      )
    )
  })

  return Layer.succeed(SavedAnswers, { of, save })
}
