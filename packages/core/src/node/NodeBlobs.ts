/** Blobs as files, each named by its hash. A file is there whole or not at all. */
import { createHash, randomUUID } from "node:crypto"
import { open, readFile, rename, rm, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Effect, Layer } from "effect"
import { BlobError, Blobs, bytesOf } from "../blob/Blobs.ts"
import { BlobHash } from "../schema/Ids.ts"
import { makeFolder } from "./internal/makeFolder.ts"

export interface Options {
  readonly directory: string
  /** What a stored blob survives: the death of the process (the default), or also that of the machine. */
  readonly durability?: "process" | "power"
}

const hash = (bytes: Uint8Array): BlobHash => BlobHash.make(createHash("sha256").update(bytes).digest("hex"))

/** The first two characters make the folder, so that no folder gets too long. */
const pathOf = (directory: string, hash: BlobHash): string => join(directory, hash.slice(0, 2), hash.slice(2))

const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    (found) => found.size,
    () => undefined
  )

const writeWhole = async (path: string, bytes: Uint8Array, flush: boolean): Promise<void> => {
  makeFolder(dirname(path))
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    const file = await open(temporary, "wx", 0o600)
    try {
      await file.writeFile(bytes)
      if (flush) await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

const failed =
  (operation: "put" | "get", path: string) =>
  (error: unknown): BlobError =>
    new BlobError({ operation, detail: `${path}: ${error instanceof Error ? error.message : String(error)}` })

const make = (options: Options) => {
  const put = Effect.fnUntraced(function* (value: string | Uint8Array) {
    const bytes = bytesOf(value)
    const name = hash(bytes)
    const path = pathOf(options.directory, name)
    const store = async (): Promise<void> => {
      // A file of another size is left over from some damage; written again it is whole.
      if ((await sizeOf(path)) !== bytes.length) await writeWhole(path, bytes, options.durability === "power")
    }
    yield* Effect.uninterruptible(Effect.tryPromise({ try: store, catch: failed("put", path) }))
    return name
  })

  const get = Effect.fnUntraced(function* (name: BlobHash) {
    const path = pathOf(options.directory, name)
    const bytes = yield* Effect.tryPromise({ try: () => readFile(path), catch: failed("get", path) })
    if (hash(bytes) === name) return new Uint8Array(bytes)
    return yield* new BlobError({ operation: "get", detail: `${path} no longer has the content it is named by` })
  })

  return Blobs.of({ put, get })
}

/** Keeps blobs below one directory, which is made when the first one comes. */
export const layerWith = (options: Options): Layer.Layer<Blobs> => Layer.sync(Blobs, () => make(options))
