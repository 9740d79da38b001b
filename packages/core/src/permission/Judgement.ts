/** What the rules say of a request, part by part. */
import { type Action, type Decision, type Layer as RuleLayer, type Options, type Rule, Rules } from "@rein/permission"
import { Effect } from "effect"
import type { Offer, PermissionRequest } from "../schema/Question.ts"
import type { PermissionNeed, Verdict } from "../tool/Tool.ts"

/** A permission and the values it is wanted for. */
export type Part = Pick<PermissionRequest, "permission" | "patterns">

/** A part, and what the rules say of it. */
export interface Judged {
  readonly part: Part
  readonly decision: Pick<Decision, "action" | "rule" | "origin"> & Partial<Pick<Verdict, "why" | "details" | "offers">>
}

/** The whole request: allowed only if each part is, denied if one is. */
export interface Judgement {
  readonly action: Action
  readonly parts: readonly [Judged, ...ReadonlyArray<Judged>]
}

/** The rules that are in force, and what their patterns mean. */
export interface InForce {
  readonly layers: ReadonlyArray<RuleLayer>
  readonly patterns: Options | undefined
}

/** What people have answered, as rules that turn asks into allows and nothing else. */
export const answers = (origin: string, offers: ReadonlyArray<Offer>): RuleLayer => ({
  origin,
  onlyAsks: "asked", // guard: I7 core/test/question/Questions.test.ts
  rules: offers.map((offer) => ({ ...offer, action: "allow" }))
})

/** Only a rule that names the permission can allow what nobody thinks of who allows everything. */
const named = (layers: ReadonlyArray<RuleLayer>): ReadonlyArray<RuleLayer> => {
  const isNamed = ({ action, permission }: Rule) => action !== "allow" || !/[*?]/.test(permission)
  return layers.map((layer) => ({ ...layer, rules: layer.rules.filter(isNamed) }))
}

const worst = (parts: ReadonlyArray<Judged>): Action =>
  (["deny", "ask"] as const).find((action) => parts.some(({ decision }) => decision.action === action)) ?? "allow"

/** Judges a request by the rules. `decide` does it in place of the values; `byName`: a blanket allow does not count. */
export const judge = Effect.fnUntraced(function* (
  { also = [], ...first }: PermissionRequest,
  { layers, patterns }: InForce,
  { byName, decide }: { readonly byName: boolean; readonly decide: PermissionNeed["judge"] | undefined }
): Effect.fn.Return<Judgement> {
  const all = byName ? named(layers) : layers
  if (decide !== undefined) {
    const decision = yield* decide(all)
    return { action: decision.action, parts: [{ part: first, decision: { offers: [], ...decision } }] }
  }
  const byValues = (part: Part): Judged => ({
    part,
    decision: Rules.decide(all, part.permission, part.patterns, patterns)
  })
  const parts = [byValues(first), ...also.map(byValues)] as const
  return { action: worst(parts), parts }
})
