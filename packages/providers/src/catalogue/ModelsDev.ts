/** Reads the public list of models at models.dev, or one of the same form. Asked only when somebody wants it. */
import type { Capabilities, ModelFacts, Prices, Rates } from "@rein/core/model/ModelCatalog"
import { Effect, Schema } from "effect"
import { beginning, isRedirect } from "../aisdk/Fetch.ts"
import { known } from "../aisdk/Table.ts"
import { field, list, text, texts, tokens } from "./Json.ts"
import type { Models } from "./Snapshot.ts"

/** Where the list is. */
export const usualUrl = "https://models.dev/api.json"

/** The list could not be had. */
export class RefreshError extends Schema.TaggedError<RefreshError>("@rein/providers/catalogue/RefreshError")(
  "RefreshError",
  { message: Schema.String }
) {}

/** Our providers that the list calls otherwise. */
const names: Readonly<Record<string, string>> = { fireworks: "fireworks-ai" }

const micro = (dollars: unknown): number | undefined =>
  typeof dollars === "number" && Number.isFinite(dollars) && dollars >= 0 ? Math.round(dollars * 1_000_000) : undefined

const ratesOf = (cost: unknown): Rates | undefined => {
  const input = micro(field(cost, "input"))
  const output = micro(field(cost, "output"))
  if (input === undefined || output === undefined) return undefined
  const cacheRead = micro(field(cost, "cache_read")) ?? input
  return { input, output, cacheRead, cacheWrite: micro(field(cost, "cache_write")) ?? input }
}

const pricesOf = (cost: unknown): Prices | "unknown" => {
  const base = ratesOf(cost)
  if (base === undefined) return "unknown"
  const long = ratesOf(field(cost, "context_over_200k"))
  return long === undefined ? base : { ...base, above: [{ tokens: 200_000, ...long }] }
}

const capabilitiesOf = (model: unknown): Capabilities => ({
  tools: field(model, "tool_call") === true,
  reasoning: field(model, "reasoning") === true,
  input: texts(field(model, "modalities", "input"))
})

const factsOf = (model: unknown): ModelFacts => {
  const name = text(field(model, "name"))
  return {
    ...(name === undefined ? {} : { name }),
    contextTokens: tokens(field(model, "limit", "context")),
    outputTokens: tokens(field(model, "limit", "output")),
    prices: pricesOf(field(model, "cost")),
    capabilities: capabilitiesOf(model)
  }
}

/** The models of the providers that Rein knows, of a list. Pure; what it cannot read it leaves out. */
export const parse = (json: unknown): Readonly<Record<string, Models>> =>
  Object.fromEntries(
    known.flatMap(({ id }) => {
      const models = field(json, names[id] ?? id, "models")
      if (typeof models !== "object" || models === null || list(models).length > 0) return []
      const entries = Object.entries(models).map(([model, entry]) => [model, factsOf(entry)] as const)
      return entries.length === 0 ? [] : [[id, Object.fromEntries(entries)] as const]
    })
  )

const mostBytes = 64 * 1024 * 1024

/** It is some megabytes long. */
const withinMillis = 30_000

const load = async (url: string, fetch: typeof globalThis.fetch): Promise<unknown> => {
  const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(withinMillis) })
  if (!response.ok || isRedirect(response)) {
    await response.body?.cancel()
    throw new Error(`it answered with status ${response.status}`)
  }
  return JSON.parse(await beginning(response, mostBytes))
}

/** Loads the list now. */
export const refresh = Effect.fn("ModelsDev.refresh")(function* (
  url: string = usualUrl,
  fetch: typeof globalThis.fetch = globalThis.fetch
): Effect.fn.Return<Readonly<Record<string, Models>>, RefreshError> {
  const failed = (why: string) =>
    new RefreshError({
      message: `The list of models at ${url} could not be loaded: ${why}. What is known stays as it is.`
    })
  const json = yield* Effect.tryPromise({
    try: () => load(url, fetch),
    catch: (error) => failed(error instanceof Error ? error.message : String(error))
  })
  const found = parse(json)
  if (Object.keys(found).length === 0) return yield* failed("it holds no models of a known provider")
  return found
})
