/** `rein permission rules`: what is in force, in its order, and which of it does nothing. */
import { realpathSync } from "node:fs"
import { type Layer, Review, type Rule } from "@rein/permission"
import { Effect } from "effect"
import { ofProcess } from "../Output.ts"
import { visible, visibleJson } from "../Visible.ts"
import * as InForce from "./InForce.ts"

/** The command line. */
export interface Given extends InForce.Given {
  readonly format: "text" | "json"
}

const realOf = (path: string): string | undefined => {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

/** Values are real paths, so a pattern through a link matches none. */
const throughLink = ({ literal, pattern, permission }: Rule, home: string): string | undefined => {
  if (literal === true || !Review.pathPermissions.includes(permission)) return undefined
  const [head = ""] = pattern.replace(/^(?:~|\$HOME)(?=\/|$)/, () => home).split(/[*?]/, 1)
  const folder = head.slice(0, Math.max(head.lastIndexOf("/"), 1))
  const real = folder.startsWith("/") ? realOf(folder) : undefined
  return real === undefined || real === folder ? undefined : `values are real paths, and ${folder} leads to ${real}`
}

const warningsOf = ({ home, layers }: InForce.InForce): ReadonlyArray<Review.Warning> => [
  ...Review.review(layers, { home }),
  ...layers.flatMap(({ origin, rules }) =>
    rules.flatMap((rule): ReadonlyArray<Review.Warning> => {
      const why = throughLink(rule, home)
      return why === undefined ? [] : [{ kind: "never-matches", origin, rule, why }]
    })
  )
]

const ruleText = ({ literal, pattern, permission }: Rule): string =>
  `${permission} ${pattern}${literal === true ? " (exactly)" : ""}`

const warningText = (warning: Review.Warning): string => {
  const { origin, rule } = warning
  const which = `${rule.action} ${ruleText(rule)} of ${origin}`
  if (warning.kind === "never-matches") return `${which} never matches: ${warning.why}`
  const { by } = warning
  return `${which} never wins: ${by.rule.action} ${ruleText(by.rule)} of ${by.origin} matches all of it, later`
}

/** What is said of a layer besides its name. */
const kindOf = ({ final, onlyAsks }: Layer): string => {
  if (final === true) return " (a deny here is final)"
  return onlyAsks === undefined || onlyAsks === false ? "" : " (counts where the rules above say ask)"
}

/** Lists the rules; warnings go to standard error, and with `json` into the answer. */
export const rules = Effect.fn("rein.permission.rules")(function* (given: Given) {
  const place = yield* InForce.inForce(given)
  const warnings = warningsOf(place)
  const output = ofProcess()
  if (given.format === "json") {
    const rules = place.layers.flatMap(({ origin, rules }) => rules.map((rule) => ({ origin, ...rule })))
    output.answer(`${visibleJson({ directory: place.directory, rules, warnings })}\n`)
    return
  }
  for (const layer of place.layers) {
    output.answer(visible(`${layer.origin}${kindOf(layer)}${layer.rules.length === 0 ? ": no rules" : ""}\n`))
    for (const rule of layer.rules) output.answer(visible(`  ${rule.action.padEnd(5)}  ${ruleText(rule)}\n`))
  }
  for (const warning of warnings) output.line(`warning: ${warningText(warning)}`, "warning")
})
