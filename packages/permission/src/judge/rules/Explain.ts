/** Asks the rules, after leaving aside those that cannot match: a line asks them many times. */
import * as Rules from "../../Rules.ts"
import type { Decision, Layer, Rule } from "../../Rules.ts"
import type { Head } from "./Alike.ts"
import type { Prepared, Working } from "../Judgement.ts"
import { prepared } from "./Prepared.ts"

const known = ({ effort, patterns }: Working, layer: Layer, permission: string): Prepared =>
  prepared(effort.rules, layer, permission, patterns)

/** What the rules in force say of a value. */
export const explain = (context: Working, permission: string, value: string): Decision => {
  const decisions = context.effort.decisions.get(context.layers) ?? new Map<string, Decision>()
  context.effort.decisions.set(context.layers, decisions)
  const key = `${permission} ${value}`
  const decision = decisions.get(key) ?? decide(context, permission, value)
  decisions.set(key, decision)
  return decision
}

const decide = (context: Working, permission: string, value: string): Decision => {
  const near = context.layers.flatMap((layer): ReadonlyArray<Layer> => {
    const rules = known(context, layer, permission).near(value)
    return rules.length === 0 ? [] : [{ ...layer, rules }]
  })
  return Rules.explain(near, permission, value, context.patterns)
}

/** Could a rule deny or ask about a command whose first word is this? */
export const mayForbid = (context: Working, permission: string, first: string): boolean =>
  context.layers.some((layer) => known(context, layer, permission).mayForbid(first))

/** A rule that denies or asks, and the layer that it comes from. */
export interface Forbidding {
  readonly rule: Rule
  readonly origin: string
}

/** The rules that deny or ask about something of the permission, whatever others say of it. */
export const forbidding = (context: Working, permission: string): ReadonlyArray<Forbidding> =>
  context.layers.flatMap((layer) =>
    known(context, layer, permission).forbidding.map((rule) => ({ rule, origin: layer.origin }))
  )

/** The beginnings of what these rules speak of, in each of their ways, for a program of this name. */
export const headsFor = (context: Working, permission: string, name: string): ReadonlyArray<Head> =>
  context.layers.flatMap((layer) => known(context, layer, permission).heads(name))

/** The patterns of these rules that may speak of its options. */
export const patternsFor = (context: Working, permission: string, name: string): ReadonlyArray<string> =>
  context.layers.flatMap((layer) => known(context, layer, permission).patterns(name))
