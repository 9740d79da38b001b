/**
 * The catalogue of models: the facts that come with this package, newer ones if somebody has loaded them, what local
 * servers say of themselves, and own entries over all of it.
 */
import * as ModelCatalog from "@rein/core/model/ModelCatalog"
import { Effect, Layer } from "effect"
import * as Providers from "./aisdk/Providers.ts"
import { known, type Options as Settings } from "./aisdk/Table.ts"
import * as LocalServers from "./catalogue/LocalServers.ts"
import * as Snapshot from "./catalogue/Snapshot.ts"

export { find as findLocal, findAll as findLocals, type LocalServer } from "./catalogue/LocalServers.ts"
export { parse, refresh, RefreshError, usualUrl } from "./catalogue/ModelsDev.ts"
/** What `newer` gives: facts by the provider's own names of its models. */
export type { Models } from "./catalogue/Snapshot.ts"
export { readStored } from "./catalogue/Stored.ts"

/** Options of the layers; without any there are the facts of this package and of local servers. */
export interface Options {
  /** Own entries, by `provider/model`; the fields that one has count before all else. */
  readonly entries?: ModelCatalog.Entries
  /** Facts about a provider's models that are newer than this package. Called at the first question about the provider. */
  readonly newer?: (provider: string) => Promise<Snapshot.Models | undefined>
  /** Where local servers are, if not where they usually listen. */
  readonly settings?: Settings
}

/** Newer facts replace older ones of the same model. That they cannot be had is no reason to know nothing. */
const stored = async (provider: string, { newer }: Options): Promise<Snapshot.Models> => {
  const [bundled, later] = await Promise.all([Snapshot.load(provider), newer?.(provider).catch(() => undefined)])
  return later === undefined ? bundled : { ...bundled, ...later }
}

const make = (options: Options, settings: Effect.Effect<Settings>): ModelCatalog.CatalogService => {
  const loaded = new Map<string, Snapshot.Models>()

  const ofServer = Effect.fnUntraced(function* (provider: string): Effect.fn.Return<Snapshot.Models> {
    const found = yield* settings
    const server = yield* Effect.promise(() => LocalServers.find(provider, found))
    return server?.models ?? {}
  })

  const models = (provider: string): Effect.Effect<Snapshot.Models> => {
    const known = loaded.get(provider)
    if (known !== undefined) return Effect.succeed(known)
    const isServer = LocalServers.isLocalProvider(provider)
    const loading = isServer ? ofServer(provider) : Effect.promise(() => stored(provider, options))
    return Effect.map(loading, (made) => {
      // A server that does not answer yet may do so later.
      if (!isServer || Object.keys(made).length > 0) loaded.set(provider, made)
      return made
    })
  }

  const below = ModelCatalog.ModelCatalog.of({
    lookup: ({ model, provider }) =>
      Effect.map(models(provider), (found) =>
        Object.hasOwn(found, model) ? (found[model] ?? ModelCatalog.unknown) : ModelCatalog.unknown
      ),
    models
  })
  return options.entries === undefined ? below : ModelCatalog.over(options.entries, below)
}

/** A catalogue with these options and nothing from the environment. */
export const layerWith = ({ settings = {}, ...options }: Options): Layer.Layer<ModelCatalog.ModelCatalog> =>
  Layer.sync(ModelCatalog.ModelCatalog, () => make(options, Effect.succeed(settings)))

/** The settings of the environment. One that cannot be read is a fault of the host; no caller could go on from it. */
export const settings: Effect.Effect<Settings> = Effect.orDie(
  Effect.gen(function* () {
    return yield* Providers.environment
  })
)

/**
 * The same, with local servers where the environment says that they are: `OLLAMA_BASE_URL` and so on. It is read at the
 * first question about such a server.
 */
export const layerOver = (options: Omit<Options, "settings">): Layer.Layer<ModelCatalog.ModelCatalog> =>
  Layer.effect(
    ModelCatalog.ModelCatalog,
    Effect.map(Effect.context<never>(), (context) => make(options, Effect.provideContext(settings, context)))
  )

/** The facts that come with this package. Nothing is loaded before the first question, and then only one provider's. */
export const layer: Layer.Layer<ModelCatalog.ModelCatalog> = layerOver({})

/** A provider, and whether it could be asked with these settings. */
export interface ProviderState {
  readonly id: string
  readonly title: string
  /** Is there a key, or none needed? */
  readonly isReady: boolean
  /** Does it usually run on this machine? */
  readonly isLocal: boolean
}

/** All providers. */
export const providers = (found: Settings): ReadonlyArray<ProviderState> =>
  known.map(({ family, id, local, name, title }) => ({
    id,
    title,
    isLocal: local !== undefined,
    isReady: family(found[name] ?? {}).missing === undefined
  }))
