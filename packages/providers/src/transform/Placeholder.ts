/** A tool where there is none. */
import { isClaude, speaksAnthropic, speaksGoogle } from "./Models.ts"
import type { Rule, ToolSpec } from "./Rule.ts"

const noop: ToolSpec = {
  name: "_noop",
  description: "Does nothing. There are no tools now: do not call it.",
  parameters: { type: "object", properties: {} }
}

const placeholder: Rule = {
  name: "placeholder-tool",
  what: "Lists the tool _noop where there is none.",
  why: "Gateways (LiteLLM, Copilot) and Bedrock refuse Claude's calls in a history without tools. Always, so that the list, which stands before the messages, never changes with them.",
  source: "https://docs.litellm.ai/docs/completion/function_call",
  applies: (target) => isClaude(target) && !speaksAnthropic(target) && !speaksGoogle(target),
  tools: (tools) => (tools.length === 0 ? [noop] : tools)
}

/** One rule, for Claude where it is not asked through Anthropic's or Google's package. */
export const rules: ReadonlyArray<Rule> = [placeholder]
