/** Reads text outside of quotes: backslashes, globs, braces and the tilde. */
import { unclear } from "./Unclear.ts"
import { type Part, readBraces, readGlob, readTilde } from "./Words.ts"

/** What such a text is made of; plain text has no character in it that means something to bash. */
const token =
  /\\(?<escaped>[^\n])|(?<glob>[*?]+|\[[^\]\\]*\])|(?<braces>\{[^{}\\]*\})|(?<plain>[^\\*?[{}`$()<>|&;'"\s]+|\[|\$$)/uy

/** The parts of such a text, which may stand at the start of its word, or be all of it. */
export const readUnquoted = (raw: string, isFirst: boolean, isWhole: boolean): ReadonlyArray<Part> => {
  const tilde = readTilde(raw, isFirst, isWhole)
  const parts: Array<Part> = tilde === undefined ? [] : [tilde]
  let at = tilde === undefined ? 0 : tilde.user.length + 1
  while (at < raw.length) {
    token.lastIndex = at
    const found = token.exec(raw)
    if (found === null || (found[0] === "[" && !isWhole))
      return unclear(`\`${raw.slice(at, at + 1)}\` in an unusual place`)
    const { braces, escaped, glob, plain } = found.groups ?? {}
    if (braces !== undefined) parts.push(readBraces(braces))
    else if (glob !== undefined) parts.push(...readGlob(glob))
    else parts.push({ _tag: "Text", text: escaped ?? plain ?? "", quoted: false })
    at += found[0].length
  }
  return parts
}

/** Text in double quotes, in which a backslash quotes only some characters. */
export const readDoubleQuoted = (raw: string): Part => {
  const text = raw.replace(/\\([$`"\\])/g, (_, char: string) => (/[$`]/.test(char) ? "" : char))
  if (/`|\$[\w({?#!@*$-]/.test(text)) return unclear("something in quotes that one parser does not see")
  return { _tag: "Text", text: raw.replace(/\\([$`"\\])/g, "$1"), quoted: true }
}
