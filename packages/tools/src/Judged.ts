/** Remembers what a call was allowed to do, so that it does that and nothing else when it runs. */
import { ToolError } from "@rein/core/schema/ToolError"
import { Effect } from "effect"

/** What was judged, by the input of the call: the same object when it is judged and when it runs. */
export interface Judged<Value> {
  readonly remember: (input: object, value: Value) => Value
  /** Fails when something else was judged. A call that nobody judged may be anything. */
  readonly check: (input: object, value: Value) => Effect.Effect<Value, ToolError>
}

/** For one tool; values are the same when they are described by the same words. */
export const make = <Value>(describe: (value: Value) => string): Judged<Value> => {
  const known = new WeakMap<object, Value>()
  return {
    remember: (input, value) => {
      known.set(input, value)
      return value
    },
    check: (input, value) => {
      const judged = known.get(input)
      if (judged === undefined || describe(judged) === describe(value)) return Effect.succeed(value)
      return Effect.fail(
        new ToolError({
          message:
            `What was allowed is ${describe(judged)}, and now it would be ${describe(value)}: ` +
            "something changed in between, so nothing was done. Look again and repeat the call."
        })
      )
    }
  }
}
