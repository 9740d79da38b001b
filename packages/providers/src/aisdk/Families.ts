/** The model families: Anthropic's Messages, OpenAI's Responses, and the chat completions of everybody else. */
import { countedUsage } from "./ChatUsage.ts"
import * as Dialect from "./Dialect.ts"
import {
  anthropicBase,
  common,
  fetchOf,
  host,
  isLocal,
  keyOf,
  lazily,
  type Loaded,
  openaiBase,
  type Provider,
  type ProviderSettings
} from "./Provider.ts"

const anthropicUrl = "https://api.anthropic.com/v1"

/** OpenAI's own address, which only its own key goes to. */
export const openaiUrl = "https://api.openai.com/v1"

/** The header of most providers. */
export const bearer = (settings: ProviderSettings): Readonly<Record<string, string>> =>
  settings.apiKey === undefined ? {} : { authorization: `Bearer ${keyOf(settings)}` }

/** A server on this machine needs none. */
export const missingKey = (settings: ProviderSettings, address: string): "key" | undefined =>
  settings.apiKey === undefined && !isLocal(address) ? "key" : undefined

/** Makes a provider of its settings. */
export type Family = (settings: ProviderSettings) => Provider

/** Anthropic's Messages API. */
export const anthropic: Family = (settings) => {
  const address = settings.baseUrl === undefined ? anthropicUrl : anthropicBase(settings.baseUrl)
  return {
    dialect: Dialect.anthropic,
    address,
    missing: missingKey(settings, address),
    headers: {
      "anthropic-version": "2023-06-01",
      ...(settings.apiKey === undefined ? {} : { "x-api-key": keyOf(settings) }),
      ...settings.headers
    },
    fetch: fetchOf(settings),
    model: lazily(async () => {
      const { createAnthropic } = await import("@ai-sdk/anthropic")
      // Both are always given: the SDK would read the environment for what is missing.
      const make = createAnthropic({ apiKey: keyOf(settings), baseURL: address, ...common(settings) })
      return { make, dialect: Dialect.anthropic }
    })
  }
}

/** OpenAI's Responses API. */
export const openai: Family = (settings) => {
  const address = openaiBase(settings.baseUrl ?? openaiUrl)
  return {
    dialect: Dialect.openaiResponses,
    address,
    missing: missingKey(settings, address),
    headers: { ...bearer(settings), ...settings.headers },
    fetch: fetchOf(settings),
    model: lazily(async () => {
      const { createOpenAI } = await import("@ai-sdk/openai")
      const openai = createOpenAI({ apiKey: keyOf(settings), baseURL: address, ...common(settings) })
      return { make: (name) => openai.responses(name), dialect: Dialect.openaiResponses }
    })
  }
}

/** What some servers want otherwise than most do. */
export interface ChatQuirks {
  /** Refuses the field that asks for a count of tokens. */
  readonly refusesUsage?: boolean
  /** The field in which it takes a model's reasoning back; it refuses `reasoning_content`. */
  readonly reasoningField?: "reasoning" | "none"
}

const renamed =
  (field: "reasoning" | "none") =>
  (message: object): object => {
    const { reasoning_content: reasoning, ...rest } = message as { readonly reasoning_content?: unknown }
    return reasoning === undefined || field === "none" ? rest : { ...rest, [field]: reasoning }
  }

/** Loads the package that speaks chat completions with everybody. */
export const chatCompletions = async (
  settings: ProviderSettings,
  baseURL: string,
  { reasoningField: field, refusesUsage = false }: ChatQuirks = {}
): Promise<Loaded["make"]> => {
  const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible")
  return createOpenAICompatible({
    name: "openai-compatible",
    baseURL,
    includeUsage: !refusesUsage,
    convertUsage: countedUsage,
    // The package makes the messages of every body.
    ...(field === undefined
      ? {}
      : {
          transformRequestBody: (body) => ({
            ...body,
            messages: (body["messages"] as ReadonlyArray<object>).map(renamed(field))
          })
        }),
    ...(settings.apiKey === undefined ? {} : { apiKey: keyOf(settings) }),
    ...common(settings)
  })
}

/** Chat completions of OpenAI or any server that speaks them, at its usual address if it has one. */
export const openaiCompatible =
  (usual?: string): Family =>
  (settings) => {
    const url = settings.baseUrl ?? usual
    const address = url === undefined ? "" : openaiBase(url)
    const dialect = host(address) === host(openaiUrl) ? Dialect.openaiChat : Dialect.openaiCompatible
    return {
      dialect,
      address,
      // A gateway may want none; OpenAI itself always does.
      missing:
        url === undefined ? "address" : host(address) === host(openaiUrl) ? missingKey(settings, address) : undefined,
      headers: { ...bearer(settings), ...settings.headers },
      fetch: fetchOf(settings),
      model: lazily(async () => ({ make: await chatCompletions(settings, address), dialect }))
    }
  }
