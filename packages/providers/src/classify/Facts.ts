/** What can be read from a thrown or in-band error, whoever made it. Shapes, not classes: two SDK versions may meet. */
import { isConnection } from "./Connection.ts"

export interface Facts {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>
  /** All that it says, in small letters, for matching. */
  readonly text: string
  /** What a person should read of it. */
  readonly detail: string
  /** Codes of the system and of the HTTP client, e.g. `ECONNREFUSED`. */
  readonly codes: ReadonlyArray<string>
  /** The address of the request, where the error names it. */
  readonly url: string | undefined
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
  /** The SDK itself did not accept the request. */
  readonly refusedByClient: boolean
}

const deepest = 6
const longestText = 20_000

const brokenTexts = /^terminated$|socket hang up|other side closed|premature close/
const networkTexts =
  /^(terminated|fetch failed|failed to fetch|network error|socket hang up|load failed)$|other side closed|premature close|cannot connect to api/
const garbledNames = /^AI_(JSONParseError|TypeValidationError)$/
const unreadableNames = /^AI_InvalidResponseDataError$|^NotAStream$|^SyntaxError$/
const refusingNames =
  /^AI_(UnsupportedFunctionality|InvalidPrompt|InvalidArgument|NoSuchModel|MissingToolResults|InvalidMessageRole|InvalidDataContent)Error$/

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

/** Undici has limits of its own, 300 s each. */
const silentCodes: Readonly<Record<string, "first-byte" | "next-part">> = {
  UND_ERR_HEADERS_TIMEOUT: "first-byte",
  UND_ERR_BODY_TIMEOUT: "next-part"
}

const silentOf = (layer: Fields): "first-byte" | "next-part" | undefined => silentCodes[textOf(layer["code"])]

/** The first that something can be made of. */
const first = <A>(layers: ReadonlyArray<Fields>, read: (layer: Fields) => A | undefined): A | undefined => {
  for (const layer of layers) {
    const found = read(layer)
    if (found !== undefined) return found
  }
  return undefined
}

/** Reads an error of any shape. */
export const gather = (error: unknown): Facts => {
  const layers = layersOf(error)
  const codes = layers.map((layer) => textOf(layer["code"])).filter((code) => isConnection([code]))
  const said = layers.flatMap((layer) => [
    textOf(layer["message"]),
    textOf(layer["type"]),
    textOf(layer["code"]),
    bodyOf(layer)
  ])
  const names = layers.map((layer) => textOf(layer["name"]))
  return {
    status: first(layers, status),
    headers: Object.assign({}, ...layers.map(headersOf).toReversed()),
    text: (layers.length === 0 ? textOf(error) : said.join("\n")).toLowerCase().slice(0, longestText),
    detail: detailOf(layers, error),
    codes,
    url: first(layers, (layer) => textOf(layer["url"]) || undefined),
    network: codes.length > 0 || layers.some((layer) => networkTexts.test(textOf(layer["message"]).toLowerCase())),
    broken: layers.some((layer) => brokenTexts.test(textOf(layer["message"]).toLowerCase())),
    silent: first(layers, silentOf),
    redirect: first(layers, (layer) => (layer["name"] === "Redirected" ? textOf(layer["location"]) : undefined)),
    garbled: names.some((name) => garbledNames.test(name)),
    lasting: layers.some((layer) => layer["lasting"] === true),
    unreadable: names.some((name) => unreadableNames.test(name)),
    refusedByClient: names.some((name) => refusingNames.test(name))
  }
}
