/**
 * Holds a test run in its middle, so that `kill -9` hits it there and not a moment before or after.
 *
 * For that time a file that the tests read is a pipe: whoever opens it is known to be there, and waits. No time is
 * guessed.
 */
import { constants } from "node:fs"
import { type FileHandle, open, readFile, rename, rm, writeFile } from "node:fs/promises"
import { Deferred, Effect, Schema, type Scope } from "effect"
import { capture } from "./Programs.ts"
import { environment } from "./Project.ts"

/** The file cannot be held. */
export class HoldError extends Schema.TaggedError<HoldError>("@rein/cli/demo/Hold/HoldError")("HoldError", {
  message: Schema.String
}) {}

/** A hold on one file; arming it runs `mkfifo`, and releasing what was never armed does nothing. */
export interface Hold {
  /** From now on a reader of the file is held. */
  readonly arm: Effect.Effect<void, HoldError>
  /** Waits until a reader is held. */
  readonly reached: Effect.Effect<void, HoldError>
  /** Puts the file back and lets the reader go on with its content. */
  readonly release: Effect.Effect<void>
}

const lookEvery = "5 millis"

const attempt = <A>(path: string, work: () => Promise<A>): Effect.Effect<A, HoldError> =>
  Effect.tryPromise({
    try: work,
    catch: (cause) =>
      new HoldError({ message: `${path} cannot be held: ${cause instanceof Error ? cause.message : String(cause)}` })
  })

const makePipe = Effect.fnUntraced(function* (path: string) {
  const program = { command: "mkfifo", args: [path], directory: "/", environment: environment() }
  const { code, output } = yield* Effect.mapError(capture(program), ({ message }) => new HoldError({ message }))
  if (code !== 0) return yield* new HoldError({ message: `mkfifo ${path}: ${output.trim()}` })
})

/** The writing end of a pipe that somebody reads, else nothing. */
const writingEnd = (path: string): Promise<FileHandle | undefined> =>
  open(path, constants.O_WRONLY | constants.O_NONBLOCK).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENXIO") return undefined
    throw cause
  })

/** Makes a hold on a file. It is released with the scope at the latest. */
export const make = Effect.fnUntraced(function* (path: string): Effect.fn.Return<Hold, never, Scope.Scope> {
  const armed = yield* Deferred.make<void>()
  const pipe = `${path}.pipe`
  let content: Buffer | undefined
  let end: FileHandle | undefined

  const arm = Effect.gen(function* () {
    const given = yield* attempt(path, () => readFile(path))
    yield* makePipe(pipe)
    content = given
    yield* attempt(path, () => rename(pipe, path))
    yield* Deferred.succeed(armed, undefined)
  })

  const look = Effect.gen(function* () {
    while (end === undefined) {
      end = yield* attempt(path, () => writingEnd(path))
      if (end === undefined) yield* Effect.sleep(lookEvery)
    }
  })

  const putBack = async () => {
    if (content === undefined) return
    const given = content
    content = undefined
    // Whoever came since the last look is let go, too.
    end ??= await writingEnd(path).catch(() => undefined)
    await writeFile(`${path}.new`, given)
    await rename(`${path}.new`, path)
    // The reader may have died meanwhile.
    await end?.writeFile(given).catch(() => undefined)
    await end?.close()
    await rm(pipe, { force: true })
  }

  const release = Effect.promise(putBack)
  yield* Effect.addFinalizer(() => release)
  return { arm, reached: Effect.andThen(Deferred.await(armed), look), release }
})
