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
import { AiSdk } from "@rein/providers"
import { codingTools } from "@rein/tools"
import { Effect, Layer } from "effect"
import { allowAll, builtIn } from "./BuiltInRules.ts"

export interface Options {
  /** The folder of the store and its blobs. */
  readonly data: string
  /** Without one a session goes on with its own. */
  readonly model: ModelRef | undefined
  /** Allow what no rule denies. */
  readonly yes: boolean
  /** Is somebody there who can answer? */
  readonly isAttended: boolean
}

const blobs = (data: string): Layer.Layer<Blobs> => NodeBlobs.layerWith({ directory: join(data, "blobs") })

/** The stored sessions alone, for commands that only look. */
export const layerStore = (data: string): Layer.Layer<SessionStore, StoreError> =>
  SessionStoreSql.layerWith({ path: join(data, "rein.db") }).pipe(Layer.provide([blobs(data), NodeOwnership.layer]))

const settings = ({ model, yes }: Options): Layer.Layer<Settings> =>
  Layer.succeed(
    Settings,
    Settings.of({
      forDirectory: (directory) =>
        Effect.succeed({
          rules: [builtIn(directory), ...(yes ? [allowAll] : [])],
          ...(model === undefined ? {} : { model })
        })
    })
  )

/** The tools, and the jobs that they start, which the loop tells the model of. */
const tools = (options: Options): Layer.Layer<ToolRegistry.ToolRegistry | Jobs.Jobs> =>
  Layer.unwrap(Effect.map(codingTools({ environment: process.env }), ToolRegistry.layerValues)).pipe(
    Layer.provideMerge(Layer.provide(Jobs.layer, blobs(options.data))),
    Layer.provide([NodeProcesses.layer, settings(options), Agents.layer])
  )

const environment = [`Platform: ${process.platform} (${process.arch})`, "Shell of the bash tool: bash"]

/** A whole runtime. */
export const layer = (options: Options): Layer.Layer<Sessions, StoreError> =>
  Runtime.withDefaults(
    Layer.mergeAll(
      blobs(options.data),
      layerStore(options.data),
      AiSdk.layer,
      tools(options),
      settings(options),
      SystemPrompt.layerWith({ environment }),
      Layer.provide(Instructions.layer, [NodeFileSystem.layer, NodePath.layer]),
      options.isAttended ? Questions.layer : Questions.layerNobody
    )
  )
