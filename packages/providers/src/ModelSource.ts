/** A model as `createAgent({ model })` takes it: by its name, or as a value of an AI SDK provider package. */
import type { LanguageModelV4 } from "@ai-sdk/provider"
import type { ModelSource } from "@rein/core/model/ModelSource"
import type * as ModelRef from "@rein/core/schema/ModelRef"
import { Redacted, Result } from "effect"
import * as AiSdk from "./AiSdk.ts"
import * as Catalogue from "./Catalogue.ts"
import { find } from "./aisdk/Table.ts"
import { read } from "./ModelName.ts"

/** What both functions give: the model's name, who is asked for it, and the catalogue that knows it. */
export type { ModelSource }

/** Options of `model`; with anything but `options`, it gets a layer of its own. */
export interface ModelOptions {
  /** Options in the provider's own words, passed on as they are. */
  readonly options?: NonNullable<ModelRef.ModelRef["options"]>
  /** Instead of the environment's. */
  readonly apiKey?: string
  readonly baseUrl?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly fetch?: typeof globalThis.fetch
}

const settings = ({ apiKey, baseUrl, fetch, headers }: ModelOptions): AiSdk.ProviderSettings => ({
  ...(apiKey === undefined ? {} : { apiKey: Redacted.make(apiKey) }),
  ...(baseUrl === undefined ? {} : { baseUrl }),
  ...(headers === undefined ? {} : { headers }),
  ...(fetch === undefined ? {} : { fetch })
})

const parse = (id: string): ModelRef.ModelRef => {
  const found = read(id)
  if (Result.isSuccess(found)) return found.success
  throw new TypeError(`${found.failure} For another provider, give its AI SDK model to languageModel(...).`)
}

/**
 * A model by its id, `provider/model`. What the options leave out is read from the environment when the layer is built.
 * Throws a `TypeError` for an id that cannot be one.
 */
export const model = (id: string, options: ModelOptions = {}): ModelSource => {
  const parsed = parse(id)
  const replaced = settings(options)
  const name = find(parsed.provider)?.name ?? "openaiCompatible"
  return {
    ref: options.options === undefined ? parsed : { ...parsed, options: options.options },
    // The same layer value where nothing is special, so that it is built once for all.
    layer: Object.keys(replaced).length === 0 ? AiSdk.layer : AiSdk.layerOver({ [name]: replaced }),
    catalog: Catalogue.layer
  }
}

/** A model value of any AI SDK provider package, e.g. `openai("gpt-5")` of `@ai-sdk/openai`. */
export const languageModel = (value: LanguageModelV4): ModelSource => ({
  ref: { provider: value.provider.split(".")[0] || "unknown", model: value.modelId },
  layer: AiSdk.fromLanguageModel(value),
  catalog: Catalogue.layer
})
