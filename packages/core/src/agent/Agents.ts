/** Named definitions of agents, as data. */
import type { Rule } from "@rein/permission"
import { Context, Effect, Layer, Schema } from "effect"
import type { ModelRef } from "../schema/ModelRef.ts"

/** What a session works as: a model, a prompt, tools and rules. Optional fields left out leave it to the runtime. */
export interface Agent {
  readonly name: string
  readonly description: string
  readonly mode: "primary" | "subagent" | "both"
  /** Without one the session's model is taken. */
  readonly model?: ModelRef
  /** Its own text in front of the system prompt. */
  readonly prompt?: string
  /** Names of the tools that it sees; without it, all. */
  readonly tools?: ReadonlyArray<string>
  readonly rules: ReadonlyArray<Rule>
  /** Steps of one turn; without it, the loop's own bound. */
  readonly maxSteps?: number
}

/** No agent has this name. */
export class AgentNotFound extends Schema.TaggedError<AgentNotFound>("@rein/core/agent/Agents/AgentNotFound")(
  "AgentNotFound",
  { name: Schema.String, known: Schema.Array(Schema.String) }
) {
  override get message() {
    return `There is no agent "${this.name}". Known agents: ${this.known.join(", ") || "none"}.`
  }
}

/** The agent of a session that names none. */
export const build: Agent = {
  name: "build",
  description: "Works on the task with all tools.",
  mode: "primary",
  rules: []
}

/** Knows the agents by their names. */
export class Agents extends Context.Service<
  Agents,
  {
    readonly get: (name: string) => Effect.Effect<Agent, AgentNotFound>
    readonly list: Effect.Effect<ReadonlyArray<Agent>>
  }
>()("@rein/core/agent/Agents") {}

/** Exactly these agents. */
export const layerValues = (agents: ReadonlyArray<Agent>): Layer.Layer<Agents> => {
  const byName = new Map(agents.map((agent) => [agent.name, agent]))
  return Layer.succeed(
    Agents,
    Agents.of({
      get: Effect.fnUntraced(function* (name) {
        const found = byName.get(name)
        if (found === undefined) return yield* new AgentNotFound({ name, known: [...byName.keys()] })
        return found
      }),
      list: Effect.succeed(agents)
    })
  )
}

/** Only `build`. */
export const layer: Layer.Layer<Agents> = layerValues([build])
