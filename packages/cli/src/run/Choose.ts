/** What a run works with: the model, the agent and the session, checked before anything is sent. */
import { type Agent, Agents } from "@rein/core/agent/Agents"
import type * as Fallback from "@rein/core/model/Fallback"
import * as Ids from "@rein/core/schema/Ids"
import * as ModelRef from "@rein/core/schema/ModelRef"
import { fold } from "@rein/core/session/Fold"
import { type SessionInfo, SessionStore } from "@rein/core/session/SessionStore"
import { Sessions } from "@rein/core/session/Sessions"
import { Catalogue, ModelName } from "@rein/providers"
import { Effect, Layer, Option, Result, Schema } from "effect"
import { UsageError } from "../Failure.ts"
import { dataFolder, realDirectory } from "../Folders.ts"
import * as Harness from "../Harness.ts"
import { didYouMean } from "../Near.ts"
import * as FlagRules from "./FlagRules.ts"
import * as Recorded from "./Recorded.ts"

const example = 'e.g. --model "anthropic/claude-sonnet-4-5"'

/** So many models are named in a sentence. */
const mostModels = 5

const refuse = (message: string) => new UsageError({ message })

/** The model of `--model`. */
export const model = Effect.fnUntraced(function* (
  text: string | undefined
): Effect.fn.Return<ModelRef.ModelRef | undefined, UsageError> {
  if (text === undefined) return undefined
  const found = yield* Effect.promise(() => ModelName.readNear(text))
  return Result.isSuccess(found) ? found.success : yield* refuse(Recorded.meant(text) ?? found.failure)
})

/** The models of `--fallback`. */
export const fallback = Effect.fnUntraced(function* ({
  anyPrice,
  models
}: Given["fallback"]): Effect.fn.Return<Fallback.Options, UsageError> {
  const found = yield* Effect.promise(() => Promise.all(models.map(ModelName.readNear)))
  const wrong = found.find(Result.isFailure)
  if (wrong !== undefined) return yield* refuse(`--fallback: ${wrong.failure}`)
  return { models: { model: found.flatMap((one) => (Result.isSuccess(one) ? [one.success] : [])) }, anyPrice }
})

/** Models of the servers on this machine, for somebody who has no key for any other. */
const localModels = Effect.fnUntraced(function* (settings: Effect.Success<typeof Catalogue.settings>) {
  if (Catalogue.providers(settings).some(({ isLocal, isReady }) => isReady && !isLocal)) return ""
  const servers = yield* Effect.promise(() => Catalogue.findLocals(settings))
  const models = servers.flatMap(({ id, models }) => Object.keys(models).map((model) => `${id}/${model}`))
  return models.length === 0 ? "" : ` On this machine there are: ${models.slice(0, mostModels).join(", ")}.`
})

/** Nothing says which model to ask. */
export const needModel: Effect.Effect<never, UsageError> = Effect.gen(function* () {
  const local = yield* localModels(yield* Catalogue.settings)
  return yield* refuse(
    `No model is chosen. Name one, ${example} (known providers: ${ModelName.providers.join(", ")}).${local} \`rein models\` shows all.`
  )
})

/** The steps of `--max-steps`. */
export const maxSteps = Effect.fnUntraced(function* (
  text: string | undefined
): Effect.fn.Return<number | undefined, UsageError> {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  return yield* refuse(`--max-steps ${text} is no number of steps: write a whole number from 1 on.`)
})

/** The agent of `--agent`, which must be one that a person may talk to. */
export const agent = Effect.fnUntraced(function* (
  name: string | undefined
): Effect.fn.Return<Agent | undefined, UsageError, Agents> {
  if (name === undefined) return undefined
  const agents = (yield* (yield* Agents).list).filter(({ mode }) => mode !== "subagent")
  const found = agents.find((one) => one.name === name)
  if (found !== undefined) return found
  const known = agents.map((one) => one.name)
  return yield* refuse(`There is no agent "${name}".${didYouMean(name, known)} Known agents: ${known.join(", ")}.`)
})

/** What says which session to work in. */
export interface Wanted {
  /** Go on with the newest session of the directory. */
  readonly goOn: boolean
  /** Go on with this session. */
  readonly session: string | undefined
  /** As it was given; a session has its own. */
  readonly directory: string | undefined
}

/** What a command line says of the work. */
export interface Given extends Wanted {
  readonly model: string | undefined
  readonly fallback: { readonly models: ReadonlyArray<string>; readonly anyPrice: boolean }
  readonly agent: string | undefined
  readonly maxSteps: string | undefined
  /** The file to record to. */
  readonly record: string | undefined
  readonly rules: FlagRules.Given
}

/** A session that goes on, or the directory of a new one. */
export interface Place {
  readonly session?: SessionInfo
  readonly directory: string
}

const recent = 1_000

/** A stored session by its id, or a sentence with those that it may have been. */
export const stored = Effect.fnUntraced(function* (id: string) {
  const store = yield* SessionStore
  const session = Schema.decodeUnknownOption(Ids.SessionId)(id)
  const missing = Effect.gen(function* () {
    const ids = (yield* store.list({ limit: recent })).map((one) => one.id)
    const like = id.length < 8 ? "" : didYouMean(id, ids)
    return yield* refuse(`There is no session ${id}.${like} \`rein session list --all\` shows all of them.`)
  })
  if (Option.isNone(session)) return yield* missing
  return yield* store
    .get(session.value)
    .pipe(Effect.catchTag("StoreError", (error) => (error.reason._tag === "NotFound" ? missing : Effect.fail(error))))
})

/** Where to work; the session's directory must still be there. */
export const place = Effect.fnUntraced(function* ({ directory, goOn, session }: Wanted) {
  const given = directory === undefined && session !== undefined ? undefined : yield* realDirectory(directory ?? ".")
  if (session !== undefined) {
    const info = yield* stored(session)
    if (given !== undefined && given !== info.directory) {
      return yield* refuse(`Session ${session} works in ${info.directory}, not in ${given}. Leave --dir out.`)
    }
    yield* Effect.mapError(realDirectory(info.directory), () =>
      refuse(`Session ${session} works in ${info.directory}, which is gone. Put the directory back to go on with it.`)
    )
    return { session: info, directory: info.directory } satisfies Place
  }
  const here = given ?? "."
  if (!goOn) return { directory: here } satisfies Place
  const [found] = yield* (yield* SessionStore).list({ directory: here, limit: 1 })
  if (found !== undefined) return { session: found, directory: here } satisfies Place
  return yield* refuse(`There is no session in ${here} to go on with. Leave --continue out to start one.`)
})

/** The session itself. One that goes on keeps its agent, and a new one needs a model. */
export const session = Effect.fnUntraced(function* (place: Place, agent: Agent | undefined, hasModel: boolean) {
  const sessions = yield* Sessions
  if (place.session === undefined) {
    if (!hasModel && agent?.model === undefined) return yield* needModel
    return yield* sessions.create({
      directory: place.directory,
      ...(agent === undefined ? {} : { agent: agent.name })
    })
  }
  const state = yield* sessions.state(place.session.id)
  if (agent !== undefined && agent.name !== state.agent) {
    return yield* refuse(
      `Session ${state.session} works with the agent "${state.agent}", and a session keeps its agent. Leave --agent out, or start a new session.`
    )
  }
  if (!hasModel && state.epoch === undefined) return yield* needModel
  return state.session
})

/**
 * Another model than the session's own is a switch. It is stored only, so that nothing begins before somebody watches:
 * whoever goes on with the session takes it up first.
 */
export const switchModel = Effect.fnUntraced(function* (place: Place, model: ModelRef.ModelRef | undefined) {
  if (model === undefined || place.session === undefined) return
  const { id } = place.session
  const store = yield* SessionStore
  const { epoch, model: switched, ownModel, readOnly } = fold(id, yield* store.read(id, 0))
  const current = switched ?? ownModel ?? epoch?.model
  if (readOnly !== undefined || current === undefined || ModelRef.format(current) === ModelRef.format(model)) return
  yield* store.submit(id, Ids.make.command(), { _tag: "model", model })
})

/** Does it go on with a session that is there? */
export const isContinued = ({ goOn, session }: Wanted): boolean => goOn || session !== undefined

/** Everything that can be checked before a runtime is made, over the opened store. */
export const all = Effect.fnUntraced(function* (given: Given) {
  if (given.goOn && given.session !== undefined) {
    return yield* refuse("--continue and --session name two sessions. Give one of them.")
  }
  const played = Recorded.isReplay(given.model) ? yield* Recorded.played(given.model) : undefined
  const chosen = played?.ref ?? (yield* model(given.model))
  if (chosen === undefined && !isContinued(given)) return yield* needModel
  const instead = yield* fallback(given.fallback)
  const steps = yield* maxSteps(given.maxSteps)
  const data = yield* dataFolder
  const store = yield* Layer.build(Harness.layerStore(data))
  const where = yield* Effect.provide(place(given), store)
  const lastRules = yield* FlagRules.layers(given.rules, where.directory)
  const asked = played?.layerIn(where.directory) ?? Harness.layerProviders
  const layerModel =
    given.record === undefined
      ? asked
      : Recorded.recorded(asked, {
          file: given.record,
          directory: where.directory,
          isContinued: where.session !== undefined
        })
  return { data, model: chosen, layerModel, fallback: instead, maxSteps: steps, store, place: where, lastRules }
})
