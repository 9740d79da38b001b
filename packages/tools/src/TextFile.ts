/** Loads and replaces text files as they are: bytes in, bytes out, nothing guessed. */
import { randomBytes } from "node:crypto"
import { constants } from "node:fs"
import { access, open, rename, stat, unlink } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { ToolError } from "@rein/core/schema/ToolError"
import { Effect } from "effect"

/** A text file as it was found. */
export interface TextFile {
  readonly path: string
  /** Without the byte order mark. */
  readonly text: string
  readonly mark: "" | "\uFEFF"
  readonly mode: number
  /** Tells whether the file is still the same. */
  readonly version: string
}

const maximumBytes = 32 * 1024 * 1024

const refuse = (message: string) => new ToolError({ message })

/** Foreign causes of node:fs, as an error for the model. */
const attempt = <A>(what: string, action: () => Promise<A>): Effect.Effect<A, ToolError> =>
  Effect.tryPromise({
    try: action,
    catch: (cause) => (cause instanceof ToolError ? cause : refuse(`${what}: ${String(cause)}`))
  })

const versionOf = async (path: string) => {
  const found = await stat(path, { bigint: true })
  return { found, version: `${found.dev}:${found.ino}:${found.size}:${found.mtimeNs}` }
}

const decode = (bytes: Uint8Array, path: string): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw refuse(
      `${path} is not text in UTF-8, and an edit would damage it. Use bash with a program that knows its format.`
    )
  }
}

/** Loads the file at a real path. */
export const load = (path: string): Effect.Effect<TextFile, ToolError> =>
  attempt(`${path} cannot be read`, async () => {
    const { found, version } = await versionOf(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== "ENOENT" && cause.code !== "ENOTDIR") throw cause
      throw refuse(`There is no file ${path}. Check the path with read or bash; edit changes only files that exist.`)
    })
    if (!found.isFile()) throw refuse(`${path} is no file, so it cannot be edited. Give the path of a text file.`)
    if (found.size > maximumBytes) {
      throw refuse(
        `${path} has ${found.size} bytes, more than the ${maximumBytes} that edit takes. Use bash, e.g. sed.`
      )
    }
    // The path is real: a link here was put there since it was judged.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    const bytes = await file.readFile().finally(() => file.close())
    if (bytes.includes(0)) throw refuse(`${path} is a binary file, so it cannot be edited as text.`)
    const text = decode(bytes, path)
    const mark = text.startsWith("\uFEFF") ? "\uFEFF" : ""
    return { path, text: text.slice(mark.length), mark, mode: Number(found.mode) & 0o7777, version }
  })

const write = async (file: TextFile, text: string) => {
  await access(file.path, constants.W_OK)
  const temporary = join(
    dirname(file.path),
    `.${basename(file.path).slice(0, 100)}.${randomBytes(6).toString("hex")}.tmp`
  )
  try {
    const handle = await open(temporary, "wx", 0o600)
    try {
      await handle.writeFile(file.mark + text, "utf8")
      await handle.chmod(file.mode)
    } finally {
      await handle.close()
    }
    const { version } = await versionOf(file.path)
    if (version !== file.version) {
      throw refuse(`${file.path} was changed by somebody else meanwhile, so nothing was written. Read it again.`)
    }
    await rename(temporary, file.path)
  } catch (cause) {
    await unlink(temporary).catch(() => undefined)
    throw cause
  }
}

/**
 * Replaces the text of a file that was loaded, all at once, and keeps its mode and mark.
 *
 * Done by a new file that takes the name of the old one, so a reader sees the
 * old or the new text; other hard links keep the old one.
 */
export const save = (file: TextFile, text: string): Effect.Effect<void, ToolError> =>
  Effect.uninterruptible(attempt(`${file.path} cannot be written`, () => write(file, text)))
