// What providers demand of a history, checked on our own messages (I2), and what must not change between requests (I3).
import type { ModelMessage, ModelRequest } from "../../src/model/ModelRequest.ts"

type Content = ModelMessage["content"][number]

const isEmptyText = (content: Content): boolean => content.type === "text" && content.text.trim() === ""

const isBroken = (value: unknown): boolean => {
  if (typeof value === "string") return !value.isWellFormed()
  if (typeof value !== "object" || value === null) return false
  return Object.entries(value).some(([key, inner]) => isBroken(key) || isBroken(inner))
}

const problemsOf = (message: ModelMessage, next: ModelMessage | undefined, at: number): ReadonlyArray<string> => {
  const where = `message ${at}`
  const calls = message.role === "assistant" ? message.content.filter((content) => content.type === "call") : []
  const results = next?.role === "tool" ? next.content : []
  const wanted = calls.map((call) => call.id).join()
  const given = results.map((result) => result.id).join()
  return [
    ...(["user", "assistant", "tool"].includes(message.role) ? [] : [`${where}: role ${message.role}`]),
    ...(message.content.length === 0 ? [`${where}: it is empty`] : []),
    ...(message.content.some(isEmptyText) ? [`${where}: a text is empty`] : []),
    ...(message.content.some(isBroken) ? [`${where}: half a character`] : []),
    ...(calls.length > 0 && wanted !== given ? [`${where}: calls ${wanted}, results ${given}`] : []),
    ...(message.role === "assistant" && calls.length === 0 && results.length > 0
      ? [`${where}: results of no calls`]
      : []),
    ...(message.role === "user" && results.length > 0 ? [`${where}: results after a user message`] : []),
    ...(message.role === "tool" && results.length > 0 ? [`${where}: two messages of results`] : []),
    ...(message.role === "tool" && message.content.some((content) => content.output.trim() === "")
      ? [`${where}: a result is empty`]
      : [])
  ]
}

/** What a provider would refuse; empty when the history is valid. */
export const problems = (messages: ReadonlyArray<ModelMessage>): ReadonlyArray<string> => {
  const ids = messages.flatMap((message) =>
    message.role === "assistant"
      ? message.content.flatMap((content) => (content.type === "call" ? [content.id] : []))
      : []
  )
  return [
    ...(messages[0]?.role === "tool" ? ["message 0: results of no calls"] : []),
    ...messages.flatMap((message, index) => problemsOf(message, messages[index + 1], index)),
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `call id ${id} is used twice`)
  ]
}

/** What the model reads of a request, piece by piece. */
const pieces = ({ messages, system, tools }: ModelRequest): ReadonlyArray<string> => [
  ...tools.map((tool) => JSON.stringify(tool)),
  ...system,
  ...messages.map((message) => JSON.stringify(message))
]

/** Does each request begin with all of the one before it? */
export const arePrefixes = (requests: ReadonlyArray<ModelRequest>): boolean =>
  requests.every((request, index) => {
    const before = requests[index - 1]
    if (before === undefined) return true
    const now = pieces(request)
    return pieces(before).every((piece, at) => piece === now[at])
  })
