/** Loads, makes and replaces text files as they are: bytes in, bytes out, nothing guessed. */
import { constants } from "node:fs"
import { access, link, lstat, mkdir, open, realpath, rename, stat, unlink } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import type { CallId } from "@rein/core/schema/Ids"
import { ToolError } from "@rein/core/schema/ToolError"
import { Effect } from "effect"

/** A file as it was found. */
export interface Found {
  readonly path: string
  readonly bytes: number
  readonly changed: Date
  readonly mode: number
  /** Tells whether the file is still the same. */
  readonly version: string
}

/** A file that holds text. */
export interface TextFile extends Found {
  /** Without the byte order mark. */
  readonly text: string
  readonly mark: "" | "\uFEFF"
}

const maximumBytes = 32 * 1024 * 1024

const refuse = (message: string) => new ToolError({ message })

/** Foreign causes of node:fs, as an error for the model. */
const attempt = <A>(what: string, action: () => Promise<A>): Effect.Effect<A, ToolError> =>
  Effect.tryPromise({
    try: action,
    catch: (cause) => (cause instanceof ToolError ? cause : refuse(`${what}: ${String(cause)}`))
  })

const find = async (path: string): Promise<Found> => {
  const found = await stat(path, { bigint: true })
  if (!found.isFile()) throw refuse(`${path} is no file, so it cannot be changed. Give the path of a text file.`)
  return {
    path,
    bytes: Number(found.size),
    changed: found.mtime,
    mode: Number(found.mode) & 0o7777,
    version: `${found.dev}:${found.ino}:${found.size}:${found.mtimeNs}`
  }
}

const isMissing = (cause: unknown): boolean =>
  // Errors of node:fs carry a code.
  ["ENOENT", "ENOTDIR"].includes((cause as NodeJS.ErrnoException).code ?? "")

/** The file at a real path, if there is one; anything else there is refused. */
export const lookAt = (path: string): Effect.Effect<Found | undefined, ToolError> =>
  attempt(`${path} cannot be looked at`, () =>
    find(path).catch((cause: unknown) => {
      if (isMissing(cause)) return undefined
      throw cause
    })
  )

const decode = (bytes: Uint8Array, path: string): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw refuse(
      `${path} is not text in UTF-8, and an edit would damage it. Use bash with a program that knows its format.`
    )
  }
}

/** The path is real: a link here was put there since it was judged. */
const readBytes = async (path: string): Promise<Buffer> => {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  return file.readFile().finally(() => file.close())
}

/** Loads the file at a real path. */
export const load = (path: string): Effect.Effect<TextFile, ToolError> =>
  attempt(`${path} cannot be read`, async () => {
    const found = await find(path).catch((cause: unknown) => {
      if (!isMissing(cause)) throw cause
      throw refuse(`There is no file ${path}. Check the path with read or glob; edit changes only files that exist.`)
    })
    if (found.bytes > maximumBytes) {
      throw refuse(
        `${path} has ${found.bytes} bytes, more than the ${maximumBytes} that edit takes. Use bash, e.g. sed.`
      )
    }
    const bytes = await readBytes(path)
    if (bytes.includes(0)) throw refuse(`${path} is a binary file, so it cannot be edited as text.`)
    const text = decode(bytes, path)
    const mark = text.startsWith("\uFEFF") ? "\uFEFF" : ""
    return { ...found, text: text.slice(mark.length), mark }
  })

/** Does the file hold exactly this text? */
export const holds = (file: Found, text: string): Effect.Effect<boolean, ToolError> =>
  attempt(`${file.path} cannot be read`, async () => {
    const wanted = Buffer.from(text)
    return wanted.length === file.bytes && wanted.equals(await readBytes(file.path))
  })

/** Named after its call, so that whoever recovers the call finds what a crash left. */
const temporaryOf = (path: string, call: CallId): string =>
  join(dirname(path), `.${basename(path).slice(0, 100)}.${call}.tmp`)

/** Removes what a call that a crash cut off left beside the path. */
export const removeTemporary = (path: string, call: CallId): Effect.Effect<void> =>
  Effect.promise(() => unlink(temporaryOf(path, call)).catch(() => undefined))

/** Writes a file beside the path, for `use` to give it its name; it is gone afterwards. */
const withTemporary = async (
  path: string,
  text: string,
  call: CallId,
  mode: number | undefined,
  use: (temporary: string) => Promise<void>
): Promise<void> => {
  const temporary = temporaryOf(path, call)
  try {
    // A new file gets what the system gives to new files.
    const handle = await open(temporary, "wx", mode === undefined ? 0o666 : 0o600)
    try {
      await handle.writeFile(text, "utf8")
      if (mode !== undefined) await handle.chmod(mode)
    } finally {
      await handle.close()
    }
    await use(temporary)
  } finally {
    await unlink(temporary).catch(() => undefined)
  }
}

const replaceFile = async (file: Found, text: string, call: CallId) => {
  await access(file.path, constants.W_OK)
  await withTemporary(file.path, text, call, file.mode, async (temporary) => {
    const { version } = await find(file.path)
    if (version !== file.version) {
      throw refuse(`${file.path} was changed by somebody else meanwhile, so nothing was written. Read it again.`)
    }
    await rename(temporary, file.path)
  })
}

/**
 * Replaces the text of a file that was found, all at once, and keeps its mode.
 *
 * Done by a new file that takes the name of the old one, so a reader sees the
 * old or the new text; other hard links keep the old one.
 */
export const replace = (file: Found, text: string, call: CallId): Effect.Effect<void, ToolError> =>
  Effect.uninterruptible(attempt(`${file.path} cannot be written`, () => replaceFile(file, text, call)))

/** Some file systems have no hard links. */
const hasNoLinks = (cause: unknown): boolean =>
  ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes((cause as NodeJS.ErrnoException).code ?? "")

const createFile = async (path: string, text: string, call: CallId) => {
  const parent = dirname(path)
  await mkdir(parent, { recursive: true })
  if ((await realpath(parent)) !== parent) {
    throw refuse(`A directory above ${path} became a link meanwhile, so nothing was written. Look again.`)
  }
  const exists = () => refuse(`${path} was made by somebody else meanwhile, so nothing was written. Read it first.`)
  await withTemporary(path, text, call, undefined, async (temporary) => {
    try {
      // Unlike a rename it never takes the place of a file.
      await link(temporary, path)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "EEXIST") throw exists()
      if (!hasNoLinks(cause)) throw cause
      const isFree = await lstat(path).then(() => false, isMissing)
      if (!isFree) throw exists()
      await rename(temporary, path)
    }
  })
}

/** Makes a new file, all at once, with the directories above it. Never takes the place of one that is there. */
export const create = (path: string, text: string, call: CallId): Effect.Effect<void, ToolError> =>
  Effect.uninterruptible(attempt(`${path} cannot be written`, () => createFile(path, text, call)))
