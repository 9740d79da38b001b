/** What can be read from a thrown or in-band error, whoever made it. Shapes, not classes: two SDK versions may meet. */

export interface Facts {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>
  /** All that it says, in small letters, for matching. */
  readonly text: string
  /** What a person should read of it. */
  readonly detail: string
  /** The connection failed or broke. */
  readonly network: boolean
  /** A piece of the answer could not be read; its text is the model's, not the provider's, and must not be matched. */
  readonly garbled: boolean
  /** The whole is no answer. */
  readonly unreadable: boolean
  /** The SDK itself did not accept the request. */
  readonly refusedByClient: boolean
}

const deepest = 6
const longestText = 20_000

const networkCodes =
  /^(ECONN\w+|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ENETDOWN|ETIMEDOUT|EPIPE|UND_ERR_\w+|ERR_SSL_\w+|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|ConnectionRefused|ConnectionClosed|FailedToOpenSocket)$/
const networkTexts =
  /^(terminated|fetch failed|failed to fetch|network error|socket hang up|load failed)$|other side closed|premature close|cannot connect to api/
const garbledNames = /^AI_(JSONParseError|TypeValidationError)$/
const unreadableNames = /^AI_InvalidResponseDataError$|^NotAStream$|^SyntaxError$/
const refusingNames = /^AI_(UnsupportedFunctionalityError|InvalidPromptError|InvalidArgumentError|NoSuchModelError)$/

type Fields = Readonly<Record<string, unknown>>

/** Any object may be looked into by key; what is found is checked where it is used. */
const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null ? (value as Fields) : undefined

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : ""

/** Some servers send their errors in a shape that the SDK does not know: then the error is what it could not read. */
const sentError = (fields: Fields): unknown => {
  if (fields["name"] !== "AI_TypeValidationError") return undefined
  const error = fieldsOf(fields["value"])?.["error"]
  return typeof error === "string" ? { message: error } : error
}

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
    current = fields["cause"] ?? fields["error"] ?? fields["lastError"]
  }
  return layers
}

const headersOf = (layer: Fields): Readonly<Record<string, string>> => {
  const entries = Object.entries(fieldsOf(layer["responseHeaders"]) ?? {})
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), textOf(value)]))
}

const bodyOf = (layer: Fields): string => {
  const data = fieldsOf(layer["data"])
  return textOf(layer["responseBody"]) || (data === undefined ? "" : (JSON.stringify(data) ?? ""))
}

const isMarkup = (text: string): boolean => /^\s*<(!doctype|html|\?xml)/i.test(text)

/** Messages of errors whose own text only says that something failed. */
const isHollow = (message: string): boolean =>
  message === "" || /^failed to process (successful|error) response$/i.test(message)

const detailOf = (layers: ReadonlyArray<Fields>, raw: unknown): string => {
  const messages = layers.map((layer) => textOf(layer["message"])).filter((text) => !isHollow(text))
  const [first, ...rest] = messages
  const body = layers.map(bodyOf).find((text) => text !== "" && !isMarkup(text)) ?? ""
  if (first === undefined) return body || textOf(raw)
  const cause = rest.find((text) => !first.includes(text))
  return cause === undefined ? first : `${first} (${cause})`
}

const status = (layer: Fields): number | undefined => {
  const value = layer["statusCode"] ?? layer["status"]
  return typeof value === "number" ? value : undefined
}

/** Reads an error of any shape. */
export const gather = (error: unknown): Facts => {
  const layers = layersOf(error)
  const said = layers.flatMap((layer) => [
    textOf(layer["message"]),
    textOf(layer["type"]),
    textOf(layer["code"]),
    bodyOf(layer)
  ])
  const names = layers.map((layer) => textOf(layer["name"]))
  return {
    status: layers.map(status).find((value) => value !== undefined),
    headers: Object.assign({}, ...layers.map(headersOf).toReversed()),
    text: (layers.length === 0 ? textOf(error) : said.join("\n")).toLowerCase().slice(0, longestText),
    detail: detailOf(layers, error),
    network: layers.some(
      (layer) => networkCodes.test(textOf(layer["code"])) || networkTexts.test(textOf(layer["message"]).toLowerCase())
    ),
    garbled: names.some((name) => garbledNames.test(name)),
    unreadable: names.some((name) => unreadableNames.test(name)),
    refusedByClient: names.some((name) => refusingNames.test(name))
  }
}
