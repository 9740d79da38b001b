// The real provider packages, each against an API that the strict server plays.
import { createAlibaba } from "@ai-sdk/alibaba"
import { createAmazonBedrock } from "@ai-sdk/amazon-bedrock"
import { createAnthropic } from "@ai-sdk/anthropic"
import { createCohere } from "@ai-sdk/cohere"
import { createDeepSeek } from "@ai-sdk/deepseek"
import { createGoogle } from "@ai-sdk/google"
import { createGroq } from "@ai-sdk/groq"
import { createMistral } from "@ai-sdk/mistral"
import { createMoonshotAI } from "@ai-sdk/moonshotai"
import { createOpenAI } from "@ai-sdk/openai"
import { createOpenAICompatible } from "@ai-sdk/openai-compatible"
import type { LanguageModelV4 } from "@ai-sdk/provider"
import { createXai } from "@ai-sdk/xai"
import { createOpenRouter } from "@openrouter/ai-sdk-provider"

/** A model of a package, at the address of the server. */
export type Make = (url: string) => LanguageModelV4

const apiKey = "key"

export const mistral =
  (model = "mistral-large-latest"): Make =>
  (url) =>
    createMistral({ apiKey, baseURL: `${url}/mistral` })(model)

export const google =
  (model = "gemini-2.5-pro"): Make =>
  (url) =>
    createGoogle({ apiKey, baseURL: `${url}/google` })(model)

export const anthropic =
  (model = "claude-sonnet-4-5"): Make =>
  (url) =>
    createAnthropic({ apiKey, baseURL: `${url}/anthropic` })(model)

export const bedrock =
  (model = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"): Make =>
  (url) =>
    createAmazonBedrock({ apiKey, region: "us-east-1", baseURL: `${url}/bedrock` })(model)

export const responses =
  (model = "gpt-5"): Make =>
  (url) =>
    createOpenAI({ apiKey, baseURL: `${url}/responses` }).responses(model)

export const moonshot =
  (model = "kimi-k2-thinking", api = "kimi"): Make =>
  (url) =>
    createMoonshotAI({ apiKey, baseURL: `${url}/${api}` })(model)

export const deepseek =
  (model = "deepseek-chat", api = "any"): Make =>
  (url) =>
    createDeepSeek({ apiKey, baseURL: `${url}/${api}` })(model)

export const groq =
  (model = "llama-4", api = "chat"): Make =>
  (url) =>
    createGroq({ apiKey, baseURL: `${url}/${api}` })(model)

export const xai =
  (model = "grok-4"): Make =>
  (url) =>
    createXai({ apiKey, baseURL: `${url}/xai` }).responses(model)

export const openrouter =
  (model = "some/model"): Make =>
  (url) =>
    createOpenRouter({ apiKey, baseURL: `${url}/openrouter`, compatibility: "strict" })(model)

export const alibaba =
  (model = "qwen3-vl-plus"): Make =>
  (url) =>
    createAlibaba({ apiKey, baseURL: `${url}/any` })(model)

export const cohere =
  (model = "command-a"): Make =>
  (url) =>
    createCohere({ apiKey, baseURL: `${url}/any` })(model)

/** Chat completions of any server. */
export const chat =
  (model = "some-model", api = "chat"): Make =>
  (url) =>
    createOpenAICompatible({ name: "openai-compatible", baseURL: `${url}/${api}` })(model)
