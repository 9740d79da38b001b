/** How the AI SDK's providers differ, in the few points that a request needs. */
import type { LanguageModelV4, SharedV4ProviderOptions } from "@ai-sdk/provider"

export interface Dialect {
  /** Under which key the provider looks for its own options. */
  readonly optionsKey: string
  /** What marks a place for the provider's cache; some cache by themselves. */
  readonly cacheMark?: SharedV4ProviderOptions
  /** The option that keeps the requests of a session on one cache. */
  readonly cacheKey?: string
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

const plain: Dialect = { optionsKey: "", joinSystem: true, filesInResults: false, plainIds: false }

/** The dialect of a model value, by what it says of its provider, e.g. `anthropic.messages`. */
export const of = (model: LanguageModelV4): Dialect => {
  const provider = model.provider
  const family = provider.split(".")[0] ?? provider
  if (provider.includes("anthropic")) return anthropic
  if (family === "openai-compatible") return openaiCompatible
  if (family === "openai" || family === "azure" || family === "azure-openai") {
    return {
      ...plain,
      optionsKey: "openai",
      cacheKey: "promptCacheKey",
      filesInResults: provider.endsWith(".responses")
    }
  }
  if (family === "amazon-bedrock") {
    return { ...anthropic, optionsKey: "bedrock", cacheMark: { bedrock: { cachePoint: { type: "default" } } } }
  }
  if (family === "google") return { ...plain, optionsKey: "google", filesInResults: true }
  return { ...plain, optionsKey: family }
}
