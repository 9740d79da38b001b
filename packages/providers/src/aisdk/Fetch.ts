/**
 * A `fetch` for requests to models: it follows no redirect, and looks at answers that are no streams, which the SDK
 * would read as empty streams and lose what they say.
 */

/** A good status with something else than a stream of events. */
export class NotAStream extends Error {
  override readonly name = "NotAStream"
  readonly responseHeaders: Readonly<Record<string, string>>
  /** What was sent instead; left out of a web page, which says nothing. */
  readonly responseBody: string
  /** The same request will get the same again. */
  readonly lasting: boolean

  constructor(message: string, response: Response, responseBody: string, lasting = false) {
    super(message)
    this.responseHeaders = Object.fromEntries(response.headers)
    this.responseBody = responseBody
    this.lasting = lasting
  }
}

/** The server names another address. A key is for the configured one alone, so nobody goes there. */
export class Redirected extends Error {
  override readonly name = "Redirected"
  /** Where to, without anything that could be secret; some hosts do not tell. */
  readonly location: string | undefined

  constructor(location: string | undefined) {
    super(`it redirects to ${location ?? "another address"}`)
    this.location = location
  }
}

export interface Options {
  /** Is there a key to send? Without one the headers for it are left out: an empty one is refused by some servers. */
  readonly hasKey: boolean
}

const mostBytes = 64 * 1024

/** The beginning of a body, and no more: nobody promises that it ends. */
export const beginning = async (response: Response, most = mostBytes): Promise<string> => {
  const reader = response.body?.getReader()
  if (reader === undefined) return ""
  const decoder = new TextDecoder()
  let text = ""
  while (text.length < most) {
    const next = await reader.read()
    if (next.done) break
    text += decoder.decode(next.value, { stream: true })
  }
  await reader.cancel()
  return text.slice(0, most)
}

/** The message that a JSON body carries, in the places where servers put it. */
const messageIn = (body: string): string => {
  try {
    const value: unknown = JSON.parse(body)
    const found = /"(?:message|msg|status_msg|detail)"\s*:\s*"((?:[^"\\]|\\.){1,300})"/.exec(JSON.stringify(value))
    return found?.[1] ?? "it answered with JSON instead of a stream"
  } catch {
    return "it answered with JSON that cannot be read"
  }
}

/** Is it an answer that says where else to ask? Outside Node it has no status. */
export const isRedirect = (response: Response): boolean =>
  response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400 && response.status !== 304)

const locationOf = (response: Response, asked: string): string | undefined => {
  const location = response.headers.get("location")
  if (location === null || !URL.canParse(location, asked)) return undefined
  const { origin, pathname } = new URL(location, asked)
  return `${origin}${pathname}`
}

const addressOf = (input: Parameters<typeof globalThis.fetch>[0]): string =>
  input instanceof Request ? input.url : String(input)

const keyHeaders = ["authorization", "x-api-key", "api-key", "x-goog-api-key"]

const withoutKeys = (headers: RequestInit["headers"]): Headers => {
  const kept = new Headers(headers)
  for (const name of keyHeaders) kept.delete(name)
  return kept
}

/** Only web pages and JSON are no streams: many servers send events under other names. */
const checkStream = async (response: Response): Promise<void> => {
  const type = response.headers.get("content-type") ?? ""
  if (!/^\s*(text\/html|application\/xhtml|application\/(problem\+)?json)/i.test(type)) return
  const body = await beginning(response)
  if (/json/i.test(type)) throw new NotAStream(messageIn(body), response, body)
  throw new NotAStream("it answered with a web page; is the base URL right?", response, "", true)
}

/** Wraps a `fetch`. */
export const wrap =
  (base: typeof globalThis.fetch, { hasKey }: Options): typeof globalThis.fetch =>
  async (input, init) => {
    const headers = hasKey ? {} : { headers: withoutKeys(init?.headers) }
    const response = await base(input, { ...init, ...headers, redirect: "manual" })
    if (isRedirect(response)) {
      await response.body?.cancel()
      throw new Redirected(locationOf(response, addressOf(input)))
    }
    if (response.ok) await checkStream(response)
    return response
  }
