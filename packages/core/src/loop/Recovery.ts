/** Re-entry: brings a step that an earlier owner left open to its end. */
import { Effect } from "effect"
import * as SessionEvent from "../schema/SessionEvent.ts"
import * as Usage from "../schema/Usage.ts"
import { type OpenStep, unsettled } from "../session/History.ts"
import type { StoreError } from "../session/SessionStore.ts"
import { settle } from "./Settle.ts"
import type { CallScope, ToolRunner } from "./ToolRunner.ts"

/** Per unsettled call: not started, it is authorised again and runs; started, its tool's safety decides. */
export const recoverStep = Effect.fnUntraced(function* (
  runner: ToolRunner["Service"],
  scope: CallScope
): Effect.fn.Return<void, StoreError> {
  const { session } = scope
  const { step } = session.state()
  if (step === undefined) return
  const rest = () => ({ events: [], usage: Usage.unknown, durationMillis: 0 })
  yield* Effect.onExit(bringToEnd(runner, scope, step), (exit) => settle(session, step.step, exit, rest))
})

const bringToEnd = Effect.fnUntraced(function* (
  runner: ToolRunner["Service"],
  scope: CallScope,
  step: OpenStep
): Effect.fn.Return<void, StoreError> {
  const { session } = scope
  for (const { call, started } of unsettled(step.items)) {
    if (call.hosted === true) {
      const result = { status: "interrupted", output: "The provider's own call was cut off." } as const
      yield* session.append([SessionEvent.make("CallSettled", { call: call.id, result })])
    } else if (started === undefined) {
      yield* runner.run(call, scope)
    } else {
      yield* runner.recover(call, scope)
    }
  }
  if (session.state().step?.finish === undefined && session.state().step?.step === step.step) {
    yield* session.append([
      SessionEvent.make("StepFinished", {
        step: step.step,
        finish: "interrupted",
        usage: Usage.unknown,
        cost: "unknown",
        durationMillis: 0
      })
    ])
  }
})
