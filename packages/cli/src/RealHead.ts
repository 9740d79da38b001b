/** Paths as rules need them, of which a part may not exist. */
import { realpathSync } from "node:fs"
import { dirname } from "node:path"

/** The real path of as much of it as exists: values of rules are real paths, too. */
export const realHead = (path: string): string => {
  for (let head = path; head !== dirname(head); head = dirname(head)) {
    try {
      return realpathSync(head) + path.slice(head.length)
    } catch {
      // Its parent may exist.
    }
  }
  return path
}
