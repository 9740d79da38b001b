/** The servers of models on this machine: which answer, which models they have, and how much these can read. */
import type { ModelFacts } from "@rein/core/model/ModelCatalog"
import { beginning, isRedirect } from "../aisdk/Fetch.ts"
import { isLocal, type Provider } from "../aisdk/Provider.ts"
import { known, type Options } from "../aisdk/Table.ts"
import { field, list, text, texts, tokens } from "./Json.ts"
import type { Models } from "./Snapshot.ts"

/** A server that answers. */
export interface LocalServer {
  /** Of the provider, in front of the slash in `provider/model`. */
  readonly id: string
  readonly title: string
  /** Without the version of the API. */
  readonly address: string
  readonly models: Models
}

/** A server on this machine answers at once, unless the machine is very busy. */
const withinMillis = 800

/** Asks for JSON at a path of the server; `undefined` for whatever else comes, or does not. */
type Ask = (path: string, body?: object) => Promise<unknown>

const mostBytes = 4 * 1024 * 1024

const asker =
  (address: string, provider: Provider, signal: AbortSignal): Ask =>
  async (path, body) => {
    try {
      const response = await provider.fetch(`${address}${path}`, {
        headers: { accept: "application/json", "content-type": "application/json", ...provider.headers },
        redirect: "manual",
        signal,
        ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) })
      })
      if (response.ok && !isRedirect(response)) return JSON.parse(await beginning(response, mostBytes))
      await response.body?.cancel()
      return undefined
    } catch {
      return undefined
    }
  }

const facts = (contextTokens: ModelFacts["contextTokens"], more: Partial<ModelFacts> = {}): ModelFacts => ({
  contextTokens,
  outputTokens: "unknown",
  prices: "unknown",
  ...more
})

/** The model's own limit; less where the server was told to give it less. */
const ollamaContext = (shown: unknown, running: unknown): ModelFacts["contextTokens"] => {
  const set = /^\s*num_ctx\s+(\d+)\s*$/m.exec(text(field(shown, "parameters")) ?? "")?.[1]
  if (set !== undefined) return tokens(Number(set))
  const loaded = tokens(field(running, "context_length"))
  if (loaded !== "unknown") return loaded
  const info = Object.entries(field(shown, "model_info") ?? {})
  return tokens(info.find(([name]) => name.endsWith(".context_length"))?.[1])
}

const ollama = async (ask: Ask): Promise<Models | undefined> => {
  const [tags, ps] = await Promise.all([ask("/api/tags"), ask("/api/ps")])
  const names = list(field(tags, "models")).flatMap((one) => text(field(one, "name")) ?? [])
  if (field(tags, "models") === undefined) return undefined
  const entries = await Promise.all(
    names.map(async (name) => {
      const shown = await ask("/api/show", { model: name })
      const running = list(field(ps, "models")).find((one) => field(one, "name") === name)
      const can = texts(field(shown, "capabilities"))
      const input = ["text", ...(can.includes("vision") ? ["image"] : [])]
      const capabilities = { tools: can.includes("tools"), reasoning: can.includes("thinking"), input }
      return [name, facts(ollamaContext(shown, running), can.length === 0 ? {} : { capabilities })] as const
    })
  )
  return Object.fromEntries(entries)
}

const lmstudio = async (ask: Ask): Promise<Models | undefined> => {
  const models = field(await ask("/api/v0/models"), "data")
  if (models === undefined) return undefined
  const entries = list(models).flatMap((one) => {
    const id = text(field(one, "id"))
    if (id === undefined || field(one, "type") === "embeddings") return []
    const loaded = tokens(field(one, "loaded_context_length"))
    return [[id, facts(loaded === "unknown" ? tokens(field(one, "max_context_length")) : loaded)] as const]
  })
  return Object.fromEntries(entries)
}

const idsOf = (models: unknown): ReadonlyArray<string> =>
  list(field(models, "data")).flatMap((one) => text(field(one, "id")) ?? [])

const llamacpp = async (ask: Ask): Promise<Models | undefined> => {
  const [props, models] = await Promise.all([ask("/props"), ask("/v1/models")])
  const settings = field(props, "default_generation_settings")
  if (settings === undefined) return undefined
  return Object.fromEntries(idsOf(models).map((id) => [id, facts(tokens(field(settings, "n_ctx")))] as const))
}

const vllm = async (ask: Ask): Promise<Models | undefined> => {
  const models = await ask("/v1/models")
  // Many servers have such a list; that of vLLM says how much a model can read.
  const entries = list(field(models, "data")).filter((one) => field(one, "max_model_len") !== undefined)
  if (entries.length === 0) return undefined
  return Object.fromEntries(
    entries.flatMap((one) => {
      const id = text(field(one, "id"))
      return id === undefined ? [] : [[id, facts(tokens(field(one, "max_model_len")))] as const]
    })
  )
}

const readers: Readonly<Record<string, (ask: Ask) => Promise<Models | undefined>>> = {
  ollama,
  lmstudio,
  llamacpp,
  vllm
}

/** Is it the id of a provider that usually runs on this machine? */
export const isLocalProvider = (id: string): boolean => Object.hasOwn(readers, id)

/** Asks one of them, in bounded time; `undefined` when it does not answer, or is not on this machine. Never rejects. */
export const find = async (id: string, options: Options): Promise<LocalServer | undefined> => {
  const row = known.find((one) => one.id === id)
  const read = readers[id]
  if (row === undefined || read === undefined) return undefined
  const provider = row.family(options[row.name] ?? {})
  if (!isLocal(provider.address)) return undefined
  const address = provider.address.replace(/\/v\d+$/, "")
  const models = await read(asker(address, provider, AbortSignal.timeout(withinMillis)))
  return models === undefined ? undefined : { id, title: row.title, address, models }
}

/** All that answer now, asked side by side. */
export const findAll = async (options: Options): Promise<ReadonlyArray<LocalServer>> =>
  (await Promise.all(Object.keys(readers).map((id) => find(id, options)))).flatMap((found) => found ?? [])
