/** Nothing is sent that says nothing. */
import type { ModelMessage } from "@rein/core/model/ModelRequest"
import { isSame, mapAssistant, mapEach, type Rule } from "./Rule.ts"

const isBlank = (text: string): boolean => text.trim() === ""

const filled = (message: ModelMessage): ModelMessage => {
  switch (message.role) {
    case "user": {
      const content = message.content.filter((part) => part.type !== "text" || !isBlank(part.text))
      return isSame(message.content, content) ? message : { ...message, content }
    }
    case "assistant":
      return mapAssistant(message, (part) => {
        if (part.type === "text") return isBlank(part.text) ? [] : [part]
        // Without text it may still be a redacted block, which lives in the provider's data alone.
        return part.type === "reasoning" && part.text === "" && part.provider === undefined ? [] : [part]
      })
    case "tool": {
      const content = mapEach(message.content, (part) =>
        isBlank(part.output) ? { ...part, output: "(no output)" } : part
      )
      return content === message.content ? message : { ...message, content }
    }
  }
}

const content: Rule = {
  name: "no-empty-content",
  what: "Leaves out empty texts and empty messages, and says of a result that it has no output.",
  why: "Anthropic, Bedrock and others refuse an empty text and an empty message, for good: it stays in the history.",
  source: "https://docs.claude.com/en/api/errors",
  applies: () => true,
  system: (texts) => {
    const kept = texts.filter((text) => !isBlank(text))
    return isSame(texts, kept) ? texts : kept
  },
  message: (message) => {
    const made = filled(message)
    return made.content.length === 0 ? [] : made
  }
}

const system: Rule = {
  name: "one-system-text",
  what: "Joins the sections of the system text.",
  why: "The chat templates of many open models refuse a second system message.",
  source: "https://huggingface.co/docs/transformers/chat_templating",
  applies: ({ dialect }) => dialect.joinSystem,
  system: (texts) => (texts.length < 2 ? texts : [texts.join("\n\n")])
}

/** In this order. */
export const rules: ReadonlyArray<Rule> = [content, system]
