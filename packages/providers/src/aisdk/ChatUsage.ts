/** What the servers of chat completions count, in the spellings that they use. What one leaves out is not known. */
import type { LanguageModelV4Usage } from "@ai-sdk/provider"

type Count = number | null | undefined

/** The shape of a usage on the wire. */
export interface WireUsage {
  readonly prompt_tokens?: Count
  readonly completion_tokens?: Count
  readonly total_tokens?: Count
  readonly prompt_tokens_details?:
    | { readonly cached_tokens?: Count; readonly cache_write_tokens?: Count }
    | null
    | undefined
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
    usage?.prompt_tokens_details?.cached_tokens ?? usage?.prompt_cache_hit_tokens ?? usage?.cached_tokens ?? undefined
  const cacheWrite = usage?.prompt_tokens_details?.cache_write_tokens ?? undefined
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

/** The same for packages that keep what the server counted; others are taken at their word. */
export const fromRaw = (counted: LanguageModelV4Usage): LanguageModelV4Usage =>
  counted.raw !== undefined && "prompt_tokens" in counted.raw ? countedUsage(counted.raw as WireUsage) : counted
