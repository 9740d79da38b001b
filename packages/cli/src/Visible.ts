/** Text of models, tools and files, made safe to show, in the forms that the command shows it. */

import { unsafe, visible } from "@rein/permission/Visible"

export { visible } from "@rein/permission/Visible"

/** What takes two columns of a terminal: East Asian text and most emoji. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

const columns = (character: string): number => (wide.test(character) ? 2 : 1)

/** One line that takes at most so many columns: line breaks become blanks. */
export const oneLine = (text: string, width = 120): string => {
  const line = Array.from(visible(text.trim().replace(/\s+/g, " ")))
  const ends: Array<number> = []
  for (const character of line) ends.push((ends.at(-1) ?? 0) + columns(character))
  if ((ends.at(-1) ?? 0) <= width) return line.join("")
  return `${line.slice(0, ends.filter((end) => end < width).length).join("")}…`
}

/** One line of JSON in which nothing unsafe stands as it is: it is escaped, so that whoever parses it loses nothing. */
export const visibleJson = (value: unknown): string =>
  JSON.stringify(value).replace(unsafe, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`
    ).join("")
  )

/** Makes the pieces of a stream visible; a character that is split between two pieces waits for its second half. */
export const visibleStream = (): ((piece: string) => string) => {
  let held = ""
  return (piece) => {
    const text = held + piece
    held = /[\ud800-\udbff]$/.exec(text)?.[0] ?? ""
    return visible(held === "" ? text : text.slice(0, -1))
  }
}
