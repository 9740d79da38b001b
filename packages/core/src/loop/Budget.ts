/** What a session tree may still use. */
import { Context, Effect, Layer } from "effect"
import type { SessionId } from "../schema/Ids.ts"
import type { Outcome } from "../schema/Outcome.ts"
import { addCost, type Cost, type Tokens, type Usage } from "../schema/Usage.ts"

export type Exhausted = Extract<Outcome, { _tag: "budget-exhausted" }>

export class Budget extends Context.Service<
  Budget,
  {
    /** Before a model call: is anything left? `root` names the tree. */
    readonly reserve: (root: SessionId) => Effect.Effect<Exhausted | undefined>
    /** After a step: what it used. */
    readonly settle: (root: SessionId, usage: Usage, cost: Cost) => Effect.Effect<void>
    /** Ends when the budget runs out in the middle of a step, e.g. by time; the step then stops. Interrupted when the turn ends. */
    readonly ranOut: (root: SessionId) => Effect.Effect<Exhausted>
  }
>()("@rein/core/loop/Budget") {}

/** Never exhausted. */
export const layerUnlimited: Layer.Layer<Budget> = Layer.succeed(
  Budget,
  Budget.of({ reserve: () => Effect.succeed(undefined), settle: () => Effect.void, ranOut: () => Effect.never })
)

export interface Limits {
  /** Steps of the tree. */
  readonly steps?: number
  /** Tokens of the tree, read and written. */
  readonly tokens?: number
  /** Millionths of a US dollar, of the tree. A step whose price is not known exhausts it. */
  readonly microDollars?: number
  /** Time of one turn. */
  readonly millis?: number
}

interface Spent {
  readonly steps: number
  readonly tokens: Tokens
  readonly cost: Cost
  /** The largest step so far, which a step counts as that was cut before it could tell. */
  readonly largest: { readonly tokens: Tokens; readonly cost: Cost }
}

const nothingSpent: Spent = { steps: 0, tokens: 0, cost: 0, largest: { tokens: "unknown", cost: "unknown" } }

const larger = (a: Tokens, b: Tokens): Tokens => (a === "unknown" ? b : b === "unknown" ? a : Math.max(a, b))

const exhausted = (limit: Exhausted["limit"], message: string): Exhausted => ({
  _tag: "budget-exhausted",
  limit,
  message
})

const check = ({ microDollars, steps, tokens }: Limits, spent: Spent): Exhausted | undefined => {
  if (steps !== undefined && spent.steps >= steps) return exhausted("steps", `all ${steps} steps are used`)
  if (tokens !== undefined) {
    if (spent.tokens === "unknown") return exhausted("tokens", "the provider does not tell how many tokens are used")
    if (spent.tokens >= tokens) return exhausted("tokens", `${spent.tokens} of ${tokens} tokens are used`)
  }
  if (microDollars !== undefined) {
    if (spent.cost === "unknown") return exhausted("money", "the price of this model is not known") // guard: I10 core/test/loop/Budget.test.ts
    if (spent.cost >= microDollars) return exhausted("money", `${spent.cost} of ${microDollars} micro-dollars are used`)
  }
  return undefined
}

const sumOf = ({ input, output }: Usage): Tokens =>
  input === "unknown" || output === "unknown" ? "unknown" : input + output

/** Fixed limits; counted from the start of this runtime. */
export const layerFixed = (limits: Limits): Layer.Layer<Budget> =>
  Layer.sync(Budget, () => {
    const trees = new Map<SessionId, Spent>()
    const spentBy = (root: SessionId): Spent => trees.get(root) ?? nothingSpent
    return Budget.of({
      reserve: (root) => Effect.sync(() => check(limits, spentBy(root))),
      settle: (root, usage, cost) =>
        Effect.sync(() => {
          const before = spentBy(root)
          const used = sumOf(usage)
          const counted = used === "unknown" ? before.largest.tokens : used
          trees.set(root, {
            steps: before.steps + 1,
            tokens: before.tokens === "unknown" || counted === "unknown" ? "unknown" : before.tokens + counted,
            cost: addCost(before.cost, cost === "unknown" ? before.largest.cost : cost),
            largest: { tokens: larger(before.largest.tokens, used), cost: larger(before.largest.cost, cost) }
          })
        }),
      ranOut: () =>
        limits.millis === undefined
          ? Effect.never
          : Effect.as(Effect.sleep(limits.millis), exhausted("time", `the turn has used its ${limits.millis} ms`))
    })
  })
