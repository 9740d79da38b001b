/** A loopback server for every dialect of the table: it keeps what came, and streams a text and a call. */
import { createServer, type ServerResponse } from "node:http"
import { crc32 } from "node:zlib"
import { Effect } from "effect"
import type { Scope } from "effect"
import { listening } from "./listening.ts"

export interface Came {
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

const text = "hello"

/** The call of every answer: its id, its tool, and its input in two pieces. */
const id = "call00001"
const name = "look"
const pieces = ['{"at":', '"ü.ts"}'] as const
const input = pieces.join("")

const events = (...data: ReadonlyArray<unknown>): string =>
  data.map((one) => `data: ${typeof one === "string" ? one : JSON.stringify(one)}\n\n`).join("")

/** With a price, as some gateways add it. */
const chatUsage = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9, cost: 0.0045 }

/** Mistral sends calls in one piece, and its package reads no others. */
const chatCalls = (isWhole: boolean): ReadonlyArray<object> =>
  isWhole
    ? [{ index: 0, id, function: { name, arguments: input } }]
    : [
        { index: 0, id, type: "function", function: { name, arguments: pieces[0] } },
        { index: 0, function: { arguments: pieces[1] } }
      ]

const chat = (agent: string): string => {
  const chunk = (delta: object, rest: object = {}) => ({
    id: "c1",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [{ index: 0, delta, finish_reason: null, ...rest }]
  })
  return events(
    chunk({ role: "assistant", content: text }),
    ...chatCalls(agent.includes("mistral")).map((call) => chunk({ tool_calls: [call] })),
    { ...chunk({}, { finish_reason: "tool_calls" }), usage: chatUsage, x_groq: { usage: chatUsage } },
    "[DONE]"
  )
}

const responses = (): string => {
  const content = [{ type: "output_text", text, annotations: [] }]
  const item = { type: "message", id: "i1", role: "assistant", status: "completed", content }
  const call = { type: "function_call", id: "i2", call_id: id, name, arguments: input, status: "completed" }
  const ofCall = { item_id: "i2", output_index: 1 }
  const usage = { input_tokens: 7, output_tokens: 2, total_tokens: 9 }
  const response = {
    id: "r1",
    object: "response",
    created_at: 1,
    model: "m",
    output: [item, call],
    status: "completed",
    usage
  }
  return events(
    { type: "response.created", response: { ...response, output: [], usage: null, status: "in_progress" } },
    { type: "response.output_item.added", output_index: 0, item: { ...item, content: [] } },
    { type: "response.output_text.delta", item_id: "i1", output_index: 0, content_index: 0, delta: text, logprobs: [] },
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.output_item.added", output_index: 1, item: { ...call, arguments: "", status: "in_progress" } },
    ...pieces.map((delta) => ({ type: "response.function_call_arguments.delta", ...ofCall, delta })),
    { type: "response.function_call_arguments.done", ...ofCall, arguments: input },
    { type: "response.output_item.done", output_index: 1, item: call },
    { type: "response.completed", response }
  )
}

const anthropic = (): string => {
  const message = { id: "m1", type: "message", role: "assistant", model: "m", content: [], stop_reason: null }
  return events(
    { type: "message_start", message: { ...message, usage: { input_tokens: 7, output_tokens: 1 } } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text } },
    { type: "content_block_stop", index: 0 },
    { type: "content_block_start", index: 1, content_block: { type: "tool_use", id, name, input: {} } },
    ...pieces.map((partial_json) => ({
      type: "content_block_delta",
      index: 1,
      delta: { type: "input_json_delta", partial_json }
    })),
    { type: "content_block_stop", index: 1 },
    { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 2 } },
    { type: "message_stop" }
  )
}

const gemini = (): string =>
  events({
    candidates: [
      {
        content: { role: "model", parts: [{ text }, { functionCall: { name, args: JSON.parse(input) } }] },
        finishReason: "STOP",
        index: 0
      }
    ],
    usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 2, totalTokenCount: 9 }
  })

const cohere = (): string => {
  const call = (calls: object) => ({ index: 0, delta: { message: { tool_calls: calls } } })
  return events(
    { type: "message-start", id: "c1" },
    { type: "content-start", index: 0, delta: { message: { content: { type: "text", text: "" } } } },
    { type: "content-delta", index: 0, delta: { message: { content: { text } } } },
    { type: "content-end", index: 0 },
    { type: "tool-call-start", ...call({ id, type: "function", function: { name, arguments: "" } }) },
    ...pieces.map((piece) => ({ type: "tool-call-delta", ...call({ function: { arguments: piece } }) })),
    { type: "tool-call-end", index: 0 },
    {
      type: "message-end",
      delta: { finish_reason: "TOOL_CALL", usage: { tokens: { input_tokens: 7, output_tokens: 2 } } }
    }
  )
}

const gateway = (): string =>
  events(
    { type: "stream-start", warnings: [] },
    { type: "text-start", id: "1" },
    { type: "text-delta", id: "1", delta: text },
    { type: "text-end", id: "1" },
    { type: "tool-input-start", id, toolName: name },
    ...pieces.map((delta) => ({ type: "tool-input-delta", id, delta })),
    { type: "tool-input-end", id },
    { type: "tool-call", toolCallId: id, toolName: name, input },
    {
      type: "finish",
      finishReason: { unified: "tool-calls", raw: "tool_calls" },
      usage: { inputTokens: { total: 7 }, outputTokens: { total: 2 } },
      providerMetadata: { gateway: { cost: "0.0045" } }
    },
    "[DONE]"
  )

/** One frame of the binary event stream of AWS: lengths, headers, payload, each part with its checksum. */
const frame = (type: string, payload: unknown): Buffer => {
  const header = (name: string, value: string): Buffer => {
    const size = Buffer.alloc(3)
    size.writeUInt8(7, 0)
    size.writeUInt16BE(value.length, 1)
    return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), size, Buffer.from(value)])
  }
  const headers = Buffer.concat([header(":event-type", type), header(":message-type", "event")])
  const body = Buffer.from(JSON.stringify(payload))
  const prelude = Buffer.alloc(12)
  prelude.writeUInt32BE(16 + headers.length + body.length, 0)
  prelude.writeUInt32BE(headers.length, 4)
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8)
  const whole = Buffer.concat([prelude, headers, body, Buffer.alloc(4)])
  whole.writeUInt32BE(crc32(whole.subarray(0, -4)), whole.length - 4)
  return whole
}

const bedrock = (): Buffer =>
  Buffer.concat([
    frame("messageStart", { role: "assistant" }),
    frame("contentBlockDelta", { contentBlockIndex: 0, delta: { text } }),
    frame("contentBlockStop", { contentBlockIndex: 0 }),
    frame("contentBlockStart", { contentBlockIndex: 1, start: { toolUse: { name, toolUseId: id } } }),
    ...pieces.map((piece) =>
      frame("contentBlockDelta", { contentBlockIndex: 1, delta: { toolUse: { input: piece } } })
    ),
    frame("contentBlockStop", { contentBlockIndex: 1 }),
    frame("messageStop", { stopReason: "tool_use" }),
    frame("metadata", { usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9 } })
  ])

/** By what a path ends with. */
const answers: ReadonlyArray<readonly [RegExp, (agent: string) => string | Buffer]> = [
  [/\/chat\/completions$/, chat],
  [/\/responses$/, responses],
  [/\/messages$/, anthropic],
  [/:streamGenerateContent\?alt=sse$/, gemini],
  [/\/converse-stream$/, bedrock],
  [/\/language-model$/, gateway],
  [/\/chat$/, cohere]
]

const play = async (response: ServerResponse, { breaks = false, pieces }: Sent): Promise<void> => {
  response.flushHeaders()
  for (const piece of pieces) {
    if (piece.length > 0) await new Promise<void>((resume) => response.write(piece, () => resume()))
  }
  if (breaks) response.socket?.destroySoon()
  else response.end()
}

/** How an answer is sent: in which pieces, and whether the connection breaks behind them. */
export interface Sent {
  readonly pieces: ReadonlyArray<Buffer>
  readonly breaks?: boolean
}

/** Where an answer says why it ends. */
const end =
  /"finish_?[rR]eason":"?(tool_calls|STOP|TOOL_CALL|\{"unified)|response\.completed|"stop_?[rR]eason":"tool_use"/

/** So many bytes of an answer hold no end. */
export const endOf = (answer: Buffer): number => answer.toString("latin1").search(end)

/** Answers until the scope closes. A path that no dialect has gets a 404. */
export const anyServerWith = (
  send: (answer: Buffer) => Sent
): Effect.Effect<{ readonly url: string; readonly came: ReadonlyArray<Came> }, never, Scope.Scope> =>
  Effect.gen(function* () {
    const came: Array<Came> = []
    const server = createServer({ noDelay: true }, (request, response) => {
      const pieces: Array<Buffer> = []
      request.on("data", (piece: Buffer) => pieces.push(piece))
      request.on("end", () => {
        const path = request.url ?? ""
        came.push({ path, headers: request.headers, body: Buffer.concat(pieces).toString("utf8") })
        const answer = answers.find(([pattern]) => pattern.test(path))?.[1](String(request.headers["user-agent"]))
        const sent = send(Buffer.from(answer ?? ""))
        const type = Buffer.isBuffer(answer) ? "application/vnd.amazon.eventstream" : "text/event-stream"
        response.writeHead(answer === undefined ? 404 : 200, { "content-type": type })
        void play(response, sent)
      })
    })
    return { url: yield* listening(server), came }
  })

/** The same, with each answer in one piece. */
export const anyServer = anyServerWith((answer) => ({ pieces: [answer] }))
