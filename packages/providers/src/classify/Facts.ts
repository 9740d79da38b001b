/** What can be read from a thrown or in-band error, or from an answer as it came. Shapes, not classes: two SDK versions may meet. */
import { fieldsOf, plainCode, read, type Said, textOf } from "./Body.ts"
import { isConnection, saysCertificate } from "./Connection.ts"

/** All that the rules of `Classify` look at; none of them sees the error itself. */
export interface Facts {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly said: Said
  /** All sentences, in small letters, for matching. */
  readonly text: string
  /** What a person should read of it. */
  readonly detail: string
  /** Codes of the system and of the HTTP client, e.g. `ECONNREFUSED`. */
  readonly codes: ReadonlyArray<string>
  /** The address of the request, where the error names it. */
  readonly url: string | undefined
  readonly provider: string | undefined
  /** The connection failed or broke. */
  readonly network: boolean
  /** It broke after it had been made. */
  readonly broken: boolean
  /** Nothing came for too long. */
  readonly silent: "first-byte" | "next-part" | undefined
  /** The server names another address; empty when it does not say which. */
  readonly redirect: string | undefined
  /** A piece of the answer could not be read; its text is the model's, not the provider's, and must not be matched. */
  readonly garbled: boolean
  /** The whole is no answer. */
  readonly unreadable: boolean
  /** And always will be. */
  readonly lasting: boolean
  /** There is no body where one should be. */
  readonly empty: boolean
  /** The SDK itself did not accept the request. */
  readonly refusedByClient: boolean
}

type Fields = Readonly<Record<string, unknown>>

const deepest = 6
/** What says why stands at the beginning; a pattern may need the square of the length. */
const longestText = 8_000

const brokenTexts = /^terminated$|socket hang up|other side closed|premature close|connection lost|econnreset/
const networkTexts =
  /^(terminated|fetch failed|failed to fetch|network error|socket hang up|load failed|connection error\.?)$|other side closed|premature close|cannot connect to api|^(getaddrinfo|connect|read|write) e[a-z_]+\b|network connection lost|networkerror when|bad record mac|error sending request|^unable to connect\b|socket disconnected before|^connection (?:refused|reset|closed|aborted)\b|server disconnected|peer closed connection|net::err_|^econn[a-z]+$/
/** What the systems themselves call it. */
const systemTexts =
  /name resolution|name or service not known|nodename nor servname|getaddrinfo failed|no route to host|network is unreachable/
const garbledNames = /^AI_(JSONParseError|TypeValidationError)$/
/** What Anthropic's package says of a first event that it cannot read. */
const garbledTexts = /^expected a normalized anthropic stream error$/
const unreadableNames = /^AI_InvalidResponseDataError$|^NotAStream$|^SyntaxError$/
const refusingNames =
  /^AI_(UnsupportedFunctionality|InvalidPrompt|InvalidArgument|NoSuchModel|MissingToolResults|InvalidMessageRole|InvalidDataContent)Error$/

const isNoAddress = (layer: Fields): boolean =>
  layer["code"] === "ERR_INVALID_URL" || /^failed to parse url/i.test(textOf(layer["message"]))

/** What the pieces of an answer hold. */
const answerNames = ["choices", "candidates", "content", "content_block", "delta", "item", "output", "part", "response"]

/** Some servers send their errors in a shape that the SDK does not know: then the error is what it could not read. */
const sentError = (fields: Fields): unknown => {
  const value = fields["name"] === "AI_TypeValidationError" ? fieldsOf(fields["value"]) : undefined
  if (value === undefined) return undefined
  const { error } = value
  if (typeof error === "string") return { message: error }
  const isAnswer = answerNames.some((name) => name in value)
  return error ?? (isAnswer || read(value).messages.length === 0 ? undefined : value)
}

const parts = ["body", "headers", "responseBody", "responseHeaders", "statusCode", "text", "inBand", "lastError"]

/** Is it an error that somebody threw, or an answer with its parts? All else is a body as the server sent it. */
const isWrapped = (layer: Fields): boolean =>
  layer instanceof Error || "name" in layer || parts.some((part) => part in layer)

/** The error, what caused it, and what it was made of, outermost first. */
const layersOf = (error: unknown): ReadonlyArray<Fields> => {
  const layers: Array<Fields> = []
  let current: unknown = error
  while (layers.length < deepest) {
    const fields = fieldsOf(current)
    if (fields === undefined || layers.includes(fields)) break
    const sent = sentError(fields)
    if (fieldsOf(sent) !== undefined) return layersOf(sent)
    layers.push(fields)
    if (!isWrapped(fields)) break
    current = fields["cause"] ?? fields["error"] ?? fields["lastError"]
  }
  return layers
}

const entriesOf = (headers: unknown): Iterable<readonly [string, unknown]> =>
  headers instanceof Headers ? headers.entries() : Object.entries(fieldsOf(headers) ?? {})

const headersOf = (layer: Fields): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...entriesOf(layer["responseHeaders"] ?? layer["headers"])].map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.map(textOf).join(", ") : textOf(value)
    ])
  )

const bodyOf = (layer: Fields): unknown =>
  isWrapped(layer) ? layer["responseBody"] || layer["body"] || layer["text"] || layer["data"] : layer

const status = (layer: Fields): number | undefined => {
  const value = Number(textOf(layer["statusCode"] ?? layer["status"]) || Number.NaN)
  return Number.isInteger(value) && value >= 100 && value < 600 ? value : undefined
}

/** Messages of errors whose own text only says that something failed. */
const isHollow = (message: string): boolean =>
  message === "" || /^failed to process (successful|error) response$/i.test(message)

const phrases =
  /^(bad request|unauthorized|payment required|forbidden|not found|method not allowed|request timeout|conflict|(payload|content) too large|request entity too large|unprocessable (entity|content)|too many requests|internal server error|bad gateway|service unavailable|gateway time-?out)$/i

/** What an error says itself; for an answer without a message it is what HTTP calls its status, which says nothing more. */
const ownMessage = (layer: Fields): string => {
  const message = textOf(layer["message"])
  return status(layer) !== undefined && phrases.test(message) ? "" : message
}

const nothingSaid = read(undefined)

/** The body of the first layer that has one, and what the errors around it say. */
const saidOf = (layers: ReadonlyArray<Fields>, raw: unknown): Said => {
  const bodies = layers.length === 0 ? [read(textOf(raw))] : layers.map((layer) => read(bodyOf(layer)))
  const thrown = layers.filter(isWrapped)
  return {
    ...(bodies.find(({ codes, messages }) => codes.length + messages.length > 0) ?? nothingSaid),
    codes: [
      ...bodies.flatMap(({ codes }) => codes),
      ...thrown.flatMap((layer) => [textOf(layer["code"]), textOf(layer["type"]), textOf(layer["name"])].map(plainCode))
    ].filter((code) => code !== ""),
    messages: [...thrown.map(ownMessage), ...bodies.flatMap(({ messages }) => messages)].filter((text) => text !== ""),
    markup: bodies.some(({ markup }) => markup)
  }
}

const detailOf = ({ messages }: Said, raw: unknown): string => {
  const told = messages.filter((text) => !isHollow(text) && !/^\s*</.test(text))
  const [first, ...rest] = told
  if (first === undefined) return textOf(raw) || textOf(fieldsOf(raw)?.["message"])
  const cause = rest.find((text) => !first.includes(text) && !text.includes(first))
  const whole = rest.find((text) => text.length > first.length && text.includes(first))
  return whole ?? (cause === undefined ? first : `${first} (${cause})`)
}

/** Undici has limits of its own, 300 s each. */
const silentCodes: Readonly<Record<string, "first-byte" | "next-part">> = {
  UND_ERR_HEADERS_TIMEOUT: "first-byte",
  UND_ERR_BODY_TIMEOUT: "next-part",
  TimeoutError: "first-byte",
  APIConnectionTimeoutError: "first-byte"
}

const silentOf = (layer: Fields): "first-byte" | "next-part" | undefined =>
  silentCodes[textOf(layer["code"])] ?? silentCodes[textOf(layer["name"])]

/** The first that something can be made of. */
const first = <A>(layers: ReadonlyArray<Fields>, take: (layer: Fields) => A | undefined): A | undefined => {
  for (const layer of layers) {
    const found = take(layer)
    if (found !== undefined) return found
  }
  return undefined
}

/** Some throw a text that begins with the status. */
const statusIn = (messages: ReadonlyArray<string>): number | undefined => {
  const found = /^(?:(?:api )?error:? )?(?:http )?([45]\d\d)(?::? [a-z{`"]|$)/i.exec(messages[0] ?? "")
  return found === null ? undefined : Number(found[1])
}

/** The status of the answer, unless the body knows better: gateways send 200, 400 or 500 for all that happens behind them. */
const bestStatus = (sent: number | undefined, said: Said): number | undefined => {
  if (sent === undefined && said.status === undefined) return statusIn(said.messages)
  const isVague = sent === undefined || sent < 300 || sent === 400 || sent === 500 || sent === 502
  return isVague ? (said.status ?? sent) : sent
}

const redirectOf = (headers: Facts["headers"], sent: number | undefined, layers: ReadonlyArray<Fields>) => {
  const named = first(layers, (layer) => (layer["name"] === "Redirected" ? textOf(layer["location"]) : undefined))
  return named ?? (sent !== undefined && sent >= 300 && sent < 400 ? (headers["location"] ?? "") : undefined)
}

/** Some servers send comments while they wait, and then nothing. */
const isNothing = (body: unknown): boolean =>
  !body || (typeof body === "string" && body.split("\n").every((line) => /^(?::|\s*$)/.test(line)))

const bodyIsEmpty = (layers: ReadonlyArray<Fields>): boolean => layers.every((layer) => isNothing(bodyOf(layer)))

/** Reads an error of any shape. */
export const gather = (error: unknown): Facts => {
  const layers = layersOf(error)
  const said = saidOf(layers, error)
  const sent = first(layers, status)
  const headers: Facts["headers"] = { ...said.headers, ...Object.assign({}, ...layers.map(headersOf).toReversed()) }
  const codes = layers.map((layer) => textOf(layer["code"])).filter((code) => isConnection([code]))
  const names = layers.map((layer) => textOf(layer["name"]))
  const messages = said.messages.map((text) => text.toLowerCase())
  const type = headers["x-amzn-errortype"]?.split(":")[0] ?? ""
  return {
    status: bestStatus(sent, said),
    headers,
    said: type === "" ? said : { ...said, codes: [plainCode(type), ...said.codes] },
    text: messages.join("\n").slice(0, longestText),
    detail: detailOf(said, error),
    codes,
    url: first(layers, (layer) => textOf(layer["url"]) || undefined),
    provider: first(layers, (layer) => textOf(layer["provider"]) || undefined),
    network:
      codes.length > 0 ||
      messages.some((text) => networkTexts.test(text) || systemTexts.test(text) || saysCertificate(text)),
    broken: messages.some((text) => brokenTexts.test(text)),
    silent: first(layers, silentOf),
    redirect: redirectOf(headers, sent, layers),
    garbled: names.some((name) => garbledNames.test(name)) || messages.some((text) => garbledTexts.test(text)),
    lasting: layers.some((layer) => layer["lasting"] === true) || (said.markup && sent === 200),
    unreadable: names.some((name) => unreadableNames.test(name)) || (sent !== undefined && sent >= 200 && sent < 300),
    empty: !said.markup && bodyIsEmpty(layers) && (messages.length === 0 || (sent !== undefined && sent >= 400)),
    refusedByClient: names.some((name) => refusingNames.test(name)) || layers.some(isNoAddress)
  }
}
