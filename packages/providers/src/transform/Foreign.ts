/** What another model has said, or a provider has done: words stay, what only the provider can read goes. */
import type { CallContent, ModelMessage, ResultContent, TextContent } from "@rein/core/model/ModelRequest"
import type { ModelRef } from "@rein/core/schema/ModelRef"
import { isThinkingDeepSeek, isThinkingKimi, speaksGoogle } from "./Models.ts"
import { isSame, mapAssistant, type Rule, type Target } from "./Rule.ts"

/** Has another model said it than the one that is asked? What does not tell its model counts as one's own. */
export const isForeign = (message: ModelMessage, asked: ModelRef): boolean =>
  message.role !== "user" &&
  message.from !== undefined &&
  (message.from.provider !== asked.provider || message.from.model !== asked.model)

/** Models that take reasoning as plain text in a field of its own, and refuse calls without it. */
export const wantsReasoning = (target: Target): boolean => isThinkingKimi(target) || isThinkingDeepSeek(target)

const withoutData = <A extends { readonly provider?: unknown }>(part: A): A => {
  if (part.provider === undefined) return part
  const { provider: _, ...rest } = part
  // Only an optional field is gone.
  return rest as A
}

const reasoning: Rule = {
  name: "foreign-reasoning",
  what: "Leaves out the reasoning of another model; models that want some with each call get its text.",
  why: "Signatures and encrypted reasoning are valid for the model that made them: the request is refused.",
  source: "https://docs.claude.com/en/docs/build-with-claude/extended-thinking#preserving-thinking-blocks",
  applies: () => true,
  message: (message, { asked, target }) =>
    isForeign(message, asked)
      ? mapAssistant(message, (part) => {
          if (part.type !== "reasoning") return [part]
          return part.text.trim() === "" || !wantsReasoning(target) ? [] : [withoutData(part)]
        })
      : message
}

const data: Rule = {
  name: "foreign-data",
  what: "Leaves out what another model's provider wanted back with its texts and calls: signatures, item ids.",
  why: "Providers look for ids that they have never given, and packages of one family read each other's fields.",
  source: "https://platform.openai.com/docs/guides/reasoning#encrypted-reasoning-items",
  applies: () => true,
  message: (message, { asked }) =>
    isForeign(message, asked)
      ? mapAssistant(message, (part) => [part.type === "text" || part.type === "call" ? withoutData(part) : part])
      : message
}

const told = (call: CallContent): TextContent => ({
  type: "text",
  text: `[${call.tool} was run by the provider with ${JSON.stringify(call.input)}]`
})

const toldResult = (result: ResultContent): TextContent => ({
  type: "text",
  text: `[Result of ${result.tool}, which the provider ran]\n${result.output}`
})

const hosted: Rule = {
  name: "hosted-calls",
  what: "Tells in words which tools a provider has run itself, and what came of it.",
  why: "Others do not know these tools, and a provider does not take its own results back from where all others stand.",
  source: "https://docs.claude.com/en/docs/agents-and-tools/tool-use/web-search-tool",
  applies: () => true,
  message: (message) => {
    if (message.role !== "tool") {
      return mapAssistant(message, (part) => [part.type === "call" && part.hosted === true ? told(part) : part])
    }
    const own = message.content.filter((result) => result.hosted !== true)
    if (isSame(message.content, own)) return message
    const texts = message.content.filter((result) => result.hosted === true).map(toldResult)
    const said: ModelMessage = { role: "user", content: texts }
    return own.length === 0 ? said : [{ ...message, content: own }, said]
  }
}

const files: Rule = {
  name: "files-of-the-model",
  what: "Names a file that a model has made instead of sending it back.",
  why: "Only Google's API takes files from the assistant; other packages throw or drop them without a word.",
  source: "https://ai-sdk.dev/docs/ai-sdk-core/prompts#file-parts",
  applies: () => true,
  message: (message, { target }) =>
    mapAssistant(message, (part) =>
      part.type === "file" && !(speaksGoogle(target) && part.data.type === "base64")
        ? [{ type: "text", text: `[${part.name ?? "A file"} (${part.mediaType}) was made here.]` }]
        : [part]
    )
}

/** In this order. */
export const rules: ReadonlyArray<Rule> = [reasoning, data, hosted, files]
