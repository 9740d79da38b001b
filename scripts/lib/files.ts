// Lists the files of the tree that scripts look at.
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"

/** Folders that hold nothing written by hand. */
const ignored = new Set(["node_modules", "dist", ".git", ".tmp"])

/** Every file below a folder, as paths with `/` relative to it; an absent folder has none. */
export const listFiles = (folder: string): ReadonlyArray<string> => {
  if (!existsSync(folder)) return []
  const walk = (below: string): ReadonlyArray<string> =>
    readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory()) return ignored.has(entry.name) ? [] : walk(path)
      return entry.isFile() ? [path] : []
    })
  return walk("").toSorted()
}

/** Whether a path names code that is read for imports. */
export const isCode = (path: string): boolean => /\.[cm]?[jt]s$/.test(path)

/** The folders directly below one that are packages. */
export const listPackages = (folder: string): ReadonlyArray<string> =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "package.json")))
        .map((entry) => entry.name)
        .toSorted()
    : []
