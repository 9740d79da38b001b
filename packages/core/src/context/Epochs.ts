/** Opens an epoch when there is none or a rewrite has ended it, and gives the texts of the one that is open. */
import { Context, Effect, Layer, Schema } from "effect"
import type { Agent } from "../agent/Agents.ts"
import { type BlobError, Blobs } from "../blob/Blobs.ts"
import { canonicalJson } from "../internal/canonicalJson.ts"
import type { ModelRef } from "../schema/ModelRef.ts"
import type { EventData } from "../schema/SessionEvent.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { SessionState } from "../session/SessionState.ts"
import type { StoreError } from "../session/SessionStore.ts"
import { Settings } from "../settings/Settings.ts"
import type { Tool } from "../tool/Tool.ts"
import * as Epoch from "./Epoch.ts"
import { Instructions } from "./Instructions.ts"
import { SystemPrompt } from "./SystemPrompt.ts"

/** Neither the agent nor the settings name a model. */
export class NoModel extends Schema.TaggedError<NoModel>("@rein/core/context/Epochs/NoModel")("NoModel", {
  agent: Schema.String
}) {
  override get message() {
    return `No model is set for agent "${this.agent}". Set one in the settings or for the agent, as provider/model.`
  }
}

/** Keeps the beginning of requests the same from step to step, so that providers can cache it. */
export class Epochs extends Context.Service<
  Epochs,
  {
    /** The model that the next step will ask. */
    readonly model: (state: SessionState, agent: Agent) => Effect.Effect<ModelRef, NoModel>
    /** The texts of the session's epoch; a new one is opened and stored first if that is needed. */
    readonly current: (
      session: OpenSession,
      agent: Agent,
      tools: ReadonlyArray<Tool>
    ) => Effect.Effect<Epoch.EpochTexts, NoModel | BlobError | StoreError>
  }
>()("@rein/core/context/Epochs") {}

const sameModel = (a: ModelRef, b: ModelRef): boolean =>
  a.provider === b.provider &&
  a.model === b.model &&
  (a.options === b.options || canonicalJson(a.options) === canonicalJson(b.options))

/** Why a new epoch must begin, or undefined when the open one goes on. */
const reasonToBegin = (
  { epoch, rewrite }: SessionState,
  agent: Agent,
  model: ModelRef
): EventData<"EpochStarted">["reason"] | undefined => {
  if (epoch === undefined) return "first"
  if (rewrite !== undefined) return rewrite
  if (!sameModel(epoch.model, model)) return "model"
  return epoch.agent === agent.name ? undefined : "agent"
}

const make = Effect.gen(function* () {
  const settings = yield* Settings
  const prompt = yield* SystemPrompt
  const instructions = yield* Instructions
  const blobs = yield* Blobs
  // One object per epoch, so that what was made of its texts can be kept.
  const loaded = new Map<string, Epoch.EpochTexts>()

  const wantedModel = Effect.fnUntraced(function* (state: SessionState, agent: Agent) {
    const { directory, epoch, model: switched, ownModel, turn } = state
    if (turn?.fallback !== undefined) return turn.fallback.model
    if (switched !== undefined) return switched
    const { model } = yield* settings.forDirectory(directory)
    const wanted = agent.model ?? model ?? ownModel ?? epoch?.model
    return wanted ?? (yield* new NoModel({ agent: agent.name }))
  })

  const begin = Effect.fnUntraced(function* (
    session: OpenSession,
    agent: Agent,
    tools: ReadonlyArray<Tool>,
    model: ModelRef,
    reason: EventData<"EpochStarted">["reason"]
  ) {
    const { directory } = session.state()
    const texts: Epoch.EpochTexts = {
      system: yield* prompt.sections({
        agent,
        model,
        directory,
        instructions: yield* instructions.forDirectory(directory)
      }),
      tools: tools.map(({ description, jsonSchema, name }) => ({ name, description, parameters: jsonSchema }))
    }
    const hashes = yield* Epoch.store(blobs, texts)
    yield* session.append([SessionEvent.make("EpochStarted", { reason, model, agent: agent.name, ...hashes })])
    return hashes
  })

  const load = Effect.fnUntraced(function* (epoch: Pick<EventData<"EpochStarted">, "system" | "tools">) {
    const key = `${epoch.system} ${epoch.tools}`
    const read = loaded.get(key) ?? (yield* Epoch.load(blobs, epoch))
    // Sessions that begin together read together; one object for all of them.
    const texts = loaded.get(key) ?? read
    loaded.delete(key)
    loaded.set(key, texts)
    for (const oldest of loaded.keys()) {
      if (loaded.size <= keptTexts) break
      loaded.delete(oldest)
    }
    return texts
  })

  return Epochs.of({
    model: wantedModel,
    current: Effect.fnUntraced(function* (session, agent, tools) {
      const model = yield* wantedModel(session.state(), agent)
      const { epoch } = session.state()
      const reason = reasonToBegin(session.state(), agent, model)
      if (epoch !== undefined && reason === undefined) return yield* load(epoch) // guard: I3 core/test/context/Epochs.test.ts
      return yield* load(yield* begin(session, agent, tools, model, reason ?? "first"))
    })
  })
})

/** The texts of so many epochs are kept in memory; sessions of a project mostly share theirs. */
const keptTexts = 64

/** The default: the prompt and the instructions are asked anew only when an epoch begins. */
export const layer: Layer.Layer<Epochs, never, Settings | SystemPrompt | Instructions | Blobs> = Layer.effect(
  Epochs,
  make
)
