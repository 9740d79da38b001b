/** What a server says in the body of an error: its codes and its sentences, wherever it puts them. */

/** What was found in one body; of one that says nothing there are empty lists. */
export interface Said {
  /** Words for programs (`code`, `type`, `status`, ...) in small letters and digits alone, outermost first. */
  readonly codes: ReadonlyArray<string>
  /** Sentences for people. Only these are matched: other fields may repeat what the user or the model wrote. */
  readonly messages: ReadonlyArray<string>
  /** An HTTP status that stands in the body. */
  readonly status: number | undefined
  /** Headers of the server behind a gateway, which puts them into the body. */
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds to wait, where a field says so. */
  readonly wait: number | undefined
  /** It is a web page. */
  readonly markup: boolean
}

type Fields = Readonly<Record<string, unknown>>

/** Any object may be looked into by key; what is found is checked where it is used. */
export const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined

/** A text or a number, as text. */
export const textOf = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : ""

const plainName = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "")

/** `RateLimitExceeded`, `rate_limit_exceeded` and `rate-limit-exceeded` are one code. */
export const plainCode = plainName

const codeNames = new Set(
  "code type status reason errorcode errortype statuscode httpcode errcode blockreason quotaid limitname".split(" ")
)

const messageNames = new Set(
  "message msg detail details error errors errormessage errormsg statusmsg description errordescription faultstring raw fault reasons warning".split(
    " "
  )
)

/** Fields that repeat what was asked or answered. */
const echoNames = new Set(
  "input flaggedinput failedgeneration ctx loc param content delta prompt output headers".split(" ")
)

const waitNames: Readonly<Record<string, number>> = {
  retrydelay: 1_000,
  retryafter: 1_000,
  retryafterseconds: 1_000,
  retryafterms: 1,
  resetsinseconds: 1_000,
  estimatedtime: 1_000
}

const deepest = 8
const longest = 8_000

const isMarkup = (text: string): boolean => /^\s*<(!doctype|html|head|\?xml|!--)/i.test(text)

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The JSON of a text, or of the events of a stream. */
const jsonIn = (text: string): unknown => {
  const begin = text.trimStart()
  if (/^[{[]/.test(begin)) return parse(begin)
  if (!/^(event|data|id|retry)?:/.test(begin)) return undefined
  return begin.split(/\r?\n/).flatMap((line) => {
    const value = line.startsWith("data:") ? parse(line.slice(5)) : undefined
    return value === undefined ? [] : [value]
  })
}

const seconds = (value: unknown): number | undefined => {
  const fields = fieldsOf(value)
  if (fields !== undefined) return seconds(fields["seconds"])
  const found = /^\s*(\d+(?:\.\d+)?)s?\s*$/.exec(textOf(value))
  return found === null ? undefined : Number(found[1])
}

/** `Throttling.RateQuota`, `com.amazon.coral.service#ThrottlingException`: each part may be the one that is known. */
const partsOf = (code: string): ReadonlyArray<string> => (/[.#]/.test(code) ? code.split(/[.#]/).map(plainCode) : [])

/** `code`s of Zhipu and MiniMax are bare numbers, so where they stand has to be part of them. */
const numbered = (name: string, value: string, parent: string): ReadonlyArray<string> => {
  if (parent === "baseresp") return [`minimax${value}`]
  return name === "code" && parent === "error" && /^1[0-3]\d\d$/.test(value) ? [`zai${value}`] : []
}

class Reader {
  readonly codes: Array<string> = []
  readonly messages: Array<string> = []
  headers: Record<string, string> = {}
  status: number | undefined
  wait: number | undefined
  #left = 500

  read(value: unknown, name: string, parent: string, depth: number): void {
    if (this.#left-- <= 0 || depth > deepest) return
    if (Array.isArray(value)) return value.forEach((one) => this.read(one, name, parent, depth + 1))
    const fields = fieldsOf(value)
    if (fields === undefined) return this.#leaf(value, name, parent)
    for (const [key, inner] of Object.entries(fields)) this.#field(plainName(key), inner, name, depth)
  }

  #field(name: string, value: unknown, parent: string, depth: number): void {
    if (name === "headers") return this.#headers(value)
    if (echoNames.has(name)) return
    const factor = waitNames[name]
    const asked = factor === undefined ? undefined : seconds(value)
    if (factor !== undefined && asked !== undefined) this.wait = Math.ceil(asked * factor)
    // Bedrock names an error by the key under which it stands.
    if (name.endsWith("exception") && fieldsOf(value) !== undefined) this.codes.push(name)
    this.read(value, name, parent, depth + 1)
  }

  #leaf(value: unknown, name: string, parent: string): void {
    const text = textOf(value)
    if (text === "") return
    if (codeNames.has(name)) {
      const number = Number(text)
      if (Number.isInteger(number) && number >= 400 && number < 600) this.status ??= number
      this.codes.push(plainCode(text), ...partsOf(text), ...numbered(name, text, parent))
    } else if (messageNames.has(name)) {
      const inner = jsonIn(text)
      if (fieldsOf(inner) === undefined) this.messages.push(text.slice(0, longest))
      else this.read(inner, "error", "", 1)
    }
  }

  #headers(value: unknown): void {
    const entries = Object.entries(fieldsOf(value) ?? {}).map(([name, one]) => [name.toLowerCase(), textOf(one)])
    this.headers = { ...Object.fromEntries(entries), ...this.headers }
  }
}

const nothing: Said = { codes: [], messages: [], status: undefined, headers: {}, wait: undefined, markup: false }

/** Reads a body: parsed JSON, its text, the events of a stream, a bare sentence, or a web page, of which nothing is taken. */
export const read = (body: unknown): Said => {
  if (typeof body === "string" && isMarkup(body)) return { ...nothing, markup: true }
  const value = typeof body === "string" ? jsonIn(body) : body
  if (value === undefined || value === null) {
    const text = typeof body === "string" ? body.trim().slice(0, longest) : ""
    return text === "" ? nothing : { ...nothing, messages: [text] }
  }
  const reader = new Reader()
  // Zhipu's numbers stand in `error`, or alone where that was taken out; others say `object` beside theirs.
  const root = typeof value === "string" ? "message" : fieldsOf(value)?.["object"] === undefined ? "error" : ""
  reader.read(value, root, "", 0)
  const { codes, headers, messages, status, wait } = reader
  return { codes, headers, messages, status, wait, markup: false }
}
