/** The providers of the router: how each is loaded, reached and told its key. */
import type { LanguageModelV4, LanguageModelV4Usage } from "@ai-sdk/provider"
import { Redacted } from "effect"
import * as Dialect from "./Dialect.ts"
import { wrap } from "./Fetch.ts"

export interface ProviderSettings {
  readonly apiKey?: Redacted.Redacted<string>
  /** With or without the version at its end. */
  readonly baseUrl?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly fetch?: typeof globalThis.fetch
}

export interface Provider {
  readonly dialect: Dialect.Dialect
  /** What to set, when a request cannot even be tried. */
  readonly missing: string | undefined
  /** Loads the provider's package at the first use. */
  readonly model: (name: string) => Promise<LanguageModelV4>
}

const anthropicUrl = "https://api.anthropic.com/v1"

/** OpenAI's own address, which only its own key goes to. */
export const openaiUrl = "https://api.openai.com/v1"

const withoutSlash = (url: string): string => url.trim().replace(/\/+$/, "")

/** Anthropic's SDK wants the version in the address; most people write it without. */
export const anthropicBase = (url: string): string =>
  /\/v\d+$/.test(withoutSlash(url)) ? withoutSlash(url) : `${withoutSlash(url)}/v1`

/** Compatible servers have paths of many forms, so only a bare host is completed. */
export const compatibleBase = (url: string): string => {
  const base = withoutSlash(url)
  return /^[a-z]+:\/\/[^/]+$/i.test(base) ? `${base}/v1` : base
}

const host = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : "")

/** A server on this machine usually wants no key. */
const isLocal = (url: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\]|host\.docker\.internal)$/.test(host(url))

/** Loads once; a failed load is tried again by the next request. */
const lazily = (
  load: () => Promise<(name: string) => LanguageModelV4>
): ((name: string) => Promise<LanguageModelV4>) => {
  const models = new Map<string, LanguageModelV4>()
  let loading: Promise<(name: string) => LanguageModelV4> | undefined
  return async (name) => {
    const known = models.get(name)
    if (known !== undefined) return known
    loading ??= load()
    try {
      const model = (await loading)(name)
      models.set(name, model)
      return model
    } catch (error) {
      loading = undefined
      throw error
    }
  }
}

const common = (settings: ProviderSettings) => ({
  ...(settings.headers === undefined ? {} : { headers: { ...settings.headers } }),
  // Looked up per request, so that a host may replace the global one.
  fetch: wrap(settings.fetch ?? ((input, init) => globalThis.fetch(input, init)))
})

/** Anthropic's Messages API. */
export const anthropic = (settings: ProviderSettings, variable: string): Provider => ({
  dialect: Dialect.anthropic,
  missing: settings.apiKey === undefined ? `No key for Anthropic: set ${variable}, or give apiKey.` : undefined,
  model: lazily(async () => {
    const { createAnthropic } = await import("@ai-sdk/anthropic")
    // Both are always given: the SDK would read the environment for what is missing.
    return createAnthropic({
      apiKey: settings.apiKey === undefined ? "" : Redacted.value(settings.apiKey),
      baseURL: settings.baseUrl === undefined ? anthropicUrl : anthropicBase(settings.baseUrl),
      ...common(settings)
    })
  })
})

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

const compatibleMissing = (settings: ProviderSettings, variable: string): string | undefined => {
  if (settings.baseUrl === undefined) {
    return `No address for openai-compatible: set OPENAI_COMPATIBLE_BASE_URL, or give baseUrl.`
  }
  if (settings.apiKey !== undefined || isLocal(settings.baseUrl)) return undefined
  return `No key for ${host(settings.baseUrl) || "openai-compatible"}: set ${variable}, or give apiKey.`
}

/** Chat completions of OpenAI or any server that speaks them. */
export const openaiCompatible = (settings: ProviderSettings, variable: string): Provider => {
  const baseURL = compatibleBase(settings.baseUrl ?? openaiUrl)
  const isOpenai = host(baseURL) === host(openaiUrl)
  return {
    dialect: isOpenai ? Dialect.openaiChat : Dialect.openaiCompatible,
    missing: compatibleMissing(settings, variable),
    model: lazily(async () => {
      const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible")
      return createOpenAICompatible({
        name: "openai-compatible",
        baseURL,
        includeUsage: true,
        convertUsage: countedUsage,
        ...(settings.apiKey === undefined ? {} : { apiKey: Redacted.value(settings.apiKey) }),
        ...common(settings)
      })
    })
  }
}
