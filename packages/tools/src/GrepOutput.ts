/** Reads what ripgrep prints, piece by piece: `path NUL line:text` for each match. */
import { withoutDot } from "./Ripgrep.ts"

/** One line that matched; it counts from 1, and its text has no line end. */
export interface Match {
  readonly path: string
  readonly line: number
  readonly text: string
}

/** A file that is not text: it has a match, and nothing of it is shown. */
const binary = /^(.*): (?:binary file matches|WARNING: stopped searching binary file after match) \(found [^\n]*\)$/

/** Takes pieces that may end anywhere; a match is given once its line is whole. */
export interface Reader {
  /** The matches that are complete now. */
  readonly add: (text: string) => ReadonlyArray<Match>
  /** Files that turned out not to be text. */
  readonly finish: () => ReadonlyArray<string>
}

/** Makes a reader for one run. */
export const make = (): Reader => {
  let rest = ""
  const binaries: Array<string> = []

  /** What stands before a path: remarks about the file before it. */
  const pathOf = (text: string): string => {
    const lines = text.split("\n")
    while (lines.length > 1 && binary.test(lines[0] ?? "")) note(lines.shift() ?? "")
    return withoutDot(lines.join("\n"))
  }
  const note = (line: string) => {
    const path = binary.exec(line)?.[1]
    if (path !== undefined) binaries.push(withoutDot(path))
  }

  return {
    add: (text) => {
      rest += text
      const found: Array<Match> = []
      let at = 0
      for (;;) {
        const zero = rest.indexOf("\0", at)
        const end = zero === -1 ? -1 : rest.indexOf("\n", zero)
        if (end === -1) break
        const [, line = "0", content = ""] = /^(\d+):(.*)$/s.exec(rest.slice(zero + 1, end)) ?? []
        found.push({ path: pathOf(rest.slice(at, zero)), line: Number(line), text: content.replace(/\r$/, "") })
        at = end + 1
      }
      rest = rest.slice(at)
      return found
    },
    finish: () => {
      for (const line of rest.split("\n")) note(line)
      return binaries
    }
  }
}
