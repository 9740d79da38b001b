/** What contract suites are made of: named programs that any test runner can run, and one way to say what went wrong. */
import { Effect, Schema } from "effect"
import { canonicalJson } from "../internal/canonicalJson.ts"

/** An implementation breaks a promise of its interface. */
export class ContractViolation extends Schema.TaggedError<ContractViolation>(
  "@rein/core/testing/contract/ContractViolation"
)("ContractViolation", { promise: Schema.String, expected: Schema.String, got: Schema.String }) {
  override get message() {
    return `${this.promise}: expected ${this.expected}, got ${this.got}`
  }
}

/** One promise of a service, checked on one implementation. It fails or dies when the promise is broken. */
export interface ContractTest {
  readonly name: string
  readonly run: Effect.Effect<void, unknown>
}

const show = (value: unknown): string => (value === undefined ? "undefined" : canonicalJson(value))

/** Fails unless both are the same JSON. */
export const same = (promise: string, got: unknown, expected: unknown): Effect.Effect<void, ContractViolation> =>
  show(got) === show(expected)
    ? Effect.void
    : Effect.fail(new ContractViolation({ promise, expected: show(expected), got: show(got) }))

/** Fails unless the condition holds; `got` says what was there instead. */
export const holds = (promise: string, condition: boolean, got: unknown): Effect.Effect<void, ContractViolation> =>
  condition ? Effect.void : Effect.fail(new ContractViolation({ promise, expected: "it to hold", got: show(got) }))
