/** Patterns of paths, as people write them and as rules need them: the values of rules are real paths. */
import { realpathSync } from "node:fs"
import { homedir } from "node:os"
import { dirname, join } from "node:path"
import { Effect } from "effect"
import { UsageError } from "../Failure.ts"

/** The real path of as much of it as exists. */
const realHead = (path: string): string => {
  for (let head = path; head !== dirname(head); head = dirname(head)) {
    try {
      return realpathSync(head) + path.slice(head.length)
    } catch {
      // Its parent may exist.
    }
  }
  return path
}

/**
 * The pattern from the root and without links in front of its first wildcard. What begins with a star fits anywhere, and
 * nothing is what an empty one fits. `where` says in which flag or file the pattern stands.
 */
export const pathPattern = Effect.fnUntraced(function* (
  pattern: string,
  directory: string,
  where: string
): Effect.fn.Return<string, UsageError> {
  if (pattern.startsWith("*") || pattern === "") return pattern
  const written = pattern.replace(/^(?:~|\$HOME)(?=\/|$)/, () => homedir())
  if (!written.startsWith("/") && /[*?]/.test(directory)) {
    return yield* new UsageError({
      message: `The pattern of ${where} would begin with ${directory}, whose name holds a wildcard. Write it from the root, or begin it with a star.`
    })
  }
  const whole = written.startsWith("/") ? written : join(directory, written)
  const wild = whole.search(/[*?]/)
  if (wild === -1) return realHead(whole)
  const folder = whole.slice(0, whole.lastIndexOf("/", wild))
  return folder === "" ? whole : realHead(folder) + whole.slice(folder.length)
})
