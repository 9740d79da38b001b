/** How the AI SDK's providers differ, in the few points that a request needs. */
import type { LanguageModelV4, LanguageModelV4Usage, SharedV4ProviderOptions } from "@ai-sdk/provider"
import { responsesUsage } from "./ChatUsage.ts"

/** The answers of one provider to these; what is left out, it neither needs nor has. */
export interface Dialect {
  /** Under which key the provider looks for its own options. */
  readonly optionsKey: string
  /** What marks a place for the provider's cache; some cache by themselves. */
  readonly cacheMark?: SharedV4ProviderOptions
  /** The option that keeps the requests of a session on one cache. */
  readonly cacheKey?: string
  /** Options of every request that does not set them itself. */
  readonly options?: Readonly<Record<string, boolean>>
  /** Takes back what the provider's package counted as zero without being told. */
  readonly usage?: (counted: LanguageModelV4Usage) => LanguageModelV4Usage
  /** Says in its own word why each answer ends: without one it was cut, whatever its package makes of it. */
  readonly tellsEnd?: boolean
  /** Several system texts become one: chat templates of open models refuse a second one. */
  readonly joinSystem: boolean
  /** Tool results may hold files; elsewhere these follow as a user message. */
  readonly filesInResults: boolean
  /** Call ids hold nothing but letters, digits, `_` and `-`, or the request is refused. */
  readonly plainIds: boolean
}

const cacheControl = { cacheControl: { type: "ephemeral" } } as const

/** Anthropic's Messages API, wherever it is hosted. */
export const anthropic: Dialect = {
  optionsKey: "anthropic",
  cacheMark: { anthropic: cacheControl },
  joinSystem: false,
  filesInResults: true,
  plainIds: true
}

/**
 * Chat completions of any server.
 *
 * The key is the deprecated spelling on purpose: what stands under `openaiCompatible` in a part's data is copied into the
 * message on the wire, so a signature kept there would be sent as a field that strict servers refuse.
 */
export const openaiCompatible: Dialect = {
  optionsKey: "openai-compatible",
  joinSystem: true,
  filesInResults: false,
  plainIds: false
}

/** Chat completions of OpenAI itself. Other servers may refuse a field they do not know. */
export const openaiChat: Dialect = { ...openaiCompatible, cacheKey: "prompt_cache_key" }

/**
 * OpenAI's Responses API. Nothing is stored there: the log is the only truth, and reasoning goes back encrypted, so that a
 * request never depends on what a server remembers.
 */
export const openaiResponses: Dialect = {
  optionsKey: "openai",
  cacheKey: "promptCacheKey",
  options: { store: false },
  usage: responsesUsage,
  joinSystem: true,
  filesInResults: true,
  plainIds: false
}

const plain: Dialect = { optionsKey: "", joinSystem: true, filesInResults: false, plainIds: false }

/** The dialect of a model value. */
export const of = (model: LanguageModelV4): Dialect => ofProvider(model.provider)

/** The dialect of what a model value says of its provider, e.g. `anthropic.messages`. */
export const ofProvider = (provider: string): Dialect => {
  const family = provider.split(".")[0] ?? provider
  if (provider.includes("anthropic")) return anthropic
  if (family === "openai-compatible") return openaiCompatible
  if (family === "openai" || family === "azure" || family === "azure-openai") {
    return provider.endsWith(".responses")
      ? openaiResponses
      : { ...plain, optionsKey: "openai", cacheKey: "promptCacheKey" }
  }
  if (family === "amazon-bedrock") {
    return { ...anthropic, optionsKey: "bedrock", cacheMark: { bedrock: { cachePoint: { type: "default" } } } }
  }
  if (family === "openrouter") return { ...plain, optionsKey: family, tellsEnd: true }
  if (family === "google") return { ...plain, optionsKey: "google", filesInResults: true }
  return { ...plain, optionsKey: family }
}
