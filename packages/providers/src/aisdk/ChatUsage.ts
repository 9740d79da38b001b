/** What servers count, in the spellings that they use. What one leaves out is not known. */
import type { LanguageModelV4Usage } from "@ai-sdk/provider"

type Count = number | null | undefined

/** The shape of a usage on the wire. */
export interface WireUsage {
  readonly prompt_tokens?: Count
  readonly completion_tokens?: Count
  readonly total_tokens?: Count
  readonly prompt_tokens_details?:
    | {
        readonly cached_tokens?: Count
        readonly cache_write_tokens?: Count
        /** Alibaba's. */
        readonly cache_creation_input_tokens?: Count
      }
    | null
    | undefined
  /** Mistral's. */
  readonly num_cached_tokens?: Count
  readonly completion_tokens_details?: { readonly reasoning_tokens?: Count } | null | undefined
  /** DeepSeek's spelling of cached tokens. */
  readonly prompt_cache_hit_tokens?: Count
  /** Moonshot's and Together's. */
  readonly cached_tokens?: Count
  readonly reasoning_tokens?: Count
}

/**
 * xAI and Google leave the thinking out of `completion_tokens`, and count it only in the total. It is output all the
 * same, and billed as such.
 */
const outside = ({ completion_tokens, prompt_tokens, total_tokens }: WireUsage): number =>
  Math.max(0, (total_tokens ?? 0) - (prompt_tokens ?? 0) - (completion_tokens ?? 0))

/** The SDK's own conversion writes zero where a server said nothing. */
export const countedUsage = (usage: WireUsage | null | undefined): LanguageModelV4Usage => {
  const total = usage?.prompt_tokens ?? undefined
  const completion = usage?.completion_tokens ?? undefined
  const extra = usage === null || usage === undefined || total === undefined ? 0 : outside(usage)
  const output = completion === undefined ? undefined : completion + extra
  const cacheRead =
    usage?.prompt_tokens_details?.cached_tokens ??
    usage?.prompt_cache_hit_tokens ??
    usage?.cached_tokens ??
    usage?.num_cached_tokens ??
    undefined
  const { cache_creation_input_tokens: created, cache_write_tokens: written } = usage?.prompt_tokens_details ?? {}
  const cacheWrite = written ?? created ?? undefined
  const told = usage?.completion_tokens_details?.reasoning_tokens ?? usage?.reasoning_tokens ?? undefined
  const reasoning = told ?? (extra > 0 ? extra : undefined)
  return {
    inputTokens: {
      total,
      noCache: total === undefined || cacheRead === undefined ? undefined : total - cacheRead - (cacheWrite ?? 0),
      cacheRead,
      cacheWrite
    },
    outputTokens: {
      total: output,
      text: output === undefined || reasoning === undefined ? undefined : Math.max(0, output - reasoning),
      reasoning
    },
    // What a server counts is JSON, the price that some add included.
    ...(usage === null || usage === undefined ? {} : { raw: usage as NonNullable<LanguageModelV4Usage["raw"]> })
  }
}

/** The counts that a server of Responses left out, which the packages report as zero. */
export const responsesUsage = (counted: LanguageModelV4Usage): LanguageModelV4Usage => {
  const { inputTokens, outputTokens, raw } = counted
  const isTold = (details: string): boolean => raw?.[details] !== undefined && raw[details] !== null
  if (raw === undefined) return counted
  return {
    ...counted,
    ...(isTold("input_tokens_details") ? {} : { inputTokens: { ...inputTokens, cacheRead: undefined } }),
    ...(isTold("output_tokens_details") ? {} : { outputTokens: { ...outputTokens, reasoning: undefined } })
  }
}

/** The same for packages that keep what the server counted; others are taken at their word. */
export const fromRaw = (counted: LanguageModelV4Usage): LanguageModelV4Usage => {
  const { raw = {} } = counted
  if ("prompt_tokens" in raw) return countedUsage(raw as WireUsage)
  return "input_tokens" in raw ? responsesUsage(counted) : counted
}
