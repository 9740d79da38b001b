/**
 * What a session tree may still use: steps, tokens, money, time.
 *
 * What it has used is in the logs of its sessions, so a limit holds after a restart, and a turn that has ended as
 * `budget-exhausted` goes on under a larger one. In memory are only the answers that are being waited for.
 */
import { Context, Deferred, Effect, Layer } from "effect"
import { within } from "../internal/within.ts"
import type { Prices } from "../model/ModelCatalog.ts"
import type { SessionId } from "../schema/Ids.ts"
import type { BudgetLow } from "../schema/LiveEvent.ts"
import * as ModelRef from "../schema/ModelRef.ts"
import type { Outcome } from "../schema/Outcome.ts"
import type { Cost, Tokens } from "../schema/Usage.ts"
import type { StoreError } from "../session/SessionStore.ts"
import { type Amount, addAmounts, type Spending, zero } from "../session/Spending.ts"

/** The outcome of a turn that a limit has ended. */
export type Exhausted = Extract<Outcome, { _tag: "budget-exhausted" }>

/** Exhausted, or a budget that cannot be kept with this model. */
export type Refusal = Exhausted | Extract<Outcome, { _tag: "failed" }>

/** Which limit runs low and how far: in steps, tokens, micro-dollars or milliseconds. */
export type Low = Pick<BudgetLow, "limit" | "used" | "of">

/** What the sessions of a tree have used. */
export interface TreeSpent {
  readonly sessions: ReadonlyMap<SessionId, Spending>
  /** Wall time of the tree's turns that no event tells yet. */
  readonly untakenMillis: number
}

/** A turn, as the budget sees it. */
export interface Spender {
  readonly session: SessionId
  /** Names the tree. */
  readonly root: SessionId
  readonly spent: Effect.Effect<TreeSpent, StoreError>
  /** Ends when the session has stored the end of more than so many steps. */
  readonly answered: (steps: number) => Effect.Effect<void>
  /** Ends when the turn is asked to stop. */
  readonly stopped: Effect.Effect<void>
  /** Tells whoever follows; each limit once. */
  readonly warn: (low: Low) => void
}

/** The model that is asked next. */
export interface Priced {
  readonly model: ModelRef.ModelRef
  /** Asked for only under a limit in money: a catalogue may have to be loaded for them. */
  readonly prices: Effect.Effect<Prices | "unknown">
}

/** Says before each model call whether it may be made, and ends a step in whose middle a limit is reached. */
export class Budget extends Context.Service<
  Budget,
  {
    /** Before a model call: is anything left? Waits for answers of other sessions of the tree when they may use it up. */
    readonly reserve: (spender: Spender, priced: Priced) => Effect.Effect<Refusal | undefined, StoreError>
    /** After a step, however it ended; what it used is in the log. */
    readonly settle: (spender: Spender) => Effect.Effect<void>
    /** Ends when the budget runs out in the middle of a step, e.g. by time; the step then stops. Interrupted when the turn ends. */
    readonly ranOut: (spender: Spender) => Effect.Effect<Exhausted>
  }
>()("@rein/core/loop/Budget") {}

/** Settling comes after an interruption too, so it waits for the store no longer than this. */
const warnWithin = "500 millis"

/** Never exhausted. */
export const layerUnlimited: Layer.Layer<Budget> = Layer.succeed(
  Budget,
  Budget.of({ reserve: () => Effect.succeed(undefined), settle: () => Effect.void, ranOut: () => Effect.never })
)

/** Each counts all that the sessions of a tree have used since they began, in whatever process. */
export interface Limits {
  readonly steps?: number
  /** Read and written. */
  readonly tokens?: number
  /** Millionths of a US dollar. */
  readonly microDollars?: number
  /** Wall time while a turn of the tree runs, waiting for people included; turns side by side count once. */
  readonly millis?: number
  /** Under a limit in money a model without a price is refused. With `ignore` its steps cost nothing. */
  readonly unknownPrices?: "refuse" | "ignore"
}

/** From this share of a limit on `BudgetLow` is told. */
export const lowShare = 0.8

interface Total {
  readonly steps: number
  readonly tokens: Tokens
  readonly cost: Cost
  readonly millis: number
  /** The largest step so far: what one counts as that has not told yet. Zero when none has. */
  readonly largest: { readonly tokens: number; readonly cost: number }
}

/** A step that could not tell counts as the largest that did. */
const valueOf = ({ cut, largest, sum, untold }: Amount): number | "unknown" => {
  if (untold > 0 && largest === 0) return "unknown" // guard: I10 core/test/loop/Budget.test.ts
  return sum + (cut + untold) * largest
}

const totalOf = ({ sessions, untakenMillis }: TreeSpent, { unknownPrices }: Limits): Total => {
  const all = [...sessions.values()]
  const tokens = all.reduce((sum, one) => addAmounts(sum, one.tokens), zero.tokens)
  const money = all.reduce((sum, one) => addAmounts(sum, one.money), zero.money)
  return {
    steps: all.reduce((sum, one) => sum + one.steps, 0),
    tokens: valueOf(tokens),
    cost: valueOf(unknownPrices === "ignore" ? { ...money, untold: 0 } : money),
    millis: all.reduce((sum, one) => sum + one.millis, untakenMillis),
    largest: { tokens: tokens.largest, cost: money.largest }
  }
}

const exhausted = (limit: Exhausted["limit"], message: string): Exhausted => ({
  _tag: "budget-exhausted",
  limit,
  message
})

const check = ({ microDollars, millis, steps, tokens }: Limits, total: Total): Exhausted | undefined => {
  if (steps !== undefined && total.steps >= steps) return exhausted("steps", `all ${steps} steps are used`)
  if (tokens !== undefined) {
    if (total.tokens === "unknown") return exhausted("tokens", "the provider does not tell how many tokens are used") // guard: I10 core/test/loop/Budget.test.ts
    if (total.tokens >= tokens) return exhausted("tokens", `${total.tokens} of ${tokens} tokens are used`)
  }
  if (microDollars !== undefined) {
    if (total.cost === "unknown") return exhausted("money", "it is not known what the steps so far have cost") // guard: I10 core/test/loop/Budget.test.ts
    if (total.cost >= microDollars) return exhausted("money", `${total.cost} of ${microDollars} micro-dollars are used`)
  }
  if (millis !== undefined && total.millis >= millis) return outOfTime(millis)
  return undefined
}

const outOfTime = (millis: number): Exhausted => exhausted("time", `all ${millis} ms are used`)

const withoutPrice = Effect.fnUntraced(function* (
  { microDollars, unknownPrices }: Limits,
  { model, prices }: Priced
): Effect.fn.Return<Refusal | undefined> {
  if (microDollars === undefined || unknownPrices === "ignore" || (yield* prices) !== "unknown") return undefined
  const message =
    `The budget has a limit in money, but the price of ${ModelRef.format(model)} is not known. Give its prices in the ` +
    `model catalogue, limit steps or tokens instead, or set unknownPrices to "ignore".`
  return { _tag: "failed", error: { kind: "configuration", message } }
})

/** The limits of which enough is used to tell. Time is told when it comes to it. */
const lowIn = ({ microDollars, steps, tokens }: Limits, total: Total): ReadonlyArray<Low> => {
  const counts = [
    { limit: "steps", used: total.steps, of: steps },
    { limit: "tokens", used: total.tokens, of: tokens },
    { limit: "money", used: total.cost, of: microDollars }
  ] as const
  return counts.flatMap(({ limit, of, used }) =>
    of !== undefined && used !== "unknown" && used >= of * lowShare ? [{ limit, used, of }] : []
  )
}

/** Would the limits still hold if each answer that is waited for used as much as the largest so far? */
const roomBeside = (limits: Limits, total: Total, waitedFor: number): boolean => {
  const { microDollars, steps, tokens, unknownPrices } = limits
  const fits = (used: number | "unknown", largest: number, limit: number | undefined): boolean =>
    limit === undefined || (used !== "unknown" && largest > 0 && used + waitedFor * largest < limit)
  const priced = unknownPrices === "ignore" && total.largest.cost === 0 ? undefined : microDollars
  return (
    fits(total.steps, 1, steps) &&
    fits(total.tokens, total.largest.tokens, tokens) &&
    fits(total.cost, total.largest.cost, priced)
  )
}

/** An answer that is waited for. */
interface Held {
  readonly spender: Spender
  /** Steps that its session had ended before: with one more in the log it is counted there. */
  readonly steps: number
  readonly released: Deferred.Deferred<void>
}

const make = (limits: Limits) => {
  const held = new Map<SessionId, Map<SessionId, Held>>()
  let settled = 0

  const release = ({ root, session }: Spender): void => {
    const tree = held.get(root)
    const one = tree?.get(session)
    if (tree === undefined || one === undefined) return
    settled += 1
    tree.delete(session)
    if (tree.size === 0) held.delete(root)
    Deferred.doneUnsafe(one.released, Effect.void)
  }

  const hold = (spender: Spender, steps: number): void => {
    const tree = held.get(spender.root) ?? new Map<SessionId, Held>()
    held.set(spender.root, tree.set(spender.session, { spender, steps, released: Deferred.makeUnsafe<void>() }))
  }

  const othersOf = ({ root, session }: Spender, { sessions }: TreeSpent): ReadonlyArray<Held> =>
    [...(held.get(root)?.values() ?? [])].filter(
      (one) => one.spender.session !== session && (sessions.get(one.spender.session)?.steps ?? 0) <= one.steps
    )

  /** What the tree has used, and no step was settled while it was read: else that one would be counted nowhere. */
  const look = Effect.fnUntraced(function* (spender: Spender): Effect.fn.Return<TreeSpent, StoreError> {
    while (true) {
      const before = settled
      const tree = yield* spender.spent
      if (settled === before) return tree
    }
  })

  const warn = (spender: Spender, total: Total): void => lowIn(limits, total).forEach(spender.warn)

  const reserve = Effect.fnUntraced(function* (
    spender: Spender,
    priced: Priced
  ): Effect.fn.Return<Refusal | undefined, StoreError> {
    const refused = yield* withoutPrice(limits, priced)
    if (refused !== undefined) return refused // guard: I10 core/test/loop/Budget.test.ts
    while (true) {
      const tree = yield* look(spender)
      const total = totalOf(tree, limits)
      warn(spender, total)
      const used = check(limits, total)
      if (used !== undefined) return used
      const others = othersOf(spender, tree)
      if (others.length === 0 || roomBeside(limits, total, others.length)) {
        hold(spender, tree.sessions.get(spender.session)?.steps ?? 0) // guard: I8 core/test/loop/Budget.test.ts
        return undefined
      }
      const stopped = yield* Effect.raceAllFirst([
        Effect.as(spender.stopped, true),
        ...others.map((one) =>
          Effect.as(Effect.raceFirst(Deferred.await(one.released), one.spender.answered(one.steps)), false)
        )
      ])
      // A turn that is to stop makes no call, so it needs nothing.
      if (stopped) return undefined
    }
  })

  const ranOut = Effect.fnUntraced(function* (spender: Spender, millis: number) {
    const used = totalOf(yield* spender.spent, limits).millis
    const low = Math.max(0, Math.ceil(millis * lowShare) - used)
    const left = Math.max(0, millis - used)
    yield* Effect.sleep(Math.min(low, left))
    spender.warn({ limit: "time", used: used + low, of: millis })
    yield* Effect.sleep(left - Math.min(low, left))
    return outOfTime(millis)
  })

  return Budget.of({
    reserve,
    settle: (spender) =>
      Effect.suspend(() => {
        release(spender)
        return within(
          Effect.map(spender.spent, (tree) => warn(spender, totalOf(tree, limits))),
          warnWithin
        )
      }),
    ranOut: (spender) =>
      limits.millis === undefined
        ? Effect.never
        : // A store that cannot be read ends the turn elsewhere.
          Effect.catchTag(ranOut(spender, limits.millis), "StoreError", () => Effect.never)
  })
}

/** The same limits for each tree. */
export const layerFixed = (limits: Limits): Layer.Layer<Budget> => Layer.sync(Budget, () => make(limits))
