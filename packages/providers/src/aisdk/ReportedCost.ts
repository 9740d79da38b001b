/** What an answer cost, where its provider says so itself: in the count of tokens, or in data beside it. */
import type { LanguageModelV4Usage, SharedV4ProviderMetadata } from "@ai-sdk/provider"

/** In dollars, as numbers or texts: OpenRouter; DeepInfra; Perplexity. */
const inDollars: ReadonlyArray<ReadonlyArray<string>> = [["cost"], ["estimated_cost"], ["cost", "total_cost"]]

/** In data of the provider: OpenRouter's package, and the gateway. */
const inMetadata: ReadonlyArray<ReadonlyArray<string>> = [
  ["openrouter", "usage", "cost"],
  ["gateway", "cost"],
  ["perplexity", "cost", "totalCost"]
]

/** xAI counts in parts of a dollar. */
const ticksInDollar = 10_000_000_000

const at = (value: unknown, path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>(
    (inner, name) =>
      typeof inner === "object" && inner !== null
        ? new Map<string, unknown>(Object.entries(inner)).get(name)
        : undefined,
    value
  )

const amount = (value: unknown): number | undefined => {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : undefined
}

const dollars = (
  raw: LanguageModelV4Usage["raw"],
  metadata: SharedV4ProviderMetadata | undefined
): number | undefined => {
  const ticks = amount(at(raw, ["cost_in_usd_ticks"]))
  if (ticks !== undefined) return ticks / ticksInDollar
  const ownKey =
    at(raw, ["is_byok"]) === true ? amount(at(raw, ["cost_details", "upstream_inference_cost"])) : undefined
  const places = [...inMetadata.map((path) => at(metadata, path)), ...inDollars.map((path) => at(raw, path))]
  const found = places.map(amount).find((one) => one !== undefined)
  // Under one's own key OpenRouter names its fee alone; the maker's bill comes on top.
  return found === undefined ? undefined : found + (ownKey ?? 0)
}

/** Whole micro-dollars; `undefined` when the provider does not say. */
export const reportedCost = (
  raw: LanguageModelV4Usage["raw"],
  metadata: SharedV4ProviderMetadata | undefined
): number | undefined => {
  const found = dollars(raw, metadata)
  return found === undefined ? undefined : Math.round(found * 1_000_000)
}
