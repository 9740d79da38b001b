/**
 * Builds the request from the folded state. Pure: the same log gives the same request.
 *
 * Messages of finished entries are made once and are the same objects in every
 * later request, so the layers below can keep what they made of them, and a
 * step costs what is new, not what is old.
 */
import { Hash, type Schema } from "effect"
import type { CachePlan, FileContent, ModelMessage, ModelRequest } from "../model/ModelRequest.ts"
import type { Call, FilePart, InputPart, OutputPart } from "../schema/Part.ts"
import { type CallItem, type Entry, missingResult } from "../session/History.ts"
import type { SessionState } from "../session/SessionState.ts"
import type { EpochTexts } from "./Epoch.ts"

type UserContent = Extract<ModelMessage, { role: "user" }>["content"][number]
type AssistantContent = Extract<ModelMessage, { role: "assistant" }>["content"][number]
type ResultContent = Extract<ModelMessage, { role: "tool" }>["content"][number]

/** A request, and a fingerprint of everything in it that the model reads. */
export interface Built {
  readonly request: ModelRequest
  readonly fingerprint: string
}

/** Gives the request for a state. What it remembers only saves work: a new one gives the same. */
export interface ContextBuilder {
  readonly build: (state: SessionState, texts: EpochTexts) => Built
}

/** What was made of the first `length` entries of a history. */
interface Rendered {
  readonly length: number
  readonly messages: ReadonlyArray<ModelMessage>
  readonly hash: number
}

const nothing: Rendered = { length: 0, messages: [], hash: 0 }

/** Makes a builder; it remembers what it made of a history for as long as the history lives. */
export const make = (): ContextBuilder => {
  const rendered = new WeakMap<object, Rendered>()
  const texts = new WeakMap<EpochTexts, number>()

  /** Goes on where it ended last time: what stands in a history is never changed, only appended to. */
  const render = (history: SessionState["history"]): Rendered => {
    const before = rendered.get(history.identity) ?? nothing
    const known = before.length <= history.length ? before : nothing
    if (known.length === history.length && known.length > 0) return known
    const messages = known.messages.slice()
    let { hash } = known
    for (let index = known.length; index < history.length; index++) {
      const entry = history.at(index)
      if (entry === undefined) continue
      const made = messagesOf(entry)
      hash = Hash.combine(Hash.string(JSON.stringify(made)))(hash)
      messages.push(...made)
    }
    const next = { length: history.length, messages, hash }
    rendered.set(history.identity, next)
    return next
  }

  const hashTexts = (epoch: EpochTexts): number => {
    const known = texts.get(epoch)
    if (known !== undefined) return known
    const hash = Hash.string(JSON.stringify(epoch))
    texts.set(epoch, hash)
    return hash
  }

  return {
    build: (state, epoch) => {
      const { hash, messages } = render(state.history)
      const request: ModelRequest = {
        session: state.session,
        model: state.epoch?.model ?? { provider: "none", model: "none" },
        system: epoch.system,
        tools: epoch.tools,
        messages,
        cache: planCache(messages)
      }
      const whole = Hash.combine(hash)(hashTexts(epoch)) >>> 0
      return { request, fingerprint: `${whole.toString(16).padStart(8, "0")}.${messages.length}` }
    }
  }
}

/** Breakpoints after the tools, after the system text, and after the last two messages. */
const planCache = (messages: ReadonlyArray<ModelMessage>): CachePlan => ({
  tools: true,
  system: true,
  messages: messages.length < 2 ? [0] : [messages.length - 2, messages.length - 1]
})

/** Half a character is no valid JSON text to a provider, and whatever comes from outside can hold one. */
const userText = (text: string): ModelMessage => ({
  role: "user",
  content: [{ type: "text", text: text.toWellFormed() }]
})

const messagesOf = (entry: Entry): ReadonlyArray<ModelMessage> => {
  switch (entry.type) {
    case "input": {
      const content = entry.parts.flatMap(inputContent)
      return content.length === 0 ? [] : [{ role: "user", content }]
    }
    case "note":
      return [userText(`<note kind="${entry.kind}">\n${entry.text}\n</note>`)]
    case "summary":
      return [userText(`<note kind="summary">\n${entry.text}\n</note>`)]
    case "step":
      return stepMessages(entry)
  }
}

const inputContent = (part: InputPart): ReadonlyArray<UserContent> => {
  if (part.type === "text") return part.text.trim() === "" ? [] : [{ type: "text", text: part.text.toWellFormed() }]
  return [fileContent(part)]
}

/** Half characters are mended everywhere: a provider would refuse the request, and with it every later one. */
const fileContent = (part: Omit<FilePart, "id" | "type">): UserContent => {
  const { source } = part
  const mediaType = part.mediaType.toWellFormed()
  const name = part.name?.toWellFormed()
  const named = name === undefined ? {} : { name }
  switch (source.type) {
    case "url":
      return { type: "file", mediaType, ...named, data: { type: "url", url: source.url.toWellFormed() } }
    case "base64":
      return { type: "file", mediaType, ...named, data: { type: "base64", base64: source.data.toWellFormed() } }
    case "blob":
      return { type: "text", text: `[${name ?? "A file"} (${mediaType}) is stored as ${source.hash}.]` }
  }
}

/** The answer, then the results of its calls in call order. A step that said nothing gives no message. */
const stepMessages = ({ items, model }: Extract<Entry, { type: "step" }>): ReadonlyArray<ModelMessage> => {
  const said: Array<AssistantContent> = []
  const results: Array<ResultContent> = []
  const hasCalls = items.some((item) => item.type === "call")
  for (const item of items) {
    if (item.type === "part") said.push(...outputContent(item.part))
    else {
      said.push(callContent(item.call))
      results.push(resultContent(item))
    }
  }
  const speaks = said.some((content) => content.type !== "reasoning")
  if (!speaks && !hasCalls) return []
  const by = model === undefined ? {} : { from: model }
  const answer: ModelMessage = { role: "assistant", content: said, ...by }
  return results.length === 0 ? [answer] : [answer, { role: "tool", content: results, ...by }]
}

const outputContent = (part: OutputPart): ReadonlyArray<AssistantContent> => {
  const provider = part.provider === undefined ? {} : { provider: part.provider }
  switch (part.type) {
    case "text":
      return part.text.trim() === "" ? [] : [{ type: "text", text: part.text.toWellFormed(), ...provider }]
    case "reasoning":
      // What was cut has no signature, and providers refuse reasoning without one.
      return part.interrupted === true || (part.text === "" && part.provider === undefined)
        ? []
        : [{ type: "reasoning", text: part.text.toWellFormed(), ...provider }]
    case "file": {
      const content = fileContent(part)
      return isFile(content) ? [content] : []
    }
    case "source":
      return []
  }
}

/** Our own id is unique in the request whatever the provider repeats; only calls that the provider runs must keep theirs. */
const requestId = (call: Call): string => (call.hosted === true ? call.providerCallId : call.id)

const callContent = (call: Call): AssistantContent => ({
  type: "call",
  id: requestId(call),
  tool: call.tool,
  input: call.input.type === "json" && isObject(call.input.value) ? wellFormed(call.input.value) : {},
  ...(call.hosted === true ? { hosted: true } : {}),
  ...(call.provider === undefined ? {} : { provider: call.provider })
})

const wellFormed = (value: Schema.Json): Schema.Json => {
  if (typeof value === "string") return value.toWellFormed()
  if (Array.isArray(value)) return value.map(wellFormed)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toWellFormed(), wellFormed(inner)]))
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value)

const isFile = (content: UserContent): content is FileContent => content.type === "file"

const resultContent = (item: CallItem): ResultContent => {
  const { call, result = missingResult(item) } = item
  const attached = (result.attachments ?? []).map(fileContent)
  // What cannot be sent is said: a silent gap misleads the model.
  const remarks = attached.flatMap((content) => (content.type === "text" ? [content.text] : []))
  const files = attached.filter(isFile)
  return {
    type: "result",
    id: requestId(call),
    tool: call.tool,
    output: [result.output.trim() === "" ? "(no output)" : result.output, ...remarks].join("\n").toWellFormed(),
    failed: result.status !== "completed",
    ...(call.hosted === true ? { hosted: true } : {}),
    ...(files.length === 0 ? {} : { attachments: files })
  }
}
