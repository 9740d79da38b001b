/** Facts about models that are newer than this program: loaded when somebody asks for it, kept in the cache folder. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Catalogue } from "@rein/providers"
import { Effect } from "effect"
import { UserDirectories } from "effect/persistence"

/** `rein/catalogue` below the cache folder; nothing when the system names none. */
const folder: Effect.Effect<string | undefined> = Effect.gen(function* () {
  const folders = yield* UserDirectories.UserDirectories
  return join(yield* folders.cache("rein"), "catalogue")
}).pipe(
  Effect.provide(UserDirectories.layer),
  Effect.catch(() => Effect.succeed(undefined))
)

const fileOf = (place: string, provider: string): string => join(place, `${provider}.json`)

/** What was loaded of a provider; nothing when nobody has loaded anything, or the file cannot be read. */
export const newer = async (provider: string): Promise<Catalogue.Models | undefined> => {
  const place = await Effect.runPromise(folder)
  if (place === undefined) return undefined
  try {
    return Catalogue.readStored(await readFile(fileOf(place, provider), "utf8"))
  } catch {
    return undefined
  }
}

const write = async (place: string, provider: string, models: Catalogue.Models): Promise<void> => {
  const file = fileOf(place, provider)
  const fresh = `${file}.${process.pid}`
  await writeFile(fresh, JSON.stringify(models), { mode: 0o600 })
  // A reader sees the old file or the new one.
  await rename(fresh, file)
}

/** Loads the list now and keeps it. Gives the number of models. */
export const refresh = Effect.fn("rein.models.refresh")(function* (url: string | undefined) {
  const found = yield* Catalogue.refresh(url)
  const place = yield* folder
  if (place !== undefined) {
    yield* Effect.promise(async () => {
      await mkdir(place, { recursive: true, mode: 0o700 })
      for (const [provider, models] of Object.entries(found)) await write(place, provider, models)
    })
  }
  return Object.values(found).reduce((sum, models) => sum + Object.keys(models).length, 0)
})
