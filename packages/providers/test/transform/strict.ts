// A loopback server that refuses what the real APIs refuse. The first piece of the path says which one it plays.
import * as Http from "node:http"
import { checkHistory } from "@rein/core/testing/rendering"
import { Effect } from "effect"
import type { Scope } from "effect"

type Fields = { readonly [name: string]: unknown }

const fields = (value: unknown): Fields =>
  // What is found in it is checked where it is used.
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {}

const list = (value: unknown): ReadonlyArray<Fields> => (Array.isArray(value) ? value.map(fields) : [])

const text = (value: unknown): string => (typeof value === "string" ? value : "")

/** Every object in a value, itself among them. */
const within = (value: unknown): ReadonlyArray<Fields> => {
  if (typeof value !== "object" || value === null) return []
  const inner = Object.values(value).flatMap(within)
  return Array.isArray(value) ? inner : [fields(value), ...inner]
}

const says = (isWrong: boolean, refusal: string): ReadonlyArray<string> => (isWrong ? [refusal] : [])

const callsOf = (message: Fields) => list(message["tool_calls"])

const chatTools = (body: Fields) => list(body["tools"]).map((tool) => fields(fields(tool["function"])["parameters"]))

/** Parameters of a tool as OpenAI and servers like it want them. */
const toolSchema = (schema: Fields): ReadonlyArray<string> => [
  ...says(schema["type"] !== "object", "schema must be a JSON Schema of 'type: \"object\"'"),
  ...says(!("properties" in schema), "object schema missing properties"),
  ...says(
    within(schema).some((one) => one["type"] === "array" && !("items" in one)),
    "array schema missing items"
  )
]

/** What OpenAI says of a schema that it should hold a call to. */
const strictSchema = (schema: Fields): ReadonlyArray<string> => {
  const { $defs, $ref, additionalProperties, anyOf, format, items, properties, required, type } = schema
  const names = Object.keys(fields(properties))
  const isWhole = Array.isArray(required) && names.every((name) => required.includes(name))
  const inner = [...Object.values(fields(properties)), ...Object.values(fields($defs)), ...list(anyOf)].map(fields)
  return [
    ...says($ref !== undefined && Object.keys(schema).length > 1, "$ref cannot have keywords"),
    ...says($ref === undefined && type === undefined && anyOf === undefined, "schema must have a 'type' key"),
    ...says(type === "object" && additionalProperties !== false, "'additionalProperties' is required to be false"),
    ...says(format === "uri", "'uri' is not a valid format"),
    ...says(type === "object" && !isWhole, "'required' is required to be an array including every key"),
    ...[...inner, ...(items === undefined ? [] : [fields(items)])].flatMap(strictSchema)
  ]
}

const mediaIn = (body: Fields): ReadonlyArray<string> =>
  [...JSON.stringify(body).matchAll(/"data:([\w.+-]+\/[\w.+-]+);base64,/g)].map(([, type = ""]) => type)

type Check = (body: Fields) => ReadonlyArray<string>

const chat: Check = (body) => {
  const messages = list(body["messages"])
  return [
    ...checkHistory("chat-completions", body),
    ...says(messages.filter(({ role }) => role === "system").length > 1, "System message must be at the beginning."),
    ...says(
      messages.some(({ content, role }) => role === "tool" && !/^[^[]/.test(text(content))),
      "tool content must be a text"
    ),
    ...says(
      !["undefined", "low", "medium", "high"].includes(String(body["reasoning_effort"])),
      "reasoning_effort must be low, medium or high"
    ),
    ...chatTools(body).flatMap(toolSchema)
  ]
}

const mistral: Check = (body) => {
  const messages = list(body["messages"])
  const ids = messages.flatMap((message) => [
    ...callsOf(message).map(({ id }) => text(id)),
    ...(message["role"] === "tool" ? [text(message["tool_call_id"])] : [])
  ])
  return [
    ...checkHistory("chat-completions", body),
    ...ids.flatMap((id) =>
      says(!/^[a-zA-Z0-9]{9}$/.test(id), `Tool call id was ${id} but must be a-z, A-Z, 0-9, with a length of 9.`)
    ),
    ...messages.flatMap(({ content }) =>
      says(
        list(content).some(({ type }) => type === "thinking") && !/magistral/.test(text(body["model"])),
        "Reasoning content is not supported by this model"
      )
    ),
    ...messages.flatMap(({ role }, index) =>
      says(role === "user" && messages[index - 1]?.["role"] === "tool", "Unexpected role 'user' after role 'tool'")
    )
  ]
}

/** What thinks must see its reasoning with each call, and is sampled in one way only. */
const kimi: Check = (body) => {
  const schemas = list(body["tools"]).flatMap(within)
  const isOff = fields(body["thinking"])["type"] === "disabled"
  return [
    ...list(body["messages"]).flatMap((message, index) =>
      says(
        /thinking|k2\.[5-9]/.test(text(body["model"])) &&
          callsOf(message).length > 0 &&
          text(message["reasoning_content"]) === "",
        `thinking is enabled but reasoning_content is missing in assistant tool call message at index ${index}`
      )
    ),
    ...says(
      /thinking|k2\.[5-9]/.test(text(body["model"])) && body["temperature"] !== (isOff ? 0.6 : 1),
      `invalid temperature: only ${isOff ? 0.6 : 1} is allowed for this model`
    ),
    ...says(
      schemas.some((one) => "$ref" in one && Object.keys(one).length > 1),
      "when using $ref, other keywords must be defined in the referenced schema"
    ),
    ...says(
      schemas.some((one) => "anyOf" in one && "type" in one),
      "when using anyOf, type should be defined in anyOf items instead of the parent schema"
    )
  ]
}

const geminiKeywords =
  /^(\$(id|defs|ref|anchor)|type|format|title|description|enum|(prefixI|i)tems|(min|max)(Items|imum)|(any|one)Of|properties|additionalProperties|required)$/

const geminiSchema = (schema: Fields): ReadonlyArray<string> => [
  ...says(
    "$ref" in schema && Object.keys(schema).some((name) => name !== "$ref" && name !== "description"),
    "$ref was set alongside unsupported fields"
  ),
  ...Object.keys(schema).flatMap((name) => says(!geminiKeywords.test(name), `Unknown name "${name}"`)),
  ...(Array.isArray(schema["enum"]) ? schema["enum"] : []).flatMap((value) =>
    says(typeof value !== "string", "enum: only allowed for STRING type")
  ),
  ...(Array.isArray(schema["required"]) ? schema["required"] : []).flatMap((name) =>
    says(!(String(name) in fields(schema["properties"])), `required[0]: property is not defined`)
  ),
  ...says(schema["type"] === "array" && schema["items"] === undefined, "items: missing field"),
  ...Object.values(fields(schema["properties"])).flatMap((inner) => geminiSchema(fields(inner))),
  ...(schema["items"] === undefined ? [] : geminiSchema(fields(schema["items"])))
]

const google: Check = (body) =>
  list(body["tools"]).flatMap((tool) =>
    list(tool["functionDeclarations"]).flatMap((one) => {
      const schema = fields(one["parametersJsonSchema"])
      const known = Object.keys(fields(schema["$defs"])).map((name) => `#/$defs/${name}`)
      const named = within(schema).flatMap((inner) => ("$ref" in inner ? [text(inner["$ref"])] : []))
      return [
        ...geminiSchema(schema),
        ...named.flatMap((name) => says(!known.includes(name), `reference to undefined schema ${name}`))
      ]
    })
  )

/** Google's chat completions. */
const gemini: Check = (body) =>
  list(body["messages"]).flatMap((message) => {
    const [first] = callsOf(message)
    const signature = fields(fields(first?.["extra_content"])["google"])["thought_signature"]
    return says(first !== undefined && text(signature) === "", "Function call is missing a thought_signature")
  })

const claudeSigned = /^claude-/

const claudeContent = (blocks: ReadonlyArray<Fields>): ReadonlyArray<string> => {
  const call = blocks.findIndex((block) => block["type"] === "tool_use" || "toolUse" in block)
  return says(
    call >= 0 && blocks.slice(call).some((block) => block["type"] === "text" || "text" in block),
    "`tool_use` ids were found without `tool_result` blocks immediately after"
  )
}

const anthropic: Check = (body) => {
  const messages = list(body["messages"])
  const blocks = messages.flatMap(({ content }) => list(content))
  const thinking = blocks.filter((block) => block["type"] === "thinking")
  const last = list(messages.findLast(({ role }) => role === "assistant")?.["content"])
  const isThinking = fields(body["thinking"])["type"] === "enabled"
  return [
    ...checkHistory("anthropic", body),
    ...thinking.flatMap(({ signature }) =>
      says(!claudeSigned.test(text(signature)), "Invalid `signature` in `thinking` block")
    ),
    ...says(
      isThinking && last[0]?.["type"] === "tool_use",
      "Expected `thinking` or `redacted_thinking`, but found `tool_use`"
    ),
    ...list(body["tools"]).flatMap((tool) =>
      says(
        /^(any|one|all)Of$/m.test(Object.keys(fields(tool["input_schema"])).join("\n")),
        "input_schema does not support oneOf, allOf, or anyOf at the top level"
      )
    ),
    ...messages.flatMap(({ content, role }) => (role === "assistant" ? claudeContent(list(content)) : [])),
    ...says(
      body["max_tokens"] !== undefined && !JSON.stringify(body).includes("cache_control"),
      "nothing would be cached"
    )
  ]
}

const bedrock: Check = (body) => {
  const messages = list(body["messages"])
  const blocks = messages.flatMap(({ content }) => list(content))
  const isSigned = (block: Fields) =>
    claudeSigned.test(text(fields(fields(block["reasoningContent"])["reasoningText"])["signature"]))
  const toolTexts = blocks.flatMap((block) => list(fields(block["toolResult"])["content"]))
  return [
    ...says(
      [...blocks, ...toolTexts].some((block) => "text" in block && text(block["text"]).trim() === ""),
      "The text field in the ContentBlock object is blank."
    ),
    ...blocks.flatMap((block) =>
      says("reasoningContent" in block && !isSigned(block), "Invalid `signature` in `thinking` block")
    ),
    ...messages.flatMap(({ content, role }) => (role === "assistant" ? claudeContent(list(content)) : []))
  ]
}

const responses: Check = (body) => {
  const input = list(body["input"])
  return [
    ...checkHistory("responses", body),
    ...input.flatMap((item) =>
      says(
        item["type"] === "reasoning" && !text(item["encrypted_content"]).startsWith("gpt-"),
        "The encrypted content could not be verified."
      )
    ),
    ...says(body["store"] !== false, "the answer would be stored"),
    ...says(typeof body["prompt_cache_key"] !== "string", "no cache is named"),
    ...list(body["tools"]).flatMap((tool) => {
      const schema = fields(tool["parameters"])
      const refusals = strictSchema(schema)
      return [
        ...toolSchema(schema),
        // Said or not: only what is strict is taken as such, and only false is not.
        ...(tool["strict"] === false ? says(refusals.length === 0, "a tool that may be strict is not") : refusals)
      ]
    })
  ]
}

const litellm: Check = (body) => [
  ...chat(body),
  ...says(
    list(body["messages"]).some((message) => callsOf(message).length > 0) && list(body["tools"]).length === 0,
    "Anthropic expects the `tools=` param to be passed in."
  )
]

const openrouter: Check = (body) => [
  ...says(fields(body["usage"])["include"] !== true, "nobody is told what it cost"),
  ...says("reasoning_effort" in body, "reasoning_effort is not supported by this model"),
  ...says("effort" in fields(body["reasoning"]) && fields(body["reasoning"])["effort"] === "max", "no such effort")
]

/** Groq's and others' chat completions take no field that they do not know. */
const narrow: Check = (body) => [
  ...chat(body),
  ...Object.keys(body).flatMap((name) =>
    says(/^(enable_thinking|thinking)$/.test(name), `property '${name}' is unsupported`)
  ),
  ...list(body["messages"]).flatMap((message) =>
    says("reasoning_content" in message || "reasoning" in message, "property 'reasoning' is unsupported")
  )
]

const alternating: Check = (body) => [
  ...chat(body),
  ...list(body["messages"]).flatMap(({ role }, index, all) =>
    says(role === "user" && all[index - 1]?.["role"] === "user", "user and assistant messages should alternate")
  )
]

const xai: Check = (body) => [
  ...mediaIn(body).flatMap((type) =>
    says(!/^image\/(jpeg|png|webp)$/.test(type), `Unsupported content-type encountered: ${type}`)
  ),
  ...says(body["store"] !== false, "the answer would be stored"),
  ...list(body["input"]).flatMap((item) =>
    says(item["type"] === "reasoning" && text(item["encrypted_content"]) === "", `Item ${text(item["id"])} not found`)
  )
]

/** By the first piece of the path. */
const refusals: Readonly<Record<string, Check>> = {
  chat,
  mistral,
  kimi,
  google,
  gemini,
  anthropic,
  bedrock,
  responses,
  litellm,
  openrouter,
  alternating,
  narrow,
  xai,
  /** Takes anything; a case looks for itself. */
  any: () => []
}

export interface Received {
  readonly path: string
  readonly body: Fields
  /** What the API would have said against it. */
  readonly refused: ReadonlyArray<string>
}

export interface Strict {
  readonly url: string
  readonly received: ReadonlyArray<Received>
}

const readBody = async (message: Http.IncomingMessage): Promise<Fields> => {
  const pieces: Array<Buffer> = []
  // Without an encoding the pieces of a request are buffers.
  for await (const piece of message) pieces.push(piece as Buffer)
  return fields(JSON.parse(Buffer.concat(pieces).toString("utf8")))
}

/** Answers 400 with its refusals, or an empty stream. */
export const serve: Effect.Effect<Strict, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(async () => {
    const received: Array<Received> = []
    const handle = async (message: Http.IncomingMessage, response: Http.ServerResponse) => {
      const body = await readBody(message)
      const path = message.url ?? ""
      const refused = refusals[path.split("/")[1] ?? ""]?.(body) ?? [`nothing at ${path}`]
      received.push({ path, body, refused })
      const isTaken = refused.length === 0
      response.writeHead(isTaken ? 200 : 400, { "content-type": isTaken ? "text/event-stream" : "application/json" })
      response.end(isTaken ? "" : JSON.stringify({ error: { message: refused.join("; ") } }))
    }
    const server = Http.createServer((message, response) => void handle(message, response))
    await new Promise<void>((resume) => server.listen(0, "127.0.0.1", () => resume()))
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return { url: `http://127.0.0.1:${port}`, received, server }
  }),
  ({ server }) =>
    Effect.promise(
      () =>
        new Promise<void>((resume) => {
          server.close(() => resume())
          server.closeAllConnections()
        })
    )
)
