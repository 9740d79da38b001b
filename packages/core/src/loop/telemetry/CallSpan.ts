/** The span `execute_tool` and the metric of one call, from its start to its result. */
import { Effect } from "effect"
import type { Call, CallResult } from "../../schema/Part.ts"
import * as Content from "./Content.ts"
import * as Metrics from "./Metrics.ts"
import * as Telemetry from "./Telemetry.ts"

export interface Place {
  readonly session: string
  readonly agent: string
}

const failureOf = (result: CallResult): Telemetry.Failed | undefined =>
  result.status === "completed"
    ? undefined
    : { type: result.status === "failed" ? "tool_error" : result.status, message: result.output.slice(0, 200) }

/** Runs the tool, told of. */
export const observe = (
  call: Call,
  { agent, session }: Place,
  run: Effect.Effect<CallResult>
): Effect.Effect<CallResult> =>
  Effect.gen(function* () {
    const running = yield* Telemetry.begin(`execute_tool ${call.tool}`, "internal", {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": call.tool,
      "gen_ai.tool.type": "function",
      "gen_ai.tool.call.id": call.id,
      "gen_ai.agent.name": agent,
      "gen_ai.conversation.id": session
    })
    const { content } = running
    const tell = Effect.fnUntraced(function* (result: CallResult) {
      const attributes = () =>
        content ? { ...Content.ofInput(inputOf(call)), ...Content.ofOutput(result.output) } : {}
      const failed = failureOf(result)
      yield* Metrics.call(call.tool, yield* Telemetry.end(running, attributes, failed), failed?.type)
    })
    return yield* Telemetry.within(running, run).pipe(
      Effect.tap(tell),
      Effect.onInterrupt(() => tell({ status: "interrupted", output: "interrupted" }))
    )
  })

const inputOf = ({ input }: Call): unknown => (input.type === "json" ? input.value : input.text)
