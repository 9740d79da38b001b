/**
 * Rein: the harness around a language model.
 *
 * `createAgent` is the way in for people who write promises. Everything else
 * is one step down: each subsystem is a module with a service and its layers,
 * here and as `@rein/core/<folder>/<Module>`.
 */
export * as Agents from "./agent/Agents.ts"
export * as Blobs from "./blob/Blobs.ts"
export * as Compaction from "./context/Compaction.ts"
export * as Instructions from "./context/Instructions.ts"
export * as PastRequest from "./context/PastRequest.ts"
export * as SystemPrompt from "./context/SystemPrompt.ts"
export * as Budget from "./loop/Budget.ts"
export * as CallLimits from "./loop/CallLimits.ts"
export * as ProgressGuard from "./loop/ProgressGuard.ts"
export * as StopPolicy from "./loop/StopPolicy.ts"
export * as Telemetry from "./loop/telemetry/Telemetry.ts"
export * as Fallback from "./model/Fallback.ts"
export * as Limiter from "./model/Limiter.ts"
export * as Model from "./model/Model.ts"
export * as ModelCatalog from "./model/ModelCatalog.ts"
/** What `createAgent` takes as its model. */
export type { ModelSource } from "./model/ModelSource.ts"
export * as Jobs from "./process/Jobs.ts"
export * as Processes from "./process/Processes.ts"
export * as Retry from "./model/Retry.ts"
export * as Permission from "./permission/Permission.ts"
export {
  type Agent,
  type AgentOptions,
  type AgentSession,
  createAgent,
  type PermissionAnswer,
  type PermissionOption,
  type RunOptions,
  type RunResult,
  type StoreSource,
  tool,
  type ValueOptions,
  type ValueResult
} from "./promise.ts"
export * as Questions from "./question/Questions.ts"
export * as Runtime from "./Runtime.ts"
export * as Ids from "./schema/Ids.ts"
export * as ModelRef from "./schema/ModelRef.ts"
export * as Outcome from "./schema/Outcome.ts"
export * as SessionEvent from "./schema/SessionEvent.ts"
export * as Fold from "./session/Fold.ts"
export * as OpenSessions from "./session/OpenSessions.ts"
export * as Sessions from "./session/Sessions.ts"
export * as SessionState from "./session/SessionState.ts"
export * as SessionStore from "./session/SessionStore.ts"
export * as SessionStoreMemory from "./session/SessionStoreMemory.ts"
export * as Settings from "./settings/Settings.ts"
export * as Tool from "./tool/Tool.ts"
export * as ToolRegistry from "./tool/ToolRegistry.ts"
export * as Truncation from "./tool/Truncation.ts"
export * as Watchdog from "./model/Watchdog.ts"
export { version } from "./version.ts"
