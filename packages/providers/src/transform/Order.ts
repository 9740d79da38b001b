/** The order in which a provider wants what was said. */
import { isClaude, isMistral, speaksAnthropic, speaksBedrock } from "./Models.ts"
import { isSame, type Rule } from "./Rule.ts"

const callsLast: Rule = {
  name: "calls-last",
  what: "Moves the calls of an answer behind its texts.",
  why: "Claude refuses a result that does not follow right behind its call.",
  source: "https://docs.claude.com/en/docs/agents-and-tools/tool-use/implement-tool-use",
  applies: (target) => speaksAnthropic(target) || speaksBedrock(target) || isClaude(target),
  message: (message) => {
    if (message.role !== "assistant") return message
    const content = [
      ...message.content.filter((part) => part.type !== "call"),
      ...message.content.filter((part) => part.type === "call")
    ]
    return isSame(message.content, content) ? message : { ...message, content }
  }
}

const between: Rule = {
  name: "mistral-answer-between",
  what: "Puts a word of the assistant between results and a message of the user.",
  why: "Mistral refuses it: \"Unexpected role 'user' after role 'tool'\". Notes and steers come there all the time.",
  source: "https://github.com/mistralai/mistral-common/blob/main/src/mistral_common/protocol/instruct/validator.py",
  applies: isMistral,
  message: (message, { previous }) =>
    message.role === "user" && previous?.role === "tool"
      ? [{ role: "assistant", content: [{ type: "text", text: "I have the results." }] }, message]
      : message
}

const joined: Rule = {
  name: "one-user-message",
  what: "Sends messages of the user in a row as one.",
  why: "Perplexity and the chat templates of some open models refuse them: roles must alternate.",
  source: "https://docs.perplexity.ai/api-reference/chat-completions-post",
  applies: ({ provider }) => /^(perplexity|lmstudio|llamacpp|vllm)$/.test(provider),
  joinsUsers: true
}

/** In this order. */
export const rules: ReadonlyArray<Rule> = [callsLast, between, joined]
