/**
 * A local server that speaks Anthropic's Messages API, OpenAI's Responses API and chat completions, and plays a scripted
 * model.
 *
 * The real provider packages talk to it over HTTP, so that a test sees what goes over the wire. It refuses, like the
 * real APIs, a request whose history is not valid.
 */
import * as Http from "node:http"
import * as Https from "node:https"
import { Effect } from "effect"
import type { Scope } from "effect"
import { checkHistory, type Wire } from "../rendering.ts"
import * as Anthropic from "../wire/Anthropic.ts"
import { type Answer, find } from "../wire/Answer.ts"
import * as ChatCompletions from "../wire/ChatCompletions.ts"
import * as Responses from "../wire/Responses.ts"

/** What a script is made of. */
export type { Answer, AnswerItem, ScriptedFinish, ScriptedUsage } from "../wire/Answer.ts"
/** The three APIs that it speaks. */
export type { Wire } from "../rendering.ts"

/** One request as it came. */
export interface WireRequest {
  /** From 0. */
  readonly index: number
  readonly wire: Wire
  readonly path: string
  /** In small letters; the value of a key is replaced. */
  readonly headers: Readonly<Record<string, string>>
  /** The parsed JSON. */
  readonly body: Readonly<Record<string, unknown>>
  /** How it ended: the server sent all, the server broke it, or the client went away. */
  readonly ended: Promise<"sent" | "cut" | "client-closed">
}

type Scripted = Answer | ((request: WireRequest) => Answer)

/** One answer per request, in order; or a function that answers them all. */
export type Script = ReadonlyArray<Scripted> | ((request: WireRequest) => Answer)

/** Where the bytes of an answer are split: every `n`, or at these positions. Without it each event is one write. */
export type Split = number | { readonly at: ReadonlyArray<number> }

/** What the server plays, and how it treats its clients. */
export interface Options {
  readonly script: Script
  /** One for all answers, or each its own. */
  readonly split?: Split | ((request: WireRequest) => Split | undefined)
  /** Another key is refused with 401. */
  readonly key?: string
  /** Answers 400 to a history that the real APIs would refuse; on by default. */
  readonly strict?: boolean
  /** What `GET /v1/models` names; without it there is nothing at that path. */
  readonly models?: ReadonlyArray<string>
  /** Speaks TLS with this key and certificate, in PEM. */
  readonly tls?: { readonly key: string; readonly cert: string }
}

/** A server that listens on this machine only, on a port of its own. */
export interface Server {
  /** Without a path. */
  readonly url: string
  /** Grows as requests come. */
  readonly requests: ReadonlyArray<WireRequest>
  /** Waits until the request with this index has come. */
  readonly request: (index: number) => Promise<WireRequest>
}

const paths: Readonly<Record<string, Wire>> = {
  "/v1/messages": "anthropic",
  "/v1/responses": "responses",
  "/v1/chat/completions": "chat-completions"
}

const secretHeaders = new Set(["authorization", "x-api-key", "api-key", "cookie"])

const headersOf = (message: Http.IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, secretHeaders.has(name) ? "[key]" : String(value)])
  )

const keyOf = ({ headers }: Http.IncomingMessage): string =>
  String(headers["x-api-key"] ?? headers.authorization ?? "").replace(/^Bearer /, "")

const readBody = async (message: Http.IncomingMessage): Promise<Readonly<Record<string, unknown>> | undefined> => {
  const pieces: Array<Buffer> = []
  // Node types the pieces of a request as anything; without an encoding they are buffers.
  for await (const piece of message) pieces.push(piece as Buffer)
  try {
    const value: unknown = JSON.parse(Buffer.concat(pieces).toString("utf8"))
    // Checked to be an object; its fields are looked at where they are used.
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}

/** Both of OpenAI's wires word their errors alike. */
const errorBody = (wire: Wire, status: number, message?: string): unknown =>
  (wire === "anthropic" ? Anthropic : ChatCompletions).errorBody(status, message)

const errorItem = (wire: Wire, status: number, message: string): Answer => [
  { error: { status, body: errorBody(wire, status, message) } }
]

const eventsOf = (request: WireRequest, answer: Answer): ReadonlyArray<string> => {
  const names = { id: String(request.index), model: String(request.body["model"]) }
  if (request.wire === "anthropic") return Anthropic.encode(answer, names)
  if (request.wire === "responses") return Responses.encode(answer, names)
  const wanted = request.body["stream_options"]
  const usage =
    typeof wanted === "object" && wanted !== null && "include_usage" in wanted && wanted.include_usage === true
  return ChatCompletions.encode(answer, { ...names, usage })
}

/** The bytes of an answer in the pieces in which they are written. */
const piecesOf = (
  events: ReadonlyArray<string>,
  split: Split | undefined,
  end: number | undefined
): ReadonlyArray<Buffer> => {
  if (split === undefined && end === undefined) return events.map((event) => Buffer.from(event))
  const all = Buffer.from(events.join(""))
  const bytes = all.subarray(0, end ?? all.length)
  const size = typeof split === "number" ? Math.max(1, split) : bytes.length
  const at =
    typeof split === "object"
      ? split.at
      : Array.from({ length: Math.ceil(bytes.length / Math.max(1, size)) }, (_, index) => (index + 1) * size)
  const borders = [0, ...at.filter((position) => position > 0 && position < bytes.length), bytes.length]
  return borders.slice(1).map((border, index) => bytes.subarray(borders[index], border))
}

/** Each piece is a chunk of its own on the wire, so a client gets it as one however the network joins them. */
const write = (response: Http.ServerResponse, piece: Buffer): Promise<void> =>
  new Promise((resume) => {
    if (response.destroyed || piece.length === 0) return resume()
    response.write(piece, () => resume())
  })

const sendWhole = (
  response: Http.ServerResponse,
  error: { status: number; headers?: object; body?: unknown }
): void => {
  const body = typeof error.body === "string" ? error.body : JSON.stringify(error.body ?? {})
  const type = body.trimStart().startsWith("<") ? "text/html; charset=utf-8" : "application/json"
  response.writeHead(error.status, { "content-type": type, ...error.headers })
  response.end(body)
}

/** The client does not wait any longer. */
const gone = (response: Http.ServerResponse): Promise<unknown> =>
  response.destroyed ? Promise.resolve() : new Promise((resume) => response.once("close", resume))

const play = async (request: WireRequest, answer: Answer, response: Http.ServerResponse, split: Split | undefined) => {
  const error = find(answer, "error")?.error
  const cut = find(answer, "cutAfter")?.cutAfter
  const after = find(answer, "after")?.after
  if (after !== undefined) await Promise.race([after, gone(response)])
  if (cut === "before-headers") return void response.socket?.destroy()
  if (error !== undefined) {
    return sendWhole(response, { ...error, body: error.body ?? errorBody(request.wire, error.status) })
  }
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" })
  response.flushHeaders()
  for (const piece of piecesOf(eventsOf(request, answer), split, cut)) {
    if (response.destroyed) return
    await write(response, piece)
  }
  // Without the last chunk, the end of the connection is a break to any client.
  if (cut !== undefined) return void response.socket?.destroySoon()
  if (find(answer, "neverClose") === undefined) response.end()
}

const endOf = (response: Http.ServerResponse, isCut: () => boolean): Promise<"sent" | "cut" | "client-closed"> =>
  new Promise((resume) => {
    response.once("finish", () => resume("sent"))
    response.once("close", () => resume(response.writableFinished ? "sent" : isCut() ? "cut" : "client-closed"))
  })

const answerOf = (options: Options, request: WireRequest): Answer => {
  const refusals = options.strict === false ? [] : checkHistory(request.wire, request.body)
  if (refusals.length > 0) return errorItem(request.wire, 400, `invalid history: ${refusals.join("; ")}`)
  const scripted = typeof options.script === "function" ? options.script : options.script[request.index]
  if (scripted === undefined)
    return errorItem(request.wire, 400, `the script has no answer for request ${request.index}`)
  return typeof scripted === "function" ? scripted(request) : scripted
}

const serve = (options: Options, add: (request: WireRequest) => void) => {
  let count = 0
  return async (message: Http.IncomingMessage, response: Http.ServerResponse): Promise<void> => {
    const path = (message.url ?? "").split("?")[0] ?? ""
    if (message.method === "GET" && path === "/v1/models" && options.models !== undefined) {
      const data = options.models.map((id) => ({ id, object: "model", type: "model" }))
      return sendWhole(response, { status: 200, body: { object: "list", data } })
    }
    const wire = paths[path]
    if (wire === undefined || message.method !== "POST") {
      return sendWhole(response, { status: 404, body: { error: { message: `nothing at ${message.method} ${path}` } } })
    }
    const body = await readBody(message)
    if (body === undefined)
      return sendWhole(response, { status: 400, body: { error: { message: "the body is no JSON object" } } })
    let cut = false
    const ended = endOf(response, () => cut)
    const request: WireRequest = { index: count++, wire, path, headers: headersOf(message), body, ended }
    add(request)
    const refused = options.key !== undefined && keyOf(message) !== options.key
    const answer = refused ? errorItem(wire, 401, "invalid key") : answerOf(options, request)
    cut = find(answer, "cutAfter") !== undefined
    const split = typeof options.split === "function" ? options.split(request) : options.split
    await play(request, answer, response, split)
  }
}

/** Starts it outside of Effect, for programs that are no tests; `close` ends its connections, too. */
export const start = async (options: Options): Promise<Server & { readonly close: () => Promise<void> }> => {
  const requests: Array<WireRequest> = []
  const waiting = new Map<number, Array<(request: WireRequest) => void>>()
  const handle = serve(options, (request) => {
    requests.push(request)
    for (const resume of waiting.get(request.index) ?? []) resume(request)
    waiting.delete(request.index)
  })
  const listener: Http.RequestListener = (message, response) => {
    // A script that throws is a mistake in the test: it must be seen there, not end the process.
    handle(message, response).catch((error: unknown) => {
      if (response.headersSent) return void response.socket?.destroy()
      sendWhole(response, {
        status: 400,
        body: { error: { type: "invalid_request_error", message: `script: ${String(error)}` } }
      })
    })
  }
  const server =
    options.tls === undefined
      ? Http.createServer({ noDelay: true }, listener)
      : Https.createServer({ ...options.tls, noDelay: true }, listener)
  await new Promise<void>((resume, reject) => {
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => resume())
  })
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return {
    url: `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    requests,
    request: (index) => {
      const known = requests[index]
      if (known !== undefined) return Promise.resolve(known)
      return new Promise((resume) => waiting.set(index, [...(waiting.get(index) ?? []), resume]))
    },
    close: () =>
      new Promise((resume) => {
        server.close(() => resume())
        server.closeAllConnections()
      })
  }
}

/** A server that lives as long as the scope. */
export const make = (options: Options): Effect.Effect<Server, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => start(options)),
    (server) => Effect.promise(() => server.close())
  )
