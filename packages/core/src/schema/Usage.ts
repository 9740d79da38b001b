/** What a step used, and what that cost. A number that is not known is `"unknown"`, never guessed and never zero. */
import { Schema } from "effect"

/** A count that a provider may not report. */
export const Tokens = Schema.Union([Schema.Finite, Schema.Literal("unknown")])
/** A number of tokens, or that nobody knows it. */
export type Tokens = typeof Tokens.Type

/**
 * Tokens of one step.
 *
 * `input` is everything the model read, cached or not; `cacheRead` and
 * `cacheWrite` are parts of it. `output` includes `reasoning`.
 */
export const Usage = Schema.Struct({
  input: Tokens,
  cacheRead: Tokens,
  cacheWrite: Tokens,
  output: Tokens,
  reasoning: Tokens
})
/** What one step used, or the sum of several. */
export type Usage = typeof Usage.Type

/** Money in millionths of a US dollar. */
export const Cost = Schema.Union([Schema.Int, Schema.Literal("unknown")])
/** Whole micro-dollars, or that nobody knows it. */
export type Cost = typeof Cost.Type

/** Of a step whose provider said nothing. */
export const unknown: Usage = {
  input: "unknown",
  cacheRead: "unknown",
  cacheWrite: "unknown",
  output: "unknown",
  reasoning: "unknown"
}

/** Where sums begin. */
export const zero: Usage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }

const plus = (a: Tokens, b: Tokens): Tokens => {
  if (a === "unknown" || b === "unknown") return "unknown" // guard: I10 core/test/schema/Usage.test.ts
  // Both are numbers here; without the line above the sum would be a made-up one.
  return Number(a) + Number(b)
}

/** Adds two usages; an unknown part makes the sum of that part unknown. */
export const add = (a: Usage, b: Usage): Usage => ({
  input: plus(a.input, b.input),
  cacheRead: plus(a.cacheRead, b.cacheRead),
  cacheWrite: plus(a.cacheWrite, b.cacheWrite),
  output: plus(a.output, b.output),
  reasoning: plus(a.reasoning, b.reasoning)
})

/** Adds two costs; unknown and anything is unknown. */
export const addCost: (a: Cost, b: Cost) => Cost = plus
