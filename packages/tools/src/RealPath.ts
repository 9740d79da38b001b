/** Where a path really leads. Paths are judged and used in this form only, so that both mean the same file. */
import { lstat, readlink, realpath } from "node:fs/promises"
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path"
import { ToolError } from "@rein/core/schema/ToolError"
import { Effect } from "effect"

/** As many links in a row as Linux follows. */
const maximumLinks = 40

/** No path that a system takes has more characters, and each part of it is looked at. */
const maximumLength = 4096

const isMissing = (cause: unknown): boolean =>
  // Errors of node:fs carry a code.
  ["ENOENT", "ENOTDIR"].includes((cause as NodeJS.ErrnoException).code ?? "")

/** A link whose target does not exist is followed too: whoever writes to it creates the target. */
const follow = async (path: string, links: number): Promise<string> => {
  if (path.length > maximumLength) throw new Error(`it is longer than ${maximumLength} characters`)
  try {
    return await realpath(path)
  } catch (cause) {
    if (!isMissing(cause)) throw cause
  }
  const parent = dirname(path)
  if (parent === path) return path
  const realParent = await follow(parent, links)
  const here = join(realParent, path.slice(parent.length))
  const isLink = await lstat(here).then(
    (stat) => stat.isSymbolicLink(),
    () => false
  )
  if (!isLink) return here
  if (links === maximumLinks) throw new Error("too many symbolic links")
  return follow(resolve(realParent, await readlink(here)), links + 1)
}

/** The real path of the longest part that exists, and the rest behind it. `directory` is where a relative path begins. */
export const realPath = (directory: string, path: string): Effect.Effect<string, ToolError> =>
  Effect.tryPromise({
    try: () => follow(resolve(directory, path), 0),
    catch: (cause) =>
      new ToolError({
        // Rejections of node:fs, and our own above, are Errors.
        message: `The path ${path.length > maximumLength ? `${path.slice(0, 100)}…` : path} cannot be followed: ${(cause as Error).message}. Give another path.`
      })
  })

/** Is the path the directory or inside of it? Both real; compared by components, so `/a/bc` is not in `/a/b`. */
export const isInside = (directory: string, path: string): boolean => {
  const way = relative(directory, path)
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** A path for people: relative inside of the directory. */
export const shortPath = (directory: string, path: string): string =>
  isInside(directory, path) ? relative(directory, path) || "." : path

/** A path on one line: a name may hold line feeds, and must not look like several paths. */
export const visiblePath = (path: string): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f]/.test(path) ? JSON.stringify(path) : path
