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

/** All text of the system and the messages. */
export const allText = (body: Fields): string =>
  [textOf(body["system"]), ...list(body["messages"]).map((message) => textOf(fields(message)["content"]))].join("\n")

/** The results that the last message brings: what the call before it gave. */
export const lastResults = (body: Fields): string =>
  list(fields(list(body["messages"]).at(-1))["content"])
    .map(fields)
    .filter((block) => block["type"] === "tool_result")
    .map((block) => textOf(block["content"]))
    .join("\n")

/** The names of the tools that the model is offered. */
export const toolNames = (body: Fields): ReadonlyArray<string> =>
  list(body["tools"]).map((tool) => String(fields(tool)["name"]))
