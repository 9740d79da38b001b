/** The rules of Anthropic's Messages API for a history. */
import { array, type Fields, fields, isBlank, repeated, text, wrongNames } from "./json.ts"

const blocksOf = (message: Fields): ReadonlyArray<Fields> =>
  typeof message["content"] === "string"
    ? [{ type: "text", text: message["content"] }]
    : array(message["content"]).map(fields)

const of = (message: Fields | undefined, type: string): ReadonlyArray<Fields> =>
  message === undefined ? [] : blocksOf(message).filter((block) => block["type"] === type)

const callIds = (message: Fields | undefined): ReadonlyArray<string> =>
  message?.["role"] === "assistant" ? of(message, "tool_use").map((block) => text(block["id"])) : []

const resultIds = (message: Fields | undefined): ReadonlyArray<string> =>
  message?.["role"] === "user" ? of(message, "tool_result").map((block) => text(block["tool_use_id"])) : []

const checkContent = (message: Fields, at: string): ReadonlyArray<string> => {
  const role = text(message["role"])
  const blocks = blocksOf(message)
  return [
    ...(role === "user" || role === "assistant" ? [] : [`${at}: role "${role}" is not valid`]),
    ...(blocks.length === 0 ? [`${at}: the message is empty`] : []),
    ...blocks.flatMap((block) => (block["type"] === "text" && isBlank(block["text"]) ? [`${at}: a text is empty`] : []))
  ]
}

/** Every call has its result at the beginning of the next message, in the same order, and nothing else has one. */
const checkCalls = (previous: Fields | undefined, message: Fields | undefined, at: string): ReadonlyArray<string> => {
  const calls = callIds(previous)
  const results = resultIds(message)
  const leading = message === undefined ? [] : blocksOf(message).slice(0, results.length)
  const missing = calls.filter((id) => !results.includes(id))
  const strange = results.filter((id) => !calls.includes(id))
  const inOrder = missing.length + strange.length > 0 || results.every((id, index) => id === calls[index])
  return [
    ...missing.map((id) => `${at}: call ${id} has no result`),
    ...strange.map((id) => `${at}: the result for ${id} has no call before it`),
    ...repeated(results).map((id) => `${at}: call ${id} has more than one result`),
    ...(inOrder ? [] : [`${at}: the results are not in the order of the calls`]),
    ...(leading.every((block) => block["type"] === "tool_result")
      ? []
      : [`${at}: a result stands behind other content`])
  ]
}

/** What the API would refuse, in words; nothing when the history is valid. */
export const check = (messages: ReadonlyArray<Fields>): ReadonlyArray<string> => [
  ...(messages[0]?.["role"] === "user" ? [] : ["message 0: the first message is not the user's"]),
  ...repeated(messages.flatMap(callIds)).map((id) => `call id ${id} is used more than once`),
  ...messages
    .flatMap(callIds)
    .filter((id) => !/^[a-zA-Z0-9_-]+$/.test(id))
    .map((id) => `call id "${id}" holds characters that are not allowed`),
  ...wrongNames(messages.flatMap((message) => of(message, "tool_use").map((block) => text(block["name"])))),
  ...messages.flatMap((message, index) => [
    ...checkContent(message, `message ${index}`),
    ...checkCalls(messages[index - 1], message, `message ${index}`)
  ]),
  ...checkCalls(messages.at(-1), undefined, "the end")
]
