/** Which files a search may show: those that the rules let read without a question. */
import { basename } from "node:path"
import { Agents } from "@rein/core/agent/Agents"
import { Settings } from "@rein/core/settings/Settings"
import type { ToolContext } from "@rein/core/tool/Tool"
import { Rules } from "@rein/permission"
import { Effect } from "effect"

/** Usually holds secrets, so where no rule says anything about it, it is not shown. */
const isSecret = (path: string): boolean => basename(path).startsWith(".env") && basename(path) !== ".env.example"

/** Gives a test for real paths, by the rules that are in force for a call. */
export type Readable = (context: ToolContext) => Effect.Effect<(path: string) => boolean>

/** Takes the services once. */
export const make: Effect.Effect<Readable, never, Settings | Agents> = Effect.gen(function* () {
  const settings = yield* Settings
  const agents = yield* Agents
  return Effect.fnUntraced(function* (context) {
    const { lastRules = [], patterns, rules } = yield* settings.forDirectory(context.directory)
    const own = yield* Effect.orElseSucceed(
      Effect.map(agents.get(context.agent), (agent) => agent.rules),
      () => []
    )
    const layers = [...rules, { origin: `agent ${context.agent}`, rules: own }, ...lastRules]
    return (path) => {
      const { action, rule } = Rules.explain(layers, "read", path, patterns)
      // What no rule mentions lies where the search itself was allowed.
      return rule === undefined ? !isSecret(path) : action === "allow"
    }
  })
})
