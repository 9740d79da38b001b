/** `rein models`: which models there are, what they can read and cost, and whether there is a key for them. */
import { ModelCatalog, type ModelFacts, type Prices } from "@rein/core/model/ModelCatalog"
import { Catalogue, ModelName } from "@rein/providers"
import { Effect } from "effect"
import { UsageError } from "../Failure.ts"
import { columns, size } from "../Numbers.ts"
import { ofProcess, type Output } from "../Output.ts"
import { visible, visibleJson } from "../Visible.ts"
import { newer, refresh } from "./Newer.ts"

/** The command line of `rein models`. */
export interface Options {
  readonly provider: string | undefined
  /** The servers on this machine, and nothing else. */
  readonly local: boolean
  /** Load the public list first. */
  readonly refresh: boolean
  readonly format: "text" | "json"
}

interface Listed {
  readonly provider: string
  readonly model: string
  readonly facts: ModelFacts
  /** Is there a key, or none needed? */
  readonly isReady: boolean
}

const dollars = (microDollars: number): string => `$${Number((microDollars / 1_000_000).toFixed(4))}`

const price = (prices: Prices | "unknown"): string => {
  if (prices === "unknown") return "unknown"
  const { above = [], cacheRead, input, output } = prices
  const cached = cacheRead === input ? "" : `, ${dollars(cacheRead)} cached`
  const long = above.map((one) => `; above ${size(one.tokens)}: ${dollars(one.input)} in, ${dollars(one.output)} out`)
  return `${dollars(input)} in, ${dollars(output)} out${cached}${long.join("")}`
}

const can = ({ capabilities }: ModelFacts): string =>
  capabilities === undefined
    ? "unknown"
    : [
        ...(capabilities.tools ? ["tools"] : []),
        ...(capabilities.reasoning ? ["reasoning"] : []),
        ...capabilities.input.filter((one) => one !== "text")
      ].join(", ")

const row = ({ facts, isReady, model, provider }: Listed): ReadonlyArray<string> => [
  `${provider}/${model}`,
  size(facts.contextTokens),
  size(facts.outputTokens),
  isReady ? "key" : "no key",
  price(facts.prices),
  can(facts)
]

const heading = ["MODEL", "CONTEXT", "OUTPUT", "KEY", "PRICE OF A MILLION TOKENS", "CAN"]

const show = (output: Output, format: Options["format"], found: ReadonlyArray<Listed>): void => {
  if (format === "text") {
    if (found.length === 0) return
    for (const line of columns([heading, ...found.map(row)])) output.answer(`${visible(line)}\n`)
    return
  }
  for (const { facts, isReady, model, provider } of found) {
    const { capabilities = "unknown", ...limits } = facts
    output.answer(
      `${visibleJson({ id: `${provider}/${model}`, provider, model, key: isReady, ...limits, capabilities })}\n`
    )
  }
}

const listedOf = (provider: string, models: Catalogue.Models, isReady: boolean): ReadonlyArray<Listed> =>
  Object.entries(models).map(([model, facts]) => ({ provider, model, facts, isReady }))

const providerOf = Effect.fnUntraced(function* (
  given: string,
  all: ReadonlyArray<Catalogue.ProviderState>
): Effect.fn.Return<Catalogue.ProviderState, UsageError> {
  const found = all.find(({ id }) => id === given)
  if (found !== undefined) return found
  const known = ModelName.providers
  const near = ModelName.nearProviders(given)
  return yield* new UsageError({
    message: `There is no provider "${given}".${near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`} Known providers: ${known.join(", ")}.`
  })
})

const locals = Effect.fnUntraced(function* (only: string | undefined) {
  const settings = yield* Catalogue.settings
  const servers = yield* Effect.promise(() => Catalogue.findLocals(settings))
  const wanted = servers.filter(({ id }) => only === undefined || id === only)
  const output = ofProcess()
  for (const { address, id, models, title } of wanted) {
    output.line(`${title} answers at ${address} with ${Object.keys(models).length} models (${id}/...)`, "quiet")
  }
  if (wanted.length === 0) output.line("No server of models answers on this machine.", "quiet")
  return wanted.flatMap(({ id, models }) => listedOf(id, models, true))
})

const known = Effect.fnUntraced(function* (only: string | undefined) {
  const all = Catalogue.providers(yield* Catalogue.settings)
  const catalog = yield* ModelCatalog
  // Servers on this machine are asked only when somebody wants that.
  const wanted = only === undefined ? all.filter(({ isLocal }) => !isLocal) : [yield* providerOf(only, all)]
  const found = yield* Effect.forEach(wanted, ({ id, isReady }) =>
    Effect.map(catalog.models(id), (models) => listedOf(id, models, isReady))
  )
  const [one] = wanted
  if (only !== undefined && found.flat().length === 0) {
    ofProcess().line(
      `Nothing is known of the models of ${one?.title ?? only}. Any of them can be named: ${only}/<model>`,
      "quiet"
    )
  }
  return found.flat().toSorted((a, b) => Number(b.isReady) - Number(a.isReady))
})

/** Lists them, one line for each; those with a key first. */
export const models = Effect.fn("rein.models")(function* (options: Options) {
  const output = ofProcess()
  if (options.refresh) {
    const number = yield* refresh(process.env["REIN_MODELS_URL"])
    output.line(`Loaded the facts of ${number} models.`, "quiet")
  }
  const found = options.local
    ? yield* locals(options.provider)
    : yield* Effect.provide(known(options.provider), Catalogue.layerOver({ newer }))
  show(output, options.format, found)
})
