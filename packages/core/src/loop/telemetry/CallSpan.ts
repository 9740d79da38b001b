/** The span `execute_tool` and the metric of one call, from its start to its result. */
import { Effect } from "effect"
import type { Call, CallResult } from "../../schema/Part.ts"
import * as Content from "./Content.ts"
import * as Metrics from "./Metrics.ts"
import * as Telemetry from "./Telemetry.ts"

/** Where the call belongs, for the attributes of its span. */
export interface Place {
  readonly session: string
  readonly agent: string
}

const failureOf = ({ output, status }: CallResult): Telemetry.Failed | undefined =>
  status === "completed"
    ? undefined
    : {
        type: status === "failed" ? "tool_error" : status,
        message: `The call ended as ${status}.`,
        content: output.slice(0, 200)
      }

const inputOf = ({ input }: Call): unknown => (input.type === "json" ? input.value : input.text)

const tell = (call: Call, running: Telemetry.Running, result: CallResult): Effect.Effect<void> => {
  const failed = failureOf(result)
  const attributes = () =>
    running.content ? { ...Content.ofInput(inputOf(call)), ...Content.ofOutput(result.output) } : {}
  return Effect.flatMap(Telemetry.end(running, attributes, failed), (seconds) =>
    Metrics.call(call.tool, seconds, failed?.type)
  )
}

const interrupted: CallResult = { status: "interrupted", output: "The call was interrupted." }

/** Runs a tool, told of. */
export type CallObserver = (call: Call, place: Place, run: Effect.Effect<CallResult>) => Effect.Effect<CallResult>

const observe: CallObserver = (call, { agent, session }, run) =>
  Effect.gen(function* () {
    const running = yield* Telemetry.begin(`execute_tool ${call.tool}`, "internal", {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": call.tool,
      "gen_ai.tool.type": "function",
      "gen_ai.tool.call.id": call.id,
      "gen_ai.agent.name": agent,
      "gen_ai.conversation.id": session
    })
    return yield* Telemetry.within(running, run).pipe(
      Effect.tap((result) => tell(call, running, result)),
      Effect.onInterrupt(() => tell(call, running, interrupted))
    )
  })

/** For whoever wants to know. */
export const make: Effect.Effect<CallObserver> = Telemetry.whereWanted<CallObserver>(
  observe,
  (_call, _place, run) => run
)
