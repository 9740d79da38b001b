/** What the demo reads of a request in Anthropic's wire format. */

type Fields = Readonly<Record<string, unknown>>

const fields = (value: unknown): Fields =>
  // An object may be looked into by key; what is found is checked where it is used.
  typeof value === "object" && value !== null ? (value as Fields) : {}

const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/** The text of a content: a text itself, or blocks that hold texts. */
const textOf = (content: unknown): string =>
  typeof content === "string"
    ? content
    : list(content)
        .map((block) => {
          const { content, text } = fields(block)
          return typeof text === "string" ? text : textOf(content)
        })
        .join("\n")

const blocksOf = (content: unknown): ReadonlyArray<Fields> =>
  typeof content === "string" ? [{ type: "text", text: content }] : list(content).map(fields)

const lastBlocks = (body: Fields): ReadonlyArray<Fields> => blocksOf(fields(list(body["messages"]).at(-1))["content"])

/** All text of the system and the messages. */
export const allText = (body: Fields): string =>
  [textOf(body["system"]), ...list(body["messages"]).map((message) => textOf(fields(message)["content"]))].join("\n")

/** The results that the last message brings: what the call before it gave. */
export const lastResults = (body: Fields): string =>
  lastBlocks(body)
    .filter((block) => block["type"] === "tool_result")
    .map((block) => textOf(block["content"]))
    .join("\n")

/** What a person says in the last message, in blocks of its own; notes are the runtime's. */
export const lastSaid = (body: Fields): ReadonlyArray<string> =>
  fields(list(body["messages"]).at(-1))["role"] === "user"
    ? lastBlocks(body)
        .filter((block) => block["type"] === "text")
        .map(textOfBlock)
        .filter((text) => !text.startsWith("<note"))
    : []

const textOfBlock = (block: Fields): string => textOf([block])

/** The names of the tools that the model is offered. */
export const toolNames = (body: Fields): ReadonlyArray<string> =>
  list(body["tools"]).map((tool) => String(fields(tool)["name"]))

/** A block as the model reads it, and whether a mark for the cache stands behind it. */
export interface Block {
  readonly text: string
  readonly isMarked: boolean
}

const blockOf = (role: string, value: unknown): Block => {
  const { cache_control: mark, ...rest } = fields(value)
  return { text: JSON.stringify([role, rest]), isMarked: mark !== undefined }
}

/** Everything in the order in which the model reads it. */
export const blocks = (body: Fields): ReadonlyArray<Block> => [
  ...list(body["tools"]).map((tool) => blockOf("tools", tool)),
  ...blocksOf(body["system"]).map((block) => blockOf("system", block)),
  ...list(body["messages"]).flatMap((message) => {
    const { content, role } = fields(message)
    return blocksOf(content).map((block) => blockOf(String(role), block))
  })
]
