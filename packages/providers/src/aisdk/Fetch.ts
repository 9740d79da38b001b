/**
 * A `fetch` for requests to models: it watches for silence, follows no redirect, and looks at answers that are no
 * streams, which the SDK would read as empty streams and lose what they say.
 */
import { type Silence, SilenceError, within } from "./Silence.ts"

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
  readonly silence: Silence
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

const keyHeaders = ["authorization", "x-api-key"]

const withoutKeys = (headers: RequestInit["headers"]): Headers => {
  const kept = new Headers(headers)
  for (const name of keyHeaders) kept.delete(name)
  return kept
}

/** Passes the body on, a read at a time, and gives up when a read takes too long. One timer, not one for each read. */
const watched = (
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  millis: number,
  end: (error: SilenceError) => void
): ReadableStream<Uint8Array<ArrayBuffer>> => {
  const reader = body.getReader()
  let waitingSince: number | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = (): void => {
    clearTimeout(timer)
    timer = undefined
  }
  const watch = (controller: ReadableStreamDefaultController, inMillis: number): void => {
    timer = setTimeout(() => {
      timer = undefined
      if (waitingSince === undefined) return
      const left = waitingSince + millis - performance.now()
      if (left > 0) return watch(controller, Math.ceil(left))
      const error = new SilenceError("next-part", millis)
      controller.error(error)
      end(error)
    }, inMillis)
    // The connection keeps a program alive while it matters; the timer alone must not. Outside Node it is a number.
    if (typeof timer === "object") timer.unref()
  }
  return new ReadableStream(
    {
      pull: async (controller) => {
        waitingSince = performance.now()
        if (timer === undefined) watch(controller, millis)
        try {
          const next = await reader.read()
          waitingSince = undefined
          if (!next.done) return controller.enqueue(next.value)
          stop()
          controller.close()
        } catch (error) {
          stop()
          throw error
        }
      },
      cancel: (reason) => {
        stop()
        return reader.cancel(reason)
      }
    },
    // Nothing is read before somebody asks, so that only real waiting counts.
    { highWaterMark: 0 }
  )
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
  (base: typeof globalThis.fetch, { hasKey, silence }: Options): typeof globalThis.fetch =>
  async (input, init) => {
    const ended = new AbortController()
    const signal = init?.signal ? AbortSignal.any([init.signal, ended.signal]) : ended.signal
    const end = (error: SilenceError): void => ended.abort(error)
    const response = await within(
      base(input, {
        ...init,
        ...(hasKey ? {} : { headers: withoutKeys(init?.headers) }),
        redirect: "manual",
        signal
      }),
      new SilenceError("first-byte", silence.firstByteMillis),
      silence.firstByteMillis,
      end
    )
    if (isRedirect(response)) {
      await response.body?.cancel()
      throw new Redirected(locationOf(response, addressOf(input)))
    }
    const body = response.body === null ? null : watched(response.body, silence.nextPartMillis, end)
    const { headers, status, statusText } = response
    const passed = new Response(body, { headers, status, statusText })
    if (response.ok) await checkStream(passed)
    return passed
  }
