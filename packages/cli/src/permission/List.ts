/** `rein permission rules`: what is in force, in its order, and which of it does nothing. */
import type { Layer } from "@rein/permission"
import { Effect } from "effect"
import { ofProcess } from "../Output.ts"
import { visible, visibleJson } from "../Visible.ts"
import * as InForce from "./InForce.ts"
import { ruleText, warn, warningsOf } from "./Warnings.ts"

/** The command line. */
export interface Given extends InForce.Given {
  readonly format: "text" | "json"
}

/** What is said of a layer besides its name. */
const kindOf = ({ final, onlyAsks }: Layer): string => {
  if (final === true) return " (a deny here is final)"
  return onlyAsks === undefined || onlyAsks === false ? "" : " (counts where the rules above say ask)"
}

/** Lists the rules; warnings go to standard error, and with `json` into the answer. */
export const rules = Effect.fn("rein.permission.rules")(function* (given: Given) {
  const place = yield* InForce.inForce(given)
  const output = ofProcess()
  if (given.format === "json") {
    const rules = place.layers.flatMap(({ origin, rules }) => rules.map((rule) => ({ origin, ...rule })))
    output.answer(`${visibleJson({ directory: place.directory, rules, warnings: warningsOf(place) })}\n`)
    return
  }
  for (const layer of place.layers) {
    output.answer(visible(`${layer.origin}${kindOf(layer)}${layer.rules.length === 0 ? ": no rules" : ""}\n`))
    for (const rule of layer.rules) output.answer(visible(`  ${rule.action.padEnd(5)}  ${ruleText(rule)}\n`))
  }
  warn(warningsOf(place))
})
