/** What is refused by its text alone, before any parser sees it: what parsers, terminals and people read differently. */
import { unclear } from "./Unclear.ts"

/** No line that a person looks through is longer. In UTF-16 units. */
export const maximumLength = 8_192

/** How many opening brackets, and how many ends of commands: parsers get slow on thousands. */
const maximumOpenings = 400
const maximumEnds = 400

/** Control characters but for tab and newline; what is not to be seen; blanks that are none for bash; halves of a character. */
const hidden =
  /[^\t\n\P{Cc}]|[^\uFE0F\P{Default_Ignorable_Code_Point}]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]|[^ \P{Zs}]/u

/** Refuses such a text. */
export const checkText = (text: string): void => {
  if (text.length > maximumLength) unclear(`it is longer than ${maximumLength} characters`)
  if (hidden.test(text)) unclear("it has characters that cannot be seen")
  if (/[^ \t]\\\n/.test(text)) unclear("a backslash at the end of a line, without a blank before it")
  if (/^[ \t]*\\/m.test(text)) unclear("a line that begins with a backslash")
  if (count(text, /[({[`<]/g) > maximumOpenings) unclear("it has too many brackets")
  if (count(text, /[;|&]/g) > maximumEnds) unclear("it has too many commands")
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0
