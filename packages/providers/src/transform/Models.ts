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
  provider === "mistral" || /(mi[sx]|pix|vox|devs|codes|magis|minis|leans)tral/i.test(model)

/** Gemini, also on Vertex and gateways. */
export const isGemini = named(/gemini/i)

/** Kimi, of Moonshot. */
export const isKimi = named(/kimi/i)

/** All of Kimi but the first K2, which does not think. Some spell the dot of a version otherwise. */
export const isThinkingKimi = named(/kimi(?!-k2(?![.p-]?[5-9])(?![\w.-]*thinking))/i)

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

/** Servers that refuse a field that OpenAI does not have, also one of the model's maker. */
export const isStrict = ({ provider }: Target): boolean => /^(groq|cerebras|mistral|github-models)$/.test(provider)

/** The package of Google, which also speaks to Vertex. */
export const speaksGoogle = ({ dialect }: Target): boolean => /^(google|vertex)/.test(dialect.optionsKey)
