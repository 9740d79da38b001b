/**
 * Reads what goes over the wire to a model: the blocks of a request (I3), and whether its history is valid (I2).
 *
 * This is the one place that knows how the wires spell a request.
 */
import { canonicalJson } from "../internal/canonicalJson.ts"
import { array, fields, type Fields, text } from "./wire/json.ts"
import * as AnthropicHistory from "./wire/AnthropicHistory.ts"
import * as ChatHistory from "./wire/ChatHistory.ts"
import * as ResponsesHistory from "./wire/ResponsesHistory.ts"

/** The wire formats that the kit knows. */
export type Wire = "anthropic" | "responses" | "chat-completions"

/** Marks move from request to request and change nothing that the model reads. */
const withoutMark = (value: unknown): unknown => {
  const { cache_control: _, ...rest } = fields(value)
  return rest
}

const block = (role: string, value: unknown): string => canonicalJson({ role, block: value })

const textBlocks = (content: unknown): ReadonlyArray<unknown> =>
  typeof content === "string" ? (content === "" ? [] : [{ type: "text", text: content }]) : array(content)

const anthropicBlock = (value: unknown): unknown => {
  const content = fields(value)["content"]
  const clean = fields(withoutMark(value))
  return Array.isArray(content) ? { ...clean, content: content.map(withoutMark) } : clean
}

const anthropic = (body: Fields): ReadonlyArray<string> => [
  ...array(body["tools"]).map((tool) => block("tools", withoutMark(tool))),
  ...textBlocks(body["system"]).map((value) => block("system", withoutMark(value))),
  ...array(body["messages"]).flatMap((message) => {
    const { content, role } = fields(message)
    return textBlocks(content).map((value) => block(text(role), anthropicBlock(value)))
  })
]

const chatMessage = (message: Fields): ReadonlyArray<string> => {
  const { content, reasoning_content: reasoning, role: given, tool_calls: calls, ...rest } = message
  const role = text(given)
  if (role === "tool") return [block(role, { ...rest, content })]
  return [
    ...(text(reasoning) === "" ? [] : [block(role, { type: "reasoning", text: reasoning })]),
    ...textBlocks(content).map((value) => block(role, withoutMark(value))),
    ...array(calls).map((call) => block(role, call))
  ]
}

const chat = (body: Fields): ReadonlyArray<string> => [
  ...array(body["tools"]).map((tool) => block("tools", withoutMark(tool))),
  ...array(body["messages"]).flatMap((message) => chatMessage(fields(message)))
]

/** Calls, results and reasoning are items of their own beside the messages. */
const responsesItem = (item: Fields): ReadonlyArray<string> => {
  const { content, role, type = "message" } = item
  if (type !== "message") return [block(text(type), item)]
  return textBlocks(content).map((value) => block(text(role), value))
}

const instructions = (body: Fields): ReadonlyArray<string> =>
  text(body["instructions"]) === "" ? [] : [block("system", { type: "text", text: body["instructions"] })]

const responses = (body: Fields): ReadonlyArray<string> => [
  ...array(body["tools"]).map((tool) => block("tools", tool)),
  ...instructions(body),
  ...array(body["input"]).flatMap((item) => responsesItem(fields(item)))
]

const renderers: Readonly<Record<Wire, (body: Fields) => ReadonlyArray<string>>> = {
  anthropic,
  responses,
  "chat-completions": chat
}

/** The blocks of a request in the order in which the model reads them, as canonical JSON each; message borders do not count. */
export const render = (wire: Wire, body: unknown): ReadonlyArray<string> => renderers[wire](fields(body))

/** Does `longer` begin with all of `prefix`? */
export const isPrefix = (prefix: ReadonlyArray<string>, longer: ReadonlyArray<string>): boolean =>
  prefix.length <= longer.length && prefix.every((value, index) => value === longer[index])

/** What in a request's history the provider would refuse; empty when it is valid. */
export const checkHistory = (wire: Wire, body: unknown): ReadonlyArray<string> => {
  const { input, messages, store } = fields(body)
  const items = array(wire === "responses" ? input : messages).map(fields)
  if (items.length === 0) return ["there is no message"]
  if (wire === "responses") return ResponsesHistory.check(items, store !== false)
  return wire === "anthropic" ? AnthropicHistory.check(items) : ChatHistory.check(items)
}
