/** The layers behind the command: real files, processes, SQLite and providers. */
import { homedir } from "node:os"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Agents from "@rein/core/agent/Agents"
import type { Blobs } from "@rein/core/blob/Blobs"
import * as Instructions from "@rein/core/context/Instructions"
import * as SystemPrompt from "@rein/core/context/SystemPrompt"
import type { Model } from "@rein/core/model/Model"
import * as NodeBlobs from "@rein/core/node/NodeBlobs"
import * as NodeOwnership from "@rein/core/node/NodeOwnership"
import * as NodeProcesses from "@rein/core/node/NodeProcesses"
import * as NodeSavedAnswers from "@rein/core/node/NodeSavedAnswers"
import * as SessionStoreSql from "@rein/core/node/SessionStoreSql"
import * as Jobs from "@rein/core/process/Jobs"
import * as Questions from "@rein/core/question/Questions"
import * as Runtime from "@rein/core/Runtime"
import * as Fallback from "@rein/core/model/Fallback"
import * as Limiter from "@rein/core/model/Limiter"
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
import type { UsageError } from "./Failure.ts"
import { newer } from "./models/Newer.ts"

/** Options of `layer`; whoever opened the store closes it. */
export interface Options {
  /** The folder of Rein's data. */
  readonly data: string
  /** The stored sessions, opened already. */
  readonly store: Context.Context<SessionStore | Blobs>
  /** Without one a session goes on with its own. */
  readonly model: ModelRef | undefined
  /** What is asked when the model fails. */
  readonly fallback: Fallback.Options
  /** Who is asked. */
  readonly layerModel: Layer.Layer<Model, UsageError>
  /** Steps of each turn. */
  readonly maxSteps: number | undefined
  /** Rules behind all others. */
  readonly lastRules: ReadonlyArray<RuleLayer>
  /** Is somebody there who can answer? */
  readonly isAttended: boolean
  /** Process groups that live now; kept up to date. */
  readonly groups: Set<number>
}

/** The providers, as the environment has them; what limits one session of an account holds back all of them. */
export const layerProviders: Layer.Layer<Model> = Layer.provide(Limiter.layer, AiSdk.layer)

/** The stored sessions alone, for commands that only look, and to look before a runtime is made. */
export const layerStore = (data: string): Layer.Layer<SessionStore | Blobs, StoreError> => {
  const blobs = NodeBlobs.layerWith({ directory: join(data, "blobs") })
  return SessionStoreSql.layerWith({ path: join(data, "rein.db") }).pipe(
    Layer.provide(NodeOwnership.layer),
    Layer.provideMerge(blobs)
  )
}

/** What people allowed for projects. */
export const layerAnswers = (data: string): Layer.Layer<never> =>
  NodeSavedAnswers.layerWith({ path: join(data, "answers.jsonl") })

const settings = ({ lastRules, model }: Options): Layer.Layer<Settings> =>
  Layer.succeed(
    Settings,
    Settings.of({
      forDirectory: (directory) =>
        Effect.succeed({
          rules: [builtIn(directory)],
          lastRules,
          patterns: { home: homedir() },
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
export const layer = (options: Options): Layer.Layer<Sessions | Agents.Agents, UsageError> => {
  const { isAttended, store } = options
  const known = agents(options)
  const sessions = Runtime.withDefaults(
    Layer.mergeAll(
      Layer.succeedContext(store),
      options.layerModel,
      Layer.provideMerge(Fallback.layerWith(options.fallback), Catalogue.layerOver({ newer })),
      known,
      tools(options),
      settings(options),
      SystemPrompt.layerWith({ environment }),
      Layer.provide(Instructions.layer, [NodeFileSystem.layer, NodePath.layer]),
      Layer.provide(isAttended ? Questions.layer : Questions.layerNobody, layerAnswers(options.data)),
      layerAnswers(options.data)
    )
  )
  return Layer.merge(sessions, known)
}
