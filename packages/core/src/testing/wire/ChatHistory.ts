/** The rules of chat completions for a history. */
import { array, type Fields, fields, isBlank, repeated, text, wrongNames } from "./json.ts"

const roles = new Set(["system", "developer", "user", "assistant", "tool"])

const callIds = (message: Fields): ReadonlyArray<string> =>
  message["role"] === "assistant" ? array(message["tool_calls"]).map((call) => text(fields(call)["id"])) : []

const checkContent = (message: Fields, at: string): ReadonlyArray<string> => {
  const { content, role: given } = message
  const role = text(given)
  const blanks = array(content)
    .map(fields)
    .filter((part) => part["type"] === "text" && isBlank(part["text"]))
  // A result may be empty, and so may the text beside a call.
  const mayBeEmpty = role === "tool" || array(message["tool_calls"]).length > 0
  const isEmpty = Array.isArray(content) ? content.length === 0 : isBlank(content)
  return [
    ...(roles.has(role) ? [] : [`${at}: role "${role}" is not valid`]),
    ...(isEmpty && !mayBeEmpty ? [`${at}: the message is empty`] : []),
    ...blanks.map(() => `${at}: a text is empty`)
  ]
}

/** The results that stand right after a message. */
const resultsAfter = (messages: ReadonlyArray<Fields>, index: number): ReadonlyArray<string> => {
  const rest = messages.slice(index + 1)
  const other = rest.findIndex((message) => message["role"] !== "tool")
  return rest.slice(0, other === -1 ? rest.length : other).map((message) => text(message["tool_call_id"]))
}

const checkCalls = (messages: ReadonlyArray<Fields>, index: number): ReadonlyArray<string> => {
  const message = messages[index]
  if (message === undefined || message["role"] === "tool") return []
  const at = `message ${index}`
  const calls = callIds(message)
  const results = resultsAfter(messages, index)
  const missing = calls.filter((id) => !results.includes(id))
  const strange = results.filter((id) => !calls.includes(id))
  const inOrder = missing.length + strange.length > 0 || results.every((id, place) => id === calls[place])
  return [
    ...missing.map((id) => `${at}: call ${id} has no result`),
    ...strange.map((id) => `${at}: the result for ${id} has no call before it`),
    ...repeated(results).map((id) => `${at}: call ${id} has more than one result`),
    ...(inOrder ? [] : [`${at}: the results are not in the order of the calls`])
  ]
}

/** What the API would refuse, in words; nothing when the history is valid. */
export const check = (messages: ReadonlyArray<Fields>): ReadonlyArray<string> => [
  ...(messages[0]?.["role"] === "tool" ? ["message 0: a result stands first"] : []),
  ...repeated(messages.flatMap(callIds)).map((id) => `call id ${id} is used more than once`),
  ...wrongNames(
    messages
      .flatMap((message) => array(message["tool_calls"]))
      .map((call) => text(fields(fields(call)["function"])["name"]))
  ),
  ...messages.flatMap((message, index) => [
    ...checkContent(message, `message ${index}`),
    ...checkCalls(messages, index)
  ])
]
