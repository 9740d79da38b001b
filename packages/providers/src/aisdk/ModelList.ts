/** Which models a server offers, asked in bounded time. */
import { beginning, isRedirect } from "./Fetch.ts"

/** Where a list of models is, and how to ask for it. */
export interface ModelList {
  /** The base URL, with its version. */
  readonly address: string
  readonly headers: Readonly<Record<string, string>>
  readonly fetch: typeof globalThis.fetch
}

const mostBytes = 1024 * 1024

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? new Map<string, unknown>(Object.entries(value)).get(name) : undefined

const idsIn = (body: string): ReadonlyArray<string> | undefined => {
  const data = fieldOf(JSON.parse(body), "data")
  if (!Array.isArray(data)) return undefined
  return data.flatMap((entry) => {
    const id = fieldOf(entry, "id")
    return typeof id === "string" ? [id] : []
  })
}

/** The ids of `GET /models`; `undefined` when there is no list, whatever the reason. Never rejects. */
export const modelsWithin = async (
  { address, fetch, headers }: ModelList,
  millis: number
): Promise<ReadonlyArray<string> | undefined> => {
  try {
    const response = await fetch(`${address}/models`, {
      headers: { accept: "application/json", ...headers },
      redirect: "manual",
      signal: AbortSignal.timeout(millis)
    })
    if (!response.ok || isRedirect(response)) {
      await response.body?.cancel()
      return undefined
    }
    return idsIn(await beginning(response, mostBytes))
  } catch {
    return undefined
  }
}
