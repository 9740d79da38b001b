/** Which tools exist, and which of them an agent sees. */
import { Context, Effect, Layer } from "effect"
import type { Agent } from "../agent/Agents.ts"
import type { Tool } from "./Tool.ts"

/** Gives agents their tools. What an epoch has frozen stays until the next one begins. */
export class ToolRegistry extends Context.Service<
  ToolRegistry,
  {
    /** The tools that an agent sees, sorted by name so that the order never changes a prompt. */
    readonly forAgent: (agent: Agent) => Effect.Effect<ReadonlyArray<Tool>>
  }
>()("@rein/core/tool/ToolRegistry") {}

const byName = (a: Tool, b: Tool): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

/** Exactly these tools; of two with one name the later wins. */
export const layerValues = (tools: ReadonlyArray<Tool>): Layer.Layer<ToolRegistry> => {
  const all = [...new Map(tools.map((tool) => [tool.name, tool])).values()].toSorted(byName)
  return Layer.succeed(
    ToolRegistry,
    ToolRegistry.of({
      forAgent: (agent) =>
        Effect.succeed(agent.tools === undefined ? all : all.filter((tool) => agent.tools?.includes(tool.name)))
    })
  )
}

/** No tools. */
export const layer: Layer.Layer<ToolRegistry> = layerValues([])
