/** A whole runtime for tests: scripted model, memory store, everything allowed that no test says otherwise. */
import { Effect, Layer } from "effect"
import * as Blobs from "../blob/Blobs.ts"
import * as Permission from "../permission/Permission.ts"
import * as Runtime from "../Runtime.ts"
import type { InputOutcome } from "../schema/Outcome.ts"
import type { SessionId } from "../schema/Ids.ts"
import * as SessionStoreMemory from "../session/SessionStoreMemory.ts"
import { lastText, type SessionState } from "../session/SessionState.ts"
import { Sessions } from "../session/Sessions.ts"
import * as Settings from "../settings/Settings.ts"
import type { Tool } from "../tool/Tool.ts"
import * as ToolRegistry from "../tool/ToolRegistry.ts"
import * as ScriptedModel from "./ScriptedModel.ts"

/** The model that scripted sessions name. */
export const scripted = { provider: "scripted", model: "script" } as const

/** The store of these runtimes, for tests that put something around it. */
export const storeForTests = SessionStoreMemory.layerSolo

/** A runtime with the script and the tools, and in `own` whatever should be other than usual. */
export const layerWith = <Own, E, R>(
  script: ReadonlyArray<ScriptedModel.ScriptedStep>,
  tools: ReadonlyArray<Tool>,
  own: Layer.Layer<Own, E, R>
) => {
  const usual = Layer.mergeAll(
    Blobs.layerMemory,
    SessionStoreMemory.layerSolo,
    Permission.layerAllowAll,
    Settings.layerValues({ model: scripted, rules: [] }),
    ToolRegistry.layerValues(tools)
  )
  const services = Layer.merge(Layer.merge(usual, ScriptedModel.layer(script)), own)
  return Layer.merge(Runtime.withDefaults(services), services)
}

/** A runtime with the script and the tools. */
export const layer = (script: ReadonlyArray<ScriptedModel.ScriptedStep>, tools: ReadonlyArray<Tool> = []) =>
  layerWith(script, tools, Layer.empty)

/** What came of a prompt in a new session. */
export interface Ran {
  readonly session: SessionId
  readonly outcome: InputOutcome
  readonly state: SessionState
}

/** Creates a session, prompts it and waits. */
export const prompt = Effect.fnUntraced(function* (
  text: string,
  options: { readonly directory?: string; readonly session?: SessionId } = {}
): Effect.fn.Return<Ran, unknown, Sessions> {
  const sessions = yield* Sessions
  const session = options.session ?? (yield* sessions.create({ directory: options.directory ?? "/project" }))
  const input = yield* sessions.prompt(session, text)
  const outcome = yield* sessions.outcome(session, input)
  return { session, outcome, state: yield* sessions.state(session) }
})

export { lastText }
