/** Blobs as files, each named by its hash. A file is there whole or not at all. */
import { createHash, randomUUID } from "node:crypto"
import { open, readdir, readFile, rename, rm, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Effect, Layer } from "effect"
import { BlobError, Blobs, bytesOf } from "../blob/Blobs.ts"
import { BlobHash } from "../schema/Ids.ts"
import { makeFolder } from "./internal/makeFolder.ts"
import { explain, reasonOf } from "./internal/sqliteFailure.ts"

/** Where the files lie, and what they survive. */
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

/** Files that are being written have a folder of their own, so that what a crash left is found without a search. */
const temporaryFolder = (directory: string): string => join(directory, "tmp")

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // An error of the system, which has a code. Another user's process lives, too.
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

const writtenAt = (path: string): Promise<number> =>
  stat(path).then(
    (found) => found.mtimeMs,
    () => 0
  )

/** Removes what processes left that died while they wrote. In a container, an earlier one often had our own pid. */
const sweep = async (folder: string): Promise<void> => {
  const began = Date.now() - process.uptime() * 1_000
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    const pid = Number.parseInt(name, 10)
    const isWritten = pid === process.pid ? (await writtenAt(path)) >= began : lives(pid)
    if (!isWritten) await rm(path, { force: true })
  }
}

const writeWhole = async (directory: string, path: string, bytes: Uint8Array, flush: boolean): Promise<void> => {
  makeFolder(dirname(path))
  makeFolder(temporaryFolder(directory))
  const temporary = join(temporaryFolder(directory), `${process.pid}-${randomUUID()}`)
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

/** Whoever cannot see this process, as on another host, takes its file for one that was left; then it is written again. */
const writeSurely = async (...file: Parameters<typeof writeWhole>): Promise<void> =>
  writeWhole(...file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error
    return writeWhole(...file)
  })

const failed =
  (operation: "put" | "get", path: string) =>
  (error: unknown): BlobError => {
    const reason = reasonOf(error)
    if (operation === "put" && (reason === "Full" || reason === "NotWritable"))
      return new BlobError({ operation, reason, detail: explain(reason, path, error) })
    return new BlobError({ operation, detail: `${path}: ${error instanceof Error ? error.message : String(error)}` })
  }

const make = (options: Options) => {
  let swept: Promise<void> | undefined
  // What is left takes only room: a folder that cannot be swept keeps nothing from being stored.
  const sweepOnce = () => (swept ??= sweep(temporaryFolder(options.directory)).catch(() => undefined))

  const put = Effect.fnUntraced(function* (value: string | Uint8Array) {
    const bytes = bytesOf(value)
    const name = hash(bytes)
    const path = pathOf(options.directory, name)
    const store = async (): Promise<void> => {
      await sweepOnce()
      // A file of another size is left over from some damage; written again it is whole.
      if ((await sizeOf(path)) === bytes.length) return
      await writeSurely(options.directory, path, bytes, options.durability === "power")
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
