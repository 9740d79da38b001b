/**
 * Text of models, tools and files, made safe to show: what would move the cursor, change colours, turn the direction of
 * text or hide in it is written out instead, so that a terminal never obeys a model.
 */

/** Controls, line separators, lone surrogates, and what is invisible by itself: bidi controls, zero-width characters, tags. */
export const unsafe = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu

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
