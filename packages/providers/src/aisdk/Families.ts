/** The model families: Anthropic's Messages, OpenAI's Responses, and the chat completions of everybody else. */
import type { LanguageModelV4Usage } from "@ai-sdk/provider"
import * as Dialect from "./Dialect.ts"
import {
  anthropicBase,
  common,
  fetchOf,
  host,
  isLocal,
  keyOf,
  lazily,
  openaiBase,
  type Provider,
  type ProviderSettings
} from "./Provider.ts"

const anthropicUrl = "https://api.anthropic.com/v1"

/** OpenAI's own address, which only its own key goes to. */
export const openaiUrl = "https://api.openai.com/v1"

const bearer = (settings: ProviderSettings): Readonly<Record<string, string>> =>
  settings.apiKey === undefined ? {} : { authorization: `Bearer ${keyOf(settings)}` }

const missingKey = (settings: ProviderSettings, address: string): "key" | undefined =>
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
      return createAnthropic({ apiKey: keyOf(settings), baseURL: address, ...common(settings) })
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
      return (name) => openai.responses(name)
    })
  }
}

/** The shape of a usage on the wire; what a server leaves out is not known. */
interface WireUsage {
  readonly prompt_tokens?: number | null | undefined
  readonly completion_tokens?: number | null | undefined
  readonly prompt_tokens_details?: { readonly cached_tokens?: number | null | undefined } | null | undefined
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number | null | undefined } | null | undefined
}

/** The SDK's own conversion writes zero where a server said nothing. */
const countedUsage = (usage: WireUsage | null | undefined): LanguageModelV4Usage => {
  const total = usage?.prompt_tokens ?? undefined
  const output = usage?.completion_tokens ?? undefined
  const cacheRead = usage?.prompt_tokens_details?.cached_tokens ?? undefined
  const reasoning = usage?.completion_tokens_details?.reasoning_tokens ?? undefined
  return {
    inputTokens: {
      total,
      noCache: total === undefined || cacheRead === undefined ? undefined : total - cacheRead,
      cacheRead,
      cacheWrite: undefined
    },
    outputTokens: {
      total: output,
      text: output === undefined || reasoning === undefined ? undefined : Math.max(0, output - reasoning),
      reasoning
    }
  }
}

/** Chat completions of OpenAI or any server that speaks them, at its usual address if it has one. */
export const openaiCompatible =
  (usual?: string): Family =>
  (settings) => {
    const url = settings.baseUrl ?? usual
    const address = url === undefined ? "" : openaiBase(url)
    return {
      dialect: host(address) === host(openaiUrl) ? Dialect.openaiChat : Dialect.openaiCompatible,
      address,
      // A gateway may want none; OpenAI itself always does.
      missing:
        url === undefined ? "address" : host(address) === host(openaiUrl) ? missingKey(settings, address) : undefined,
      headers: { ...bearer(settings), ...settings.headers },
      fetch: fetchOf(settings),
      model: lazily(async () => {
        const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible")
        return createOpenAICompatible({
          name: "openai-compatible",
          baseURL: address,
          includeUsage: true,
          convertUsage: countedUsage,
          ...(settings.apiKey === undefined ? {} : { apiKey: keyOf(settings) }),
          ...common(settings)
        })
      })
    }
  }
