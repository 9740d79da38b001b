/**
 * Providers whose chat completions need no package of their own, and which are asked through their own package where
 * that is installed.
 */
import type { LanguageModelV4 } from "@ai-sdk/provider"
import { fromRaw } from "./ChatUsage.ts"
import * as Dialect from "./Dialect.ts"
import { bearer, chatCompletions, type ChatQuirks, type Family, missingKey } from "./Families.ts"
import { optional, type PackageName } from "./Packages.ts"
import { common, fetchOf, keyOf, lazily, type Provider } from "./Provider.ts"

/** What every package takes. */
interface Given {
  readonly apiKey: string
  readonly baseURL: string
  readonly headers?: Record<string, string>
  readonly fetch: typeof globalThis.fetch
}

/** A provider's own package. */
export interface Own {
  readonly name: PackageName
  /** Its base URL, where that is not the one of the chat completions. */
  readonly url?: string
  readonly load: (given: Given) => Promise<(model: string) => LanguageModelV4>
  /** Under which key it looks for options, where that is not the provider's id. */
  readonly optionsKey?: string
  /** The models that it asks rightly; the others are asked by chat completions. Default: all. */
  readonly takes?: (model: string) => boolean
}

/** One of them; without `own`, chat completions are the only way to ask it. */
export interface Options {
  readonly id: string
  /** Base URL of the chat completions. */
  readonly url: string
  readonly own?: Own
  readonly quirks?: ChatQuirks
}

const withoutSlash = (url: string): string => url.trim().replace(/\/+$/, "")

/**
 * The address to ask under, when somebody has set one: a bare host gets the path of the usual address, and the path of
 * either way of asking is replaced by the other's. Any other path is taken as it stands.
 */
export const addressOf = (given: string | undefined, usual: string, others: ReadonlyArray<string>): string => {
  if (given === undefined) return usual
  const base = withoutSlash(given)
  const pathOf = (url: string) => withoutSlash(new URL(url).pathname)
  const known = [usual, ...others].map(pathOf).toSorted((a, b) => b.length - a.length)
  const ending = known.find((path) => path !== "" && base.endsWith(path))
  const host = ending === undefined ? base : base.slice(0, -ending.length)
  return ending !== undefined || /^[a-z]+:\/\/[^/]+$/i.test(base) ? `${host}${pathOf(usual)}` : base
}

/** A provider with chat completions at this address. */
export const hosted =
  ({ id, own, quirks, url }: Options): Family =>
  (settings): Provider => {
    const ownUrl = own?.url ?? url
    const address = addressOf(settings.baseUrl, url, [ownUrl])
    const ownDialect: Dialect.Dialect = {
      ...Dialect.ofProvider(id),
      ...(own?.optionsKey === undefined ? {} : { optionsKey: own.optionsKey }),
      usage: fromRaw
    }
    const given = (): Given => ({
      apiKey: keyOf(settings),
      baseURL: addressOf(settings.baseUrl, ownUrl, [url]),
      ...common(settings)
    })
    const chat = async () => ({
      make: await chatCompletions(settings, address, quirks),
      dialect: Dialect.openaiCompatible
    })
    const byChat = lazily(chat)
    const byOwn = lazily(async () => {
      const make = own === undefined ? undefined : await optional(own.name, () => own.load(given()))
      return make === undefined ? chat() : { make, dialect: ownDialect }
    })
    return {
      dialect: ownDialect,
      address,
      missing: missingKey(settings, address),
      headers: { ...bearer(settings), ...settings.headers },
      fetch: fetchOf(settings),
      model: (name) => (own?.takes?.(name) === false ? byChat(name) : byOwn(name))
    }
  }
