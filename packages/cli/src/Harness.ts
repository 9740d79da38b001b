/** The layers behind the command: real files, processes, SQLite and providers. */
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Agents from "@rein/core/agent/Agents"
import type { Blobs } from "@rein/core/blob/Blobs"
import * as Instructions from "@rein/core/context/Instructions"
import * as SystemPrompt from "@rein/core/context/SystemPrompt"
import * as NodeBlobs from "@rein/core/node/NodeBlobs"
import * as NodeOwnership from "@rein/core/node/NodeOwnership"
import * as NodeProcesses from "@rein/core/node/NodeProcesses"
import * as SessionStoreSql from "@rein/core/node/SessionStoreSql"
import * as Jobs from "@rein/core/process/Jobs"
import * as Questions from "@rein/core/question/Questions"
import * as Runtime from "@rein/core/Runtime"
import type { ModelRef } from "@rein/core/schema/ModelRef"
import type { Sessions } from "@rein/core/session/Sessions"
import type { SessionStore, StoreError } from "@rein/core/session/SessionStore"
import { Settings } from "@rein/core/settings/Settings"
import * as ToolRegistry from "@rein/core/tool/ToolRegistry"
import { AiSdk, Catalogue } from "@rein/providers"
import { codingTools } from "@rein/tools"
import type { Layer as RuleLayer } from "@rein/permission"
import { type Context, Effect, Layer } from "effect"
import { builtIn } from "./BuiltInRules.ts"
import { newer } from "./models/Newer.ts"

export interface Options {
  /** The stored sessions, opened already. */
  readonly store: Context.Context<SessionStore | Blobs>
  /** Without one a session goes on with its own. */
  readonly model: ModelRef | undefined
  /** Steps of each turn. */
  readonly maxSteps: number | undefined
  /** Rules behind all others. */
  readonly lastRules: ReadonlyArray<RuleLayer>
  /** Is somebody there who can answer? */
  readonly isAttended: boolean
  /** Process groups that live now; kept up to date. */
  readonly groups: Set<number>
}

/** The stored sessions alone, for commands that only look, and to look before a runtime is made. */
export const layerStore = (data: string): Layer.Layer<SessionStore | Blobs, StoreError> => {
  const blobs = NodeBlobs.layerWith({ directory: join(data, "blobs") })
  return SessionStoreSql.layerWith({ path: join(data, "rein.db") }).pipe(
    Layer.provide(NodeOwnership.layer),
    Layer.provideMerge(blobs)
  )
}

const settings = ({ lastRules, model }: Options): Layer.Layer<Settings> =>
  Layer.succeed(
    Settings,
    Settings.of({
      forDirectory: (directory) =>
        Effect.succeed({
          rules: [builtIn(directory)],
          lastRules,
          ...(model === undefined ? {} : { model })
        })
    })
  )

/** The tools, and the jobs that they start, which the loop tells the model of. */
const tools = (options: Options): Layer.Layer<ToolRegistry.ToolRegistry | Jobs.Jobs> =>
  Layer.unwrap(Effect.map(codingTools({ environment: process.env }), ToolRegistry.layerValues)).pipe(
    Layer.provideMerge(Layer.provide(Jobs.layer, Layer.succeedContext(options.store))),
    Layer.provide([NodeProcesses.layerWith({ groups: options.groups }), settings(options), agents(options)])
  )

const environment = [`Platform: ${process.platform} (${process.arch})`, "Shell of the bash tool: bash"]

/** The agents, each with the steps of the command line where it gives some. */
const agents = ({ maxSteps }: Options): Layer.Layer<Agents.Agents> =>
  Agents.layerValues([maxSteps === undefined ? Agents.build : { ...Agents.build, maxSteps }])

/** A whole runtime over an open store, and the agents that it knows. */
export const layer = (options: Options): Layer.Layer<Sessions | Agents.Agents> => {
  const { isAttended, store } = options
  const known = agents(options)
  const sessions = Runtime.withDefaults(
    Layer.mergeAll(
      Layer.succeedContext(store),
      AiSdk.layer,
      Catalogue.layerOver({ newer }),
      known,
      tools(options),
      settings(options),
      SystemPrompt.layerWith({ environment }),
      Layer.provide(Instructions.layer, [NodeFileSystem.layer, NodePath.layer]),
      isAttended ? Questions.layer : Questions.layerNobody
    )
  )
  return Layer.merge(sessions, known)
}
