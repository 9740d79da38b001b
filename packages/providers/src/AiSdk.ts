/** The default model layers: AI SDK provider models, asked with `doStream`. */
import type { LanguageModelV4 } from "@ai-sdk/provider"
import { Model, type ModelService } from "@rein/core/model/Model"
import type { ModelRequest } from "@rein/core/model/ModelRequest"
import { ModelError } from "@rein/core/schema/ModelError"
import * as ModelRef from "@rein/core/schema/ModelRef"
import { Config, Effect, Layer, Option, Redacted } from "effect"
import * as Answer from "./aisdk/Answer.ts"
import * as Dialect from "./aisdk/Dialect.ts"
import * as Prompt from "./aisdk/Prompt.ts"
import * as Provider from "./aisdk/Provider.ts"

export type { ProviderSettings } from "./aisdk/Provider.ts"

/** The providers that the router knows, as they stand before the slash in `provider/model`. */
export const providers = ["anthropic", "openai-compatible"] as const

/** Settings of each provider; one that is left out has no key. */
export interface Options {
  readonly anthropic?: Provider.ProviderSettings
  readonly openaiCompatible?: Provider.ProviderSettings
}

/** Where the environment holds the settings of the providers, for messages. */
export const variables = {
  anthropic: "ANTHROPIC_API_KEY",
  openaiCompatible: "OPENAI_COMPATIBLE_API_KEY (with OPENAI_COMPATIBLE_BASE_URL) or OPENAI_API_KEY"
} as const

const refuse = (reason: "Authentication" | "InvalidRequest", message: string): ModelError =>
  new ModelError({ reason: { _tag: reason }, message })

interface Route {
  readonly provider: Provider.Provider
  readonly prompt: Prompt.Prompt
}

const route = (provider: Provider.Provider): Route => ({ provider, prompt: Prompt.make(provider.dialect) })

const make = (options: Options): ModelService => {
  const routes: Readonly<Record<string, Route>> = {
    anthropic: route(Provider.anthropic(options.anthropic ?? {}, variables.anthropic)),
    "openai-compatible": route(Provider.openaiCompatible(options.openaiCompatible ?? {}, variables.openaiCompatible))
  }

  const open = async (request: ModelRequest, signal: AbortSignal) => {
    const { model: ref } = request
    const found = Object.hasOwn(routes, ref.provider) ? routes[ref.provider] : undefined
    if (found === undefined) {
      throw refuse(
        "InvalidRequest",
        `There is no provider "${ref.provider}" for ${ModelRef.format(ref)}. Known: ${providers.join(", ")}. For another one, ` +
          `give its AI SDK model to AiSdk.fromLanguageModel.`
      )
    }
    if (found.provider.missing !== undefined) throw refuse("Authentication", found.provider.missing)
    const model = await found.provider.model(ref.model)
    return Answer.doStream(model, found.prompt(request, signal))
  }

  const secrets = [options.anthropic, options.openaiCompatible].flatMap((settings) =>
    settings?.apiKey === undefined ? [] : [Redacted.value(settings.apiKey)]
  )
  return Model.of({
    stream: (request) => Answer.stream({ open: (signal) => open(request, signal), secrets })
  })
}

/** A router over the known providers with these settings and nothing from the environment. */
export const layerWith = (options: Options): Layer.Layer<Model> => Layer.sync(Model, () => make(options))

const optional = <A>(config: Config.Config<A>): Config.Config<A | undefined> =>
  Config.map(Config.option(config), Option.getOrUndefined)

/** An empty variable is how shells say that there is none. */
const text = (name: string) => Config.map(optional(Config.String(name)), (value) => value?.trim() || undefined)

const settings = (key: string | undefined, baseUrl: string | undefined): Provider.ProviderSettings => ({
  ...(key === undefined ? {} : { apiKey: Redacted.make(key) }),
  ...(baseUrl === undefined ? {} : { baseUrl })
})

/**
 * Key and address are taken as a pair: a key for OpenAI must not go to a server that was configured for something else.
 */
const environment = Config.map(
  Config.all({
    anthropicKey: text("ANTHROPIC_API_KEY"),
    anthropicUrl: text("ANTHROPIC_BASE_URL"),
    compatibleKey: text("OPENAI_COMPATIBLE_API_KEY"),
    compatibleUrl: text("OPENAI_COMPATIBLE_BASE_URL"),
    openaiKey: text("OPENAI_API_KEY"),
    openaiUrl: text("OPENAI_BASE_URL")
  }),
  (found): Options => ({
    anthropic: settings(found.anthropicKey, found.anthropicUrl),
    openaiCompatible:
      found.compatibleKey !== undefined || found.compatibleUrl !== undefined
        ? settings(found.compatibleKey, found.compatibleUrl)
        : settings(found.openaiKey, found.openaiUrl ?? Provider.openaiUrl)
  })
)

/** The settings of the environment, with some of them replaced. */
export const layerOver = (replaced: Options): Layer.Layer<Model> =>
  Layer.effect(
    Model,
    Effect.map(
      // An environment that cannot be read is a fault of the host; no caller could go on from it.
      Effect.orDie(
        Effect.gen(function* () {
          return yield* environment
        })
      ),
      (found) =>
        make({
          anthropic: { ...found.anthropic, ...replaced.anthropic },
          openaiCompatible: { ...found.openaiCompatible, ...replaced.openaiCompatible }
        })
    )
  )

/**
 * A router over the known providers, with keys and addresses of the environment: `ANTHROPIC_API_KEY`,
 * `ANTHROPIC_BASE_URL`, and `OPENAI_COMPATIBLE_API_KEY` with `OPENAI_COMPATIBLE_BASE_URL`, or else `OPENAI_API_KEY` with
 * `OPENAI_BASE_URL`. Providers are loaded at the first request; a missing key is an error of the request.
 */
export const layer: Layer.Layer<Model> = layerOver({})

/**
 * One model value of any AI SDK provider package. It answers every request, whichever model that asks for; the request's
 * options go to it.
 */
export const fromLanguageModel = (model: LanguageModelV4): Layer.Layer<Model> =>
  Layer.sync(Model, () => {
    const prompt = Prompt.make(Dialect.of(model))
    const open = (request: ModelRequest, signal: AbortSignal) => {
      // Plain JavaScript may hand in a model of an older SDK, whose parts mean other things.
      const version: string = model.specificationVersion
      if (version !== "v4") {
        throw refuse(
          "InvalidRequest",
          `The model ${model.modelId} implements version ${version} of the AI SDK's model interface; Rein needs v4 (ai 7). Update its package.`
        )
      }
      return Answer.doStream(model, prompt(request, signal))
    }
    return Model.of({
      stream: (request) => Answer.stream({ open: async (signal) => open(request, signal), secrets: [] })
    })
  })
