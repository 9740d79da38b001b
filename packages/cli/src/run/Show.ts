/** Shows a run in the wanted format: text for people, or lines of JSON for programs. */
import type { Call } from "@rein/core/schema/Part"
import type { Item } from "@rein/core/session/LiveHub"
import type { Output } from "../Output.ts"
import { visibleJson } from "../Visible.ts"
import * as Result from "./Result.ts"
import * as View from "./View.ts"

/** The lines of `json` leave out what is not stored. */
export type Format = "text" | "json"

/** Text as it comes, or a line of JSON for each stored event. */
export const showIn = (format: Format, output: Output, calls: ReadonlyArray<Call>): ((item: Item) => void) => {
  if (format === "text") return View.make({ output, calls }).show
  return (item) => {
    if (!("after" in item)) output.answer(`${visibleJson(item)}\n`)
  }
}

/** The last line. */
export const tell = (format: Format, output: Output, facts: Result.Facts): void => {
  output.endLine()
  if (format === "json") output.answer(`${visibleJson(Result.object(facts))}\n`)
  else output.line(Result.summary(facts), Result.tone(facts))
}
