/** A provider of the router: how its package is loaded, where it is reached and what its key is. */
import type { LanguageModelV4 } from "@ai-sdk/provider"
import { Redacted } from "effect"
import type { Dialect } from "./Dialect.ts"
import { wrap } from "./Fetch.ts"

export interface ProviderSettings {
  readonly apiKey?: Redacted.Redacted<string>
  /** With or without the version at its end. */
  readonly baseUrl?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly fetch?: typeof globalThis.fetch
}

export interface Provider {
  readonly dialect: Dialect
  /** Where requests go to, with the version; empty when nobody said it. */
  readonly address: string
  /** What has to be set before a request can even be tried. */
  readonly missing: "key" | "address" | undefined
  /** Loads the provider's package at the first use. */
  readonly model: (name: string) => Promise<LanguageModelV4>
  /** The headers of a request that is not the SDK's own. */
  readonly headers: Readonly<Record<string, string>>
  readonly fetch: typeof globalThis.fetch
}

const withoutSlash = (url: string): string => url.trim().replace(/\/+$/, "")

/** Anthropic's SDK wants the version in the address; most people write it without. */
export const anthropicBase = (url: string): string =>
  /\/v\d+$/.test(withoutSlash(url)) ? withoutSlash(url) : `${withoutSlash(url)}/v1`

/** Servers beside Anthropic have paths of many forms, so only a bare host is completed. */
export const openaiBase = (url: string): string => {
  const base = withoutSlash(url)
  return /^[a-z]+:\/\/[^/]+$/i.test(base) ? `${base}/v1` : base
}

export const host = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : "")

/** A server on this machine usually wants no key. */
export const isLocal = (url: string): boolean =>
  /^(localhost|127(\.\d+){3}|\[::1\]|host\.docker\.internal)$/.test(host(url))

/** Loads once; a failed load is tried again by the next request. */
export const lazily = (
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

/** The key as text; empty without one. */
export const keyOf = ({ apiKey }: ProviderSettings): string => (apiKey === undefined ? "" : Redacted.value(apiKey))

/** Looked up per request, so that a host may replace the global one. */
export const fetchOf =
  (settings: ProviderSettings): typeof globalThis.fetch =>
  (input, init) =>
    (settings.fetch ?? globalThis.fetch)(input, init)

/** What every package is told. */
export const common = (settings: ProviderSettings) => ({
  ...(settings.headers === undefined ? {} : { headers: { ...settings.headers } }),
  fetch: wrap(fetchOf(settings), { hasKey: settings.apiKey !== undefined })
})
