/** The one place where the default layers are composed. */
import { Layer } from "effect"
import * as Agents from "./agent/Agents.ts"
import * as Compaction from "./context/Compaction.ts"
import * as Epochs from "./context/Epochs.ts"
import * as Instructions from "./context/Instructions.ts"
import * as SystemPrompt from "./context/SystemPrompt.ts"
import * as Budget from "./loop/Budget.ts"
import * as ProgressGuard from "./loop/ProgressGuard.ts"
import * as Step from "./loop/Step.ts"
import * as StopPolicy from "./loop/StopPolicy.ts"
import * as ToolRunner from "./loop/ToolRunner.ts"
import * as Turn from "./loop/Turn.ts"
import * as Jobs from "./process/Jobs.ts"
import * as Fallback from "./model/Fallback.ts"
import * as ModelCatalog from "./model/ModelCatalog.ts"
import * as Retry from "./model/Retry.ts"
import * as Permission from "./permission/Permission.ts"
import * as Questions from "./question/Questions.ts"
import * as OpenSessions from "./session/OpenSessions.ts"
import * as Sessions from "./session/Sessions.ts"
import * as Settings from "./settings/Settings.ts"
import * as ToolRegistry from "./tool/ToolRegistry.ts"
import * as Truncation from "./tool/Truncation.ts"

/** `Sessions` over the loop, with every subsystem left open. */
export const layer = Sessions.layer.pipe(
  Layer.provide(Turn.layer),
  Layer.provide(Step.layer),
  Layer.provide([ToolRunner.layer, Epochs.layer])
)

/** Defaults that need nothing. */
const values = Layer.mergeAll(
  Agents.layer,
  Settings.layer,
  Questions.layer,
  ToolRegistry.layer,
  ModelCatalog.layer,
  Jobs.layerNone,
  Retry.layer,
  Fallback.layerNone,
  Compaction.layerNone,
  SystemPrompt.layer,
  Instructions.layerNone,
  Budget.layerUnlimited,
  ProgressGuard.layer,
  StopPolicy.layerAlways
)

/** Defaults that are made from other services, the user's own if there are any. */
const policies = Layer.mergeAll(Permission.layer, Truncation.layer, OpenSessions.layer)

/**
 * `Sessions` with these services, and the default of each that is not among
 * them. Own services win, also below the defaults that are made from them.
 * `Model`, `SessionStore` and `Blobs` have no default here.
 */
export const withDefaults = <Own, E, R>(own: Layer.Layer<Own, E, R>) => {
  const base = Layer.merge(Layer.provide(values, own), own)
  const all = Layer.merge(Layer.provideMerge(policies, base), own)
  return Layer.provide(layer, all)
}
