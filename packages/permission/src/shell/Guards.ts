/** What is refused by its text alone, before any parser sees it: what parsers, terminals and people read differently. */
import { unclear } from "./Unclear.ts"

/** No line that a person looks through is longer. In UTF-16 units. */
const maximumLength = 8_192

/** How many opening brackets, and how many ends of commands: parsers get slow on thousands. */
const maximumOpenings = 400
const maximumEnds = 400

/** A program in a heredoc may have many of these, but no text that people write is mostly of them. */
const maximumDollars = 1_000

/** Control characters but for tab and newline; what is not to be seen; blanks that are none for bash; halves of a character. */
const hidden =
  /[^\t\n\P{Cc}]|[^\uFE0F\P{Default_Ignorable_Code_Point}]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]|[^ \P{Zs}]/u

/** Why a text is too much for a parser, if it is. */
export const tooMuch = (text: string): string | undefined => {
  if (text.length > maximumLength) return `it is longer than ${maximumLength} characters`
  if (count(text, /[({[`<]/g) > maximumOpenings) return "it has too many brackets"
  return count(text, /[;|&]/g) > maximumEnds ? "it has too many commands" : undefined
}

/** Refuses such a text. */
export const checkText = (text: string): void => {
  const much = tooMuch(text)
  if (much !== undefined) unclear(much)
  if (count(text, /\$/g) > maximumDollars) unclear("it has too many variables")
  if (hidden.test(text)) unclear("it has characters that cannot be seen")
  if (/[^ \t]\\\n/.test(text)) unclear("a backslash at the end of a line, without a blank before it")
  if (/^[ \t]*\\/m.test(text)) unclear("a line that begins with a backslash")
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0
