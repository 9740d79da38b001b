/** Tells models by their names, for rules that are about a model wherever it is served. */
import type { Target } from "./Rule.ts"

const named =
  (pattern: RegExp) =>
  ({ model }: Target): boolean =>
    pattern.test(model)

/** Claude, also on Bedrock, Vertex and gateways. */
export const isClaude = named(/claude/i)

/** Models of Mistral. */
export const isMistral = ({ model, provider }: Target): boolean =>
  provider === "mistral" || /(mistral|devstral|codestral|magistral|ministral|pixtral)/i.test(model)

export const isGemini = named(/gemini/i)

/** Kimi, of Moonshot. */
export const isKimi = named(/kimi/i)

/** The generation of DeepSeek that thinks unless it is told not to. */
export const isThinkingDeepSeek = named(/deepseek[-/](v4|flash|pro|reasoner|v3\.2)/i)

/** Messages of Anthropic, in any of its packages. */
export const speaksAnthropic = ({ dialect }: Target): boolean => dialect.optionsKey === "anthropic"

/** Bedrock's own API. */
export const speaksBedrock = ({ dialect }: Target): boolean => /^(amazonB|b)edrock$/.test(dialect.optionsKey)

/** OpenAI's Responses without storage, also on Azure. */
export const speaksResponses = ({ dialect }: Target): boolean => dialect.options?.["store"] === false

/** Chat completions through the package for any server that speaks them, or through one that is made of it and adds little. */
export const speaksChat = ({ dialect }: Target): boolean =>
  /^(openai-?compatible|togetherai|fireworks|cerebras|deepinfra)$/i.test(dialect.optionsKey)

/** The package of Google, which also speaks to Vertex. */
export const speaksGoogle = ({ dialect }: Target): boolean => /^(google|vertex)/.test(dialect.optionsKey)
