/** How a question is put to a person, and what the typed answer means. */
import { type Answer, offersOf, type Question } from "@rein/core/schema/Question"
import { oneLine, visible } from "../Visible.ts"

/** What can be typed. */
export const choices =
  "  y = once, s = for this session, p = for this project, n = reject (a reason for the model may follow): "

/** After a bare `n`. */
export const why = "  why, for the model (empty: stop here): "

/** What the answers `session` and `project` would save. */
export const savedBy = ({ request }: Question): string => {
  const offers = offersOf(request)
  if (offers.length === 0) return "nothing: this can only be allowed once"
  if (offers.every(({ literal }) => literal === true)) return "exactly this"
  return offers
    .map(({ literal, pattern, permission }) => `${permission} ${visible(pattern)}${literal ? " (exactly)" : ""}`)
    .join(", ")
}

/** What is asked, with everything that is judged. */
export const intro = (question: Question): string => {
  const { request } = question
  const details = request.details === undefined ? "" : `${visible(request.details).trimEnd()}\n`
  const title = oneLine(request.title, 500)
  // A title may leave something out, also by being one line; what is judged are the patterns.
  const values = request.patterns.map(visible).filter((value) => value !== title)
  // Each line is indented, so that none looks like a question of ours.
  const list = values.map((value) => `  ${value.replaceAll("\n", "\n  ")}\n`).join("")
  return `? ${request.permission}: ${title}\n${list}${details}  s and p save: ${savedBy(question)}\n`
}

/** A rejection, with a reason or without one. */
export const rejection = (reason: string): Answer =>
  reason.trim() === "" ? { _tag: "reject" } : { _tag: "reject", message: reason.trim() }

/** `why`: a bare `n`, so the reason is asked for. `undefined`: no answer at all. */
export const readAnswer = (typed: string): Answer | "why" | undefined => {
  const [, choice, reason] = /^([yspn])(?:\s+(.+))?$/i.exec(typed.trim()) ?? []
  if (choice?.toLowerCase() === "n") return reason === undefined ? "why" : rejection(reason)
  // More than the letter is no yes: it may have been meant for something else.
  if (choice === undefined || reason !== undefined) return undefined
  const tags = { y: "once", s: "session", p: "project" } as const
  // The expression lets no other letter through.
  return { _tag: tags[choice.toLowerCase() as keyof typeof tags] }
}
