/** Reasoning that goes back to the model that made it, each in its own form. */
import type { ModelMessage, ReasoningContent } from "@rein/core/model/ModelRequest"
import type { ProviderData } from "@rein/core/schema/Part"
import type { ModelRef } from "@rein/core/schema/ModelRef"
import type { Schema } from "effect"
import { isForeign, wantsReasoning } from "./Foreign.ts"
import { isClaude, speaksAnthropic, speaksBedrock, speaksChat } from "./Models.ts"
import { mapAssistant, type Rule, type Settings, type Target } from "./Rule.ts"

/** What providers have said under this name in the data of a part, each under its own key. */
const said = ({ provider = {} }: { readonly provider?: ProviderData }, name: string): ReadonlyArray<string> =>
  Object.values(provider).flatMap((data) => {
    const value = isFields(data) ? data[name] : undefined
    return typeof value === "string" && value !== "" ? [value] : []
  })

/** May it be looked into by name? A list may not. */
export const isFields = (value: Schema.Json | undefined): value is { readonly [name: string]: Schema.Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A signature, or what stands for it where even the text is hidden. */
const proofs = ["signature", "redactedData", "redactedContent"]

const isSigned = (part: ReasoningContent): boolean => proofs.some((name) => said(part, name).length > 0)

const speaksClaude = (target: Target): boolean => speaksAnthropic(target) || (speaksBedrock(target) && isClaude(target))

const encrypted: Rule = {
  name: "encrypted-reasoning",
  what: "Leaves out reasoning that came without its encrypted content.",
  why: "Nothing is stored there, so an item that holds only its id is not found. OpenAI's package does the same.",
  source: "https://docs.x.ai/docs/guides/responses-api#returning-encrypted-thinking-content",
  applies: ({ dialect }) => dialect.optionsKey === "xai",
  message: (message) =>
    mapAssistant(message, (part) =>
      part.type === "reasoning" && said(part, "reasoningEncryptedContent").length === 0 ? [] : [part]
    )
}

const withCalls: Rule = {
  name: "reasoning-with-calls",
  what: "Puts a word of reasoning into an answer that has calls and none.",
  why: 'Kimi and DeepSeek refuse it while they think: "reasoning_content is missing in assistant tool call message".',
  source: "https://api-docs.deepseek.com/guides/thinking_mode#tool-calls",
  applies: wantsReasoning,
  message: (message) => {
    if (message.role !== "assistant" || !message.content.some((part) => part.type === "call")) return message
    if (message.content.some((part) => part.type === "reasoning" && part.text.trim() !== "")) return message
    return { ...message, content: [{ type: "reasoning", text: "(not kept)" }, ...message.content] }
  }
}

const skipped = { google: { thoughtSignature: "skip_thought_signature_validator" } } as const

const geminiSignature: Rule = {
  name: "gemini-signatures",
  what: "Marks an answer whose first call has no thought signature, e.g. because another model made it, as not to be checked.",
  why: "Gemini 3 refuses a call without a signature. Google's own package does the same.",
  source: "https://ai.google.dev/gemini-api/docs/thought-signatures",
  applies: (target) => speaksChat(target) && /gemini-[3-9]/i.test(target.model),
  message: (message) => {
    if (message.role !== "assistant") return message
    const first = message.content.find((part) => part.type === "call")
    if (first === undefined || said(first, "thoughtSignature").length > 0) return message
    return mapAssistant(message, (part) => [
      part === first ? { ...first, provider: { ...first.provider, ...skipped } } : part
    ])
  }
}

/** Does the history end within calls and results that did not begin with the reasoning of the model that is asked? */
const endsUnsigned = (messages: ReadonlyArray<ModelMessage>, asked: ModelRef): boolean => {
  const lastUser = messages.findLastIndex(({ role }) => role === "user")
  const opening =
    messages.slice(lastUser + 1).find(({ role }) => role === "assistant") ??
    messages.findLast(({ role }) => role === "assistant")
  if (opening?.role !== "assistant" || !opening.content.some((part) => part.type === "call")) return false
  const [first] = opening.content
  return isForeign(opening, asked) || first?.type !== "reasoning" || !isSigned(first)
}

const isThinking = ({ call, options }: Settings): boolean => {
  if (call.reasoning !== undefined && call.reasoning !== "none") return true
  return [options["thinking"], options["reasoningConfig"]].some((one) => isFields(one) && one["type"] === "enabled")
}

const off = (settings: Settings, target: Target): Settings => {
  const { reasoning: _, ...call } = settings.call
  const name = speaksBedrock(target) ? "reasoningConfig" : "thinking"
  return { call, options: { ...settings.options, [name]: { type: "disabled" } } }
}

const pause: Rule = {
  name: "thinking-pauses",
  what: "Turns thinking off for the rest of a round of calls that another model has begun.",
  why: 'Claude refuses it: "Expected `thinking` or `redacted_thinking`, but found `tool_use`".',
  source: "https://docs.claude.com/en/docs/build-with-claude/extended-thinking#extended-thinking-with-tool-use",
  applies: speaksClaude,
  settings: (settings, { messages, model }, target) =>
    isThinking(settings) && endsUnsigned(messages, model) ? off(settings, target) : settings
}

/** In this order. */
export const rules: ReadonlyArray<Rule> = [encrypted, withCalls, geminiSignature]

/** Behind the rules that make settings. */
export const settingsRules: ReadonlyArray<Rule> = [pause]
