/** The default model layers: AI SDK provider models, asked with `doStream` or through `streamText`. */
import type { LanguageModelV4 } from "@ai-sdk/provider"
import { Model, type ModelService } from "@rein/core/model/Model"
import type { ModelPart } from "@rein/core/model/ModelPart"
import type { ModelRequest } from "@rein/core/model/ModelRequest"
import { ModelError } from "@rein/core/schema/ModelError"
import type * as ModelRef from "@rein/core/schema/ModelRef"
import { Effect, Layer, Redacted, Stream } from "effect"
import { withoutKey } from "./aisdk/Advice.ts"
import * as Answer from "./aisdk/Answer.ts"
import * as Dialect from "./aisdk/Dialect.ts"
import { modelsWithin } from "./aisdk/ModelList.ts"
import { didYouMean, nearMisses } from "./aisdk/NearMiss.ts"
import * as Prompt from "./aisdk/Prompt.ts"
import { type Provider, secretsOf } from "./aisdk/Provider.ts"
import * as Providers from "./aisdk/Providers.ts"
import * as StreamText from "./aisdk/StreamText.ts"
import { known, type Options } from "./aisdk/Table.ts"
import * as Snapshot from "./catalogue/Snapshot.ts"
import type { Asked } from "./classify/Describe.ts"
import { unknownProvider } from "./ModelName.ts"
import type { Rule } from "./transform/Rule.ts"

/** What may be set for one provider; `layerOver` lays it over the environment, field by field. */
export type { ProviderSettings } from "./aisdk/Provider.ts"
/** Settings by the names of providers, for the layers below. */
export type { Options } from "./aisdk/Table.ts"
/** For the layers that ask through `streamText`. */
export type { Settings as StreamTextSettings } from "./aisdk/StreamText.ts"
export { providers } from "./ModelName.ts"

const refuse = (reason: "Authentication" | "InvalidRequest", message: string): ModelError =>
  new ModelError({ reason: { _tag: reason }, message })

interface Route {
  readonly id: string
  readonly title: string
  readonly provider: Provider
  readonly hints: Providers.Hints
  /** Does it usually run on this machine? */
  readonly isLocal: boolean
}

/** Where settings come from, which is what messages speak of. */
type Hinting = typeof Providers.inEnvironment

interface Making {
  readonly options: Options
  readonly hinting: Hinting
  readonly ask: Answer.Asker
}

const routesOf = ({ hinting, options }: Making): ReadonlyMap<string, Route> => {
  return new Map(
    known.map((one) => {
      const { id, local, name, title } = one
      const provider = one.family(options[name] ?? {})
      return [id, { id, title, provider, hints: hinting(one), isLocal: local !== undefined }]
    })
  )
}

/** Routes with one key at one address are one account, which has the name of the first. */
const accountsOf = (routes: ReadonlyArray<Route>, options: Options): ReadonlyMap<string, string> => {
  const keys = new Map(known.map(({ id, name }) => [id, options[name]?.apiKey]))
  const isSame = (a: Route) => (b: Route) => {
    const [one, other] = [keys.get(a.id), keys.get(b.id)]
    const isKey =
      one === other || (one !== undefined && other !== undefined && Redacted.value(one) === Redacted.value(other))
    return isKey && a.provider.address === b.provider.address
  }
  return new Map(routes.map((route) => [route.id, (routes.find(isSame(route)) ?? route).id]))
}

/** Long enough for a list, short enough for somebody who waits for an error. */
const listMillis = 2_000

/** The models that the server lists, or else those that are known of the provider. */
const modelsOf = async ({ id, provider }: Route): Promise<ReadonlyArray<string>> =>
  (await modelsWithin(provider, listMillis)) ?? Object.keys(await Snapshot.load(id))

/** An unknown model gets the near misses of those that there are. */
const withNearMisses = (error: ModelError, route: Route, ref: ModelRef.ModelRef): Effect.Effect<never, ModelError> => {
  const { reason } = error
  if (reason._tag !== "InvalidRequest" || reason.because !== "unknown-model") return Effect.fail(error)
  return Effect.flatMap(
    Effect.promise(() => modelsOf(route)),
    (models) => {
      const near = nearMisses(ref.model, models).map((model) => `${ref.provider}/${model}`)
      return Effect.fail(new ModelError({ ...error, message: `${error.message}${didYouMean(near)}` }))
    }
  )
}

const make = (making: Making): ModelService => {
  const routes = routesOf(making)
  const locals = [...routes.values()].filter(({ isLocal }) => isLocal)
  const secrets = known.flatMap(({ name }) => secretsOf(making.options[name] ?? {}))

  const missing = async ({ hints, provider, title }: Route): Promise<ModelError | undefined> => {
    if (provider.missing === undefined) return undefined
    const servers = locals.map((local) => ({ id: local.id, ...local.provider }))
    switch (provider.missing) {
      case "key":
        return refuse("Authentication", await withoutKey(`No key for ${title}: ${hints.key}`, servers))
      case "address":
        return refuse(
          "InvalidRequest",
          await withoutKey(`No address for ${title}: ${hints.address} to its base URL`, servers)
        )
      case "place":
        return refuse(
          "InvalidRequest",
          await withoutKey(`It is not known where ${title} is to be asked: ${hints.place}`, servers)
        )
    }
  }

  /** One for each provider and package, with and without facts, since it keeps what it made of messages. */
  const prompts = new Map<string, Prompt.Prompt>()
  const promptOf = (provider: string, dialect: Dialect.Dialect, known?: Snapshot.Models): Prompt.Prompt => {
    const key = `${provider} ${dialect.optionsKey} ${known !== undefined}`
    const prompt = prompts.get(key) ?? Prompt.make({ provider, dialect, ...(known === undefined ? {} : { known }) })
    prompts.set(key, prompt)
    return prompt
  }

  const open = async (route: Route, request: ModelRequest, signal: AbortSignal) => {
    const lacking = await missing(route)
    if (lacking !== undefined) throw lacking
    const { dialect, model } = await route.provider.model(request.model.model)
    const prompt = promptOf(route.id, dialect, await Prompt.factsFor(route.id, request))
    return making.ask(model, prompt(request, signal).options)
  }

  const stream = (request: ModelRequest): Stream.Stream<ModelPart, ModelError> => {
    const { model: ref } = request
    const route = routes.get(ref.provider)
    if (route === undefined) {
      const other = " For another provider, give its AI SDK model to languageModel(...) or AiSdk.fromLanguageModel."
      return Stream.fail(refuse("InvalidRequest", `${unknownProvider(ref)}${other}`))
    }
    const asked: Asked = { model: ref, address: route.provider.address, hints: route.hints }
    const { dialect } = route.provider
    return Answer.stream({ open: (signal) => open(route, request, signal), secrets, dialect, asked }).pipe(
      Stream.catch((error) => Stream.fromEffect(withNearMisses(error, route, ref)))
    )
  }
  const accounts = accountsOf([...routes.values()], making.options)
  return Model.of({ stream, account: ({ provider }) => accounts.get(provider) ?? provider })
}

/** A router over the known providers with these settings and nothing from the environment. */
export const layerWith = (options: Options): Layer.Layer<Model> =>
  Layer.sync(Model, () => make({ options, hinting: Providers.inOptions, ask: Answer.doStream }))

const merged = (found: Options, replaced: Options): Options => ({
  ...found,
  ...replaced,
  ...Object.fromEntries(known.map(({ name }) => [name, { ...found[name], ...replaced[name] }]))
})

const overEnvironment = (replaced: Options, ask: Answer.Asker): Layer.Layer<Model> =>
  Layer.effect(
    Model,
    Effect.map(
      // An environment that cannot be read is a fault of the host; no caller could go on from it.
      Effect.orDie(
        Effect.gen(function* () {
          return yield* Providers.environment
        })
      ),
      (found) => make({ options: merged(found, replaced), hinting: Providers.inEnvironment, ask })
    )
  )

/** The settings of the environment, with some of them replaced. */
export const layerOver = (replaced: Options): Layer.Layer<Model> => overEnvironment(replaced, Answer.doStream)

/**
 * A router over the known providers, with the keys and addresses of the environment: `ANTHROPIC_API_KEY` and
 * `ANTHROPIC_BASE_URL`, and so on for each provider. Providers are loaded at the first request; a missing key is an error
 * of the request.
 */
export const layer: Layer.Layer<Model> = layerOver({})

/** The same router, which asks through `streamText` of the `ai` package: one step, no retries, no tool is run there. */
export const layerStreamText: Layer.Layer<Model> = overEnvironment({}, StreamText.asker({}))

/** `layerStreamText` with these settings and nothing from the environment. */
export const layerStreamTextWith = (options: Options, settings: StreamText.Settings = {}): Layer.Layer<Model> =>
  Layer.sync(Model, () => make({ options, hinting: Providers.inOptions, ask: StreamText.asker(settings) }))

/** Plain JavaScript may hand in a model of an older SDK, whose parts mean other things. */
const checked = (model: StreamText.ModelValue): LanguageModelV4 => {
  if (model.specificationVersion === "v4") return model
  throw refuse(
    "InvalidRequest",
    `The model ${model.modelId} implements version ${model.specificationVersion} of the AI SDK's model interface; Rein needs v4 (ai 7). Update its package.`
  )
}

const ofOne = (
  asked: Prompt.Asked,
  find: () => Promise<StreamText.ModelValue>,
  ask: Answer.Asker
): Layer.Layer<Model> =>
  Layer.sync(Model, () => {
    const { dialect } = asked
    const prompt = Prompt.make(asked)
    const open = async (request: ModelRequest, signal: AbortSignal) =>
      ask(checked(await find()), prompt(request, signal).options)
    return Model.of({
      stream: (request) => Answer.stream({ open: (signal) => open(request, signal), secrets: [], dialect })
    })
  })

const askedOf = (model: LanguageModelV4): Prompt.Asked => ({
  provider: model.provider.split(".")[0] ?? model.provider,
  model: model.modelId,
  dialect: Dialect.of(model)
})

/** How one model value is asked. */
export interface ValueOptions {
  /** The rules that make of requests what the model wants; default: all of `Rules`. */
  readonly rules?: ReadonlyArray<Rule>
  /** Who serves the model, where the value names only its package, e.g. `openrouter`. */
  readonly provider?: string
}

/**
 * One model value of any AI SDK provider package. It answers every request, whichever model that asks for; the request's
 * options go to it.
 */
export const fromLanguageModel = (model: LanguageModelV4, options: ValueOptions = {}): Layer.Layer<Model> =>
  ofOne({ ...askedOf(model), ...options }, async () => model, Answer.doStream)

/** What a name of a model says, for the SDK's gateway. */
const askedByName = (name: string): Prompt.Asked => {
  const [provider = name, ...model] = name.split("/")
  return { provider, model: model.join("/"), dialect: Dialect.ofProvider(provider) }
}

/**
 * One model that answers every request through `streamText`: a value, or a name for the SDK's default provider or the
 * gateway, e.g. `anthropic/claude-sonnet-4.5`.
 */
export const fromStreamText = (
  model: LanguageModelV4 | string,
  settings: StreamText.Settings = {}
): Layer.Layer<Model> => {
  const ask = StreamText.asker(settings)
  return typeof model === "string"
    ? ofOne(askedByName(model), () => StreamText.resolve(model), ask)
    : ofOne(askedOf(model), async () => model, ask)
}
