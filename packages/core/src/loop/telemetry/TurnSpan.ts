/** The span `invoke_agent` and the metric of one turn, in this runtime: a turn that goes on elsewhere has another there. */
import { Effect } from "effect"
import type { Outcome } from "../../schema/Outcome.ts"
import type * as Usage from "../../schema/Usage.ts"
import type { SessionState } from "../../session/SessionState.ts"
import * as Metrics from "./Metrics.ts"
import * as Telemetry from "./Telemetry.ts"

const known = (count: Usage.Tokens | Usage.Cost): number | undefined => (count === "unknown" ? undefined : count)

const failureOf = (outcome: Outcome | undefined): Telemetry.Failed | undefined =>
  outcome?._tag === "failed"
    ? {
        type: outcome.error.reason?._tag ?? outcome.error.kind,
        message: "The turn failed.",
        content: outcome.error.message
      }
    : undefined

const attributesOf = ({ epoch, lastTurn, turn }: SessionState): Telemetry.Attributes => {
  // One that is still open was parked, or goes on in another runtime.
  const { cost, usage } = turn ?? lastTurn ?? {}
  return {
    "gen_ai.provider.name": epoch === undefined ? undefined : Telemetry.providerName(epoch.model.provider),
    "gen_ai.request.model": epoch?.model.model,
    ...(usage === undefined
      ? {}
      : {
          "gen_ai.usage.input_tokens": known(usage.input),
          "gen_ai.usage.output_tokens": known(usage.output),
          "gen_ai.usage.cache_read.input_tokens": known(usage.cacheRead),
          "gen_ai.usage.cache_creation.input_tokens": known(usage.cacheWrite)
        }),
    "rein.cost.micro_dollars": cost === undefined ? undefined : known(cost),
    "rein.outcome": turn === undefined ? lastTurn?.outcome._tag : "open"
  }
}

/** Runs a turn, told of; how it ended is in the state. */
export type TurnObserver = <A, E, R>(
  turn: string,
  state: () => SessionState,
  run: Effect.Effect<A, E, R>
) => Effect.Effect<A, E, R>

const observe: TurnObserver = (turn, state, run) =>
  Effect.gen(function* () {
    const { agent, session } = state()
    const running = yield* Telemetry.begin(`invoke_agent ${agent}`, "internal", {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": agent,
      "gen_ai.conversation.id": session,
      "rein.turn": turn
    })
    const tell = Effect.suspend(() => {
      const ended = state()
      const failed = failureOf(ended.turn === undefined ? ended.lastTurn?.outcome : undefined)
      return Effect.flatMap(
        Telemetry.end(running, () => attributesOf(ended), failed),
        (seconds) => Metrics.turn(agent, seconds, failed?.type)
      )
    })
    return yield* Effect.ensuring(Telemetry.within(running, run), tell)
  })

/** For whoever wants to know. */
export const make: Effect.Effect<TurnObserver> = Telemetry.whereWanted<TurnObserver>(
  observe,
  (_turn, _state, run) => run
)
