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

/** Options of `wrap`, which makes a `fetch` for one provider. */
export interface Options {
  /** Is there a key to send? Without one the headers for it are left out: an empty one is refused by some servers. */
  readonly hasKey: boolean
}

const mostBytes = 64 * 1024
const longestMessage = 300

/** The beginning of a body, and no more: nobody promises that it ends. */
export const beginning = async (response: Response, most = mostBytes): Promise<string> =>
  response.body === null ? "" : restOf([], response.body.getReader(), most)

const restOf = async (
  read: ReadonlyArray<Uint8Array>,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  most = mostBytes
): Promise<string> => {
  const decoder = new TextDecoder()
  let text = read.map((piece) => decoder.decode(piece, { stream: true })).join("")
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

const isBlank = (piece: Uint8Array): boolean => piece.every((byte) => byte === 32 || (byte >= 9 && byte <= 13))

/** What was read, and then the rest. */
const whole = (
  read: ReadonlyArray<Uint8Array>,
  reader: ReadableStreamDefaultReader<Uint8Array>
): ReadableStream<Uint8Array> =>
  new ReadableStream<Uint8Array>(
    {
      start: (controller) => read.forEach((piece) => controller.enqueue(piece)),
      pull: async (controller) => {
        const next = await reader.read()
        if (next.done) controller.close()
        else controller.enqueue(next.value)
      },
      cancel: (reason) => reader.cancel(reason)
    },
    { highWaterMark: 0 }
  )

type Kind = "stream" | "json" | "page" | "text"

/** Many servers send events under other names, and some an error under the name of events: both are told by how they begin. */
const kindOf = (type: string, begin: string): Kind => {
  if (/^\s*</.test(begin) || /^\s*(text\/html|application\/xhtml)/i.test(type)) return "page"
  if (/^\s*[{[]/.test(begin) || /^\s*application\/(problem\+)?json/i.test(type)) return "json"
  return /^\s*text\/plain/i.test(type) && /^\s*\w/.test(begin) && !/^\s*(data|event|id|retry):/.test(begin)
    ? "text"
    : "stream"
}

/** The same answer, if it is a stream. */
const checkStream = async (response: Response): Promise<Response> => {
  const reader = response.body?.getReader()
  if (reader === undefined) return response
  const read: Array<Uint8Array> = []
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    read.push(next.value)
    if (!isBlank(next.value)) break
  }
  const begin = new TextDecoder().decode(read.at(-1))
  const kind = kindOf(response.headers.get("content-type") ?? "", begin)
  if (kind === "stream") return new Response(whole(read, reader), response)
  const body = await restOf(read, reader)
  if (kind === "page") {
    throw new NotAStream("it answered with a web page; is the base URL right?", response, "", true)
  }
  throw new NotAStream(kind === "json" ? messageIn(body) : body.slice(0, longestMessage), response, body)
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
    return response.ok ? checkStream(response) : response
  }
