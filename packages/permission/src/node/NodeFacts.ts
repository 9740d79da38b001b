/** What a judgement has to know of the disk, looked up on Node. */
import {
  accessSync,
  constants,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync
} from "node:fs"
import { dirname, join } from "node:path"
import type { Entry, Facts } from "../judge/Judgement.ts"

/** As many links in a row as Linux follows. */
const maximumLinks = 40

/** Configurations are smaller than this. */
const maximumBytes = 256 * 1024

/** The value, or undefined where the disk refuses: then nothing is there for whoever asks. */
const attempt = <Value>(look: () => Value): Value | undefined => {
  try {
    return look()
  } catch {
    return undefined
  }
}

/** The kernel takes no longer path. */
const maximumPath = 4_096

/** As the kernel does: component by component, so that `..` behind a link leaves the place where the link leads. */
const follow = (path: string): string | undefined => {
  if (path.length > maximumPath) return undefined
  let real = "/"
  let links = 0
  /** Below what does not exist nothing does. */
  let missing: string | undefined
  const waiting = path.split("/").toReversed()
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === "" || name === ".") continue
    if (name === "..") {
      if (real === missing) missing = undefined
      real = dirname(real)
      continue
    }
    const next = `${real === "/" ? "" : real}/${name}`
    if (missing !== undefined) {
      real = next
      continue
    }
    // Most paths that are asked for do not exist, and errors are slow to make.
    const target = attempt(() => {
      const stat = lstatSync(next, { throwIfNoEntry: false })
      return stat?.isSymbolicLink() === true ? readlinkSync(next) : stat && ""
    })
    if (target === undefined) missing = next
    if (target === undefined || target === "") {
      real = next
      continue
    }
    if (++links > maximumLinks) return undefined
    if (target.startsWith("/")) real = "/"
    waiting.push(...target.split("/").toReversed())
  }
  return real
}

const entries = (directory: string): ReadonlyArray<Entry> | undefined =>
  attempt(() =>
    readdirSync(directory, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      kind: entry.isSymbolicLink()
        ? ("link" as const)
        : entry.isDirectory()
          ? ("directory" as const)
          : ("file" as const)
    }))
  )

const text = (path: string): string | undefined =>
  attempt(() => {
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat?.isFile() === true && stat.size <= maximumBytes ? readFileSync(path, "utf8") : undefined
  })

const programIn =
  (path: string) =>
  (name: string): string | undefined => {
    for (const directory of path.split(":")) {
      const file = join(directory, name)
      const real = attempt(() => {
        if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined
        accessSync(file, constants.X_OK)
        return realpathSync(directory)
      })
      if (directory.startsWith("/") && real !== undefined) return join(real, name)
    }
    return undefined
  }

/** The facts of this machine; `path` is the `PATH` that the line runs with. */
export const make = (path: string): Facts => ({ realPath: follow, entries, text, program: programIn(path) })
