/** A `fetch` that looks at answers which are no streams: the SDK reads them as empty streams and loses what they say. */

/** A good status with something else than a stream of events. */
export class NotAStream extends Error {
  override readonly name = "NotAStream"
  readonly responseHeaders: Readonly<Record<string, string>>
  /** What was sent instead; left out of a web page, which says nothing. */
  readonly responseBody: string

  constructor(message: string, response: Response, responseBody: string) {
    super(message)
    this.responseHeaders = Object.fromEntries(response.headers)
    this.responseBody = responseBody
  }
}

const mostBytes = 64 * 1024

/** The beginning of a body, and no more: nobody promises that it ends. */
const beginning = async (response: Response): Promise<string> => {
  const reader = response.body?.getReader()
  if (reader === undefined) return ""
  const decoder = new TextDecoder()
  let text = ""
  while (text.length < mostBytes) {
    const next = await reader.read()
    if (next.done) break
    text += decoder.decode(next.value, { stream: true })
  }
  await reader.cancel()
  return text.slice(0, mostBytes)
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

/**
 * Wraps a `fetch`. Only web pages and JSON are stopped, since many servers send event streams under other names.
 */
export const wrap =
  (base: typeof globalThis.fetch): typeof globalThis.fetch =>
  async (input, init) => {
    const response = await base(input, init)
    const type = response.headers.get("content-type") ?? ""
    if (!response.ok || !/^\s*(text\/html|application\/xhtml|application\/(problem\+)?json)/i.test(type))
      return response
    const body = await beginning(response)
    if (/json/i.test(type)) throw new NotAStream(messageIn(body), response, body)
    throw new NotAStream("it answered with a web page; is the base URL right?", response, "")
  }
