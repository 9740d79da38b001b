/** Makes a folder for data that is the user's alone. */
import { existsSync, mkdirSync } from "node:fs"
import { dirname } from "node:path"

/**
 * Makes the folder and those above it that are missing, one after the other.
 *
 * Not by a recursive `mkdir`: where a folder cannot be made although its parent is there, as below /proc, that of Node
 * goes round in circles for ever.
 */
export const makeFolder = (folder: string): void => {
  const missing: Array<string> = []
  for (let at = folder; !existsSync(at); at = dirname(at)) missing.unshift(at)
  for (const one of missing) {
    try {
      mkdirSync(one, { mode: 0o700 })
    } catch (error) {
      // Another process may have made it in between.
      if (!existsSync(one)) throw error
    }
  }
}
