/**
 * Text of models, tools and files, made safe to show.
 *
 * What would move the cursor, change colours, turn the direction of text or
 * hide in it is written out instead, so that a terminal never obeys a model.
 */

/**
 * Controls, line separators, lone surrogates, and what is invisible by itself: bidi controls, zero-width characters, tags.
 */
const unsafe = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu

/** Line feed and tab are text. Variation selectors choose between the forms of an emoji and hide nothing. */
const isSafe = (code: number): boolean => code === 0x0a || code === 0x09 || (code >= 0xfe00 && code <= 0xfe0f)

const spell = (character: string): string => {
  const code = character.codePointAt(0) ?? 0
  if (isSafe(code)) return character
  const digits = code.toString(16)
  return code < 0x100 ? `\\x${digits.padStart(2, "0")}` : `\\u{${digits}}`
}

/** The text with every unsafe character written out, e.g. `\x1b`. Line feeds and tabs stay. */
export const visible = (text: string): string => text.replace(unsafe, spell)

/** One line of at most so many characters: line breaks become blanks. */
export const oneLine = (text: string, width = 120): string => {
  const line = Array.from(visible(text.trim().replace(/\s+/g, " ")))
  return line.length <= width ? line.join("") : `${line.slice(0, width - 1).join("")}…`
}

/** Makes the pieces of a stream visible; a character that is split between two pieces waits for its second half. */
export const visibleStream = (): ((piece: string) => string) => {
  let held = ""
  return (piece) => {
    const text = held + piece
    held = /[\ud800-\udbff]$/.exec(text)?.[0] ?? ""
    return visible(held === "" ? text : text.slice(0, -1))
  }
}
