/** Where things are on disk. */
import { realpath, stat } from "node:fs/promises"
import { resolve } from "node:path"
import { Effect } from "effect"
import { UserDirectories } from "effect/persistence"
import { UsageError } from "./Failure.ts"

/** The folder of Rein's data: `rein` below `XDG_DATA_HOME`, or where the system keeps such things. */
export const dataFolder: Effect.Effect<string, UsageError> = Effect.gen(function* () {
  const folders = yield* UserDirectories.UserDirectories
  return yield* folders.data("rein")
}).pipe(
  Effect.provide(UserDirectories.layer),
  Effect.mapError(
    (error) =>
      new UsageError({ message: `There is no folder for the data of rein: ${error.message}. Set XDG_DATA_HOME.` })
  )
)

/** The real path of a directory that exists. */
export const realDirectory = Effect.fnUntraced(function* (given: string): Effect.fn.Return<string, UsageError> {
  const path = resolve(given)
  const found = yield* Effect.promise(async () => {
    try {
      const real = await realpath(path)
      return { real, isDirectory: (await stat(real)).isDirectory() }
    } catch {
      return undefined
    }
  })
  if (found === undefined) {
    return yield* new UsageError({
      message: `The directory ${path} does not exist or cannot be opened. Give another one with --dir.`
    })
  }
  if (!found.isDirectory) {
    return yield* new UsageError({ message: `${path} is a file. Give the directory to work in with --dir.` })
  }
  return found.real
})
