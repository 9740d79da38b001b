/** A provider of the router: how its package is loaded, where it is reached and what its key is. */
import type { LanguageModelV4 } from "@ai-sdk/provider"
import { Redacted } from "effect"
import type { Dialect } from "./Dialect.ts"
import { wrap } from "./Fetch.ts"

/** What may be set for a provider; the key is wrapped, so that no log shows it. */
export interface ProviderSettings {
  readonly apiKey?: Redacted.Redacted<string>
  /** With or without the version at its end. */
  readonly baseUrl?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly fetch?: typeof globalThis.fetch
  /** Amazon Bedrock's and Google Vertex's. */
  readonly region?: string
  /** Google Vertex's. */
  readonly project?: string
  /** Azure's, the name in front of its host. */
  readonly resource?: string
  /** Keys of AWS, for Amazon Bedrock without a key of its own. */
  readonly aws?: {
    readonly accessKeyId: string
    readonly secretAccessKey: Redacted.Redacted<string>
    readonly sessionToken?: Redacted.Redacted<string>
  }
}

/** What a package gives: models by their names, and how these want their requests. */
export interface Loaded {
  readonly make: (name: string) => LanguageModelV4
  readonly dialect: Dialect
}

/** One model of it. */
export interface LoadedModel {
  readonly model: LanguageModelV4
  readonly dialect: Dialect
}

/** A provider as its settings make it; what is missing is known before its package is loaded. */
export interface Provider {
  /** Of its answers; that of its requests comes with the model. */
  readonly dialect: Dialect
  /** Where requests go to, with the version; empty when nobody said it. */
  readonly address: string
  /** What has to be set before a request can even be tried. */
  readonly missing: "key" | "address" | "place" | undefined
  /** Loads the provider's package at the first use. */
  readonly model: (name: string) => Promise<LoadedModel>
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

/** The host of an address, without its port; empty for what is no address. */
export const host = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : "")

/** A server on this machine usually wants no key. */
export const isLocal = (url: string): boolean =>
  /^(localhost|127(\.\d+){3}|\[::1\]|host\.docker\.internal)$/.test(host(url))

/** Loads once; a failed load is tried again by the next request. */
export const lazily = (load: () => Promise<Loaded>): ((name: string) => Promise<LoadedModel>) => {
  const models = new Map<string, LoadedModel>()
  let loading: Promise<Loaded> | undefined
  return async (name) => {
    const known = models.get(name)
    if (known !== undefined) return known
    loading ??= load()
    try {
      const { dialect, make } = await loading
      const loaded = { model: make(name), dialect }
      models.set(name, loaded)
      return loaded
    } catch (error) {
      loading = undefined
      throw error
    }
  }
}

/** The key as text; empty without one. */
export const keyOf = ({ apiKey }: ProviderSettings): string => (apiKey === undefined ? "" : Redacted.value(apiKey))

/** Whatever of the settings must not be seen. */
export const secretsOf = (settings: ProviderSettings): ReadonlyArray<string> =>
  [settings.apiKey, settings.aws?.secretAccessKey, settings.aws?.sessionToken].flatMap((one) =>
    one === undefined ? [] : Redacted.value(one) || []
  )

/** Looked up per request, so that a host may replace the global one. */
export const fetchOf =
  (settings: ProviderSettings): typeof globalThis.fetch =>
  (input, init) =>
    (settings.fetch ?? globalThis.fetch)(input, init)

/** What every package is told. Some prove who they are by other means than the key. */
export const common = (settings: ProviderSettings, hasKey: boolean = settings.apiKey !== undefined) => ({
  ...(settings.headers === undefined ? {} : { headers: { ...settings.headers } }),
  fetch: wrap(fetchOf(settings), { hasKey })
})
