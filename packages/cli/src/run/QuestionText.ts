/** How a question is put to a person, and what the typed answer means. */
import type { Answer, Question } from "@rein/core/schema/Question"
import { oneLine, visible } from "../Visible.ts"

/** What can be typed. */
export const choices = "  y = once, s = for this session, n = reject (a reason for the model may follow): "

/** After a bare `n`. */
export const why = "  why, for the model (empty: stop here): "

/** What is asked, with everything that is judged. */
export const intro = ({ request }: Question): string => {
  const details = request.details === undefined ? "" : `${visible(request.details).trimEnd()}\n`
  // A title may leave something out; what is judged are the patterns.
  const values = request.patterns.filter((value) => value !== request.title)
  const list = values.map((value) => `  ${visible(value)}\n`).join("")
  return `? ${request.permission}: ${oneLine(request.title, 500)}\n${list}${details}`
}

/** A rejection, with a reason or without one. */
export const rejection = (reason: string): Answer =>
  reason.trim() === "" ? { _tag: "reject" } : { _tag: "reject", message: reason.trim() }

/** `why`: a bare `n`, so the reason is asked for. `undefined`: no answer at all. */
export const readAnswer = (typed: string): Answer | "why" | undefined => {
  const [, choice, reason] = /^([ysn])(?:\s+(.+))?$/i.exec(typed.trim()) ?? []
  if (choice?.toLowerCase() === "n") return reason === undefined ? "why" : rejection(reason)
  // More than the letter is no yes: it may have been meant for something else.
  if (choice === undefined || reason !== undefined) return undefined
  return choice.toLowerCase() === "y" ? { _tag: "once" } : { _tag: "session" }
}
