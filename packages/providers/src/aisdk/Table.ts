/** The providers that the router knows: one row for each. */
import * as Clouds from "./Clouds.ts"
import { anthropic, type Family, openai, openaiCompatible } from "./Families.ts"
import { hosted, type Options as Hosted } from "./Hosted.ts"
import type { ProviderSettings } from "./Provider.ts"

/** The settings, beside key and address, that only some providers have. */
export type Place = "region" | "project" | "resource"

/** The names of the providers' settings: their ids, as a program writes them. */
const names = [
  "anthropic",
  "openai",
  "openaiCompatible",
  "google",
  "googleVertex",
  "amazonBedrock",
  "azure",
  "mistral",
  "groq",
  "xai",
  "deepseek",
  "togetherai",
  "fireworks",
  "cerebras",
  "cohere",
  "perplexity",
  "deepinfra",
  "openrouter",
  "vercel",
  "alibaba",
  "moonshotai",
  "githubModels",
  "ollama",
  "lmstudio",
  "llamacpp",
  "vllm"
] as const

/** The name of a provider's settings. */
export type Name = (typeof names)[number]

/** Settings of each provider; one that is left out has no key. */
export type Options = { readonly [name in Name]?: ProviderSettings }

/** One provider. */
export interface Known {
  /** As it stands before the slash in `provider/model`. */
  readonly id: string
  readonly name: Name
  /** For people. */
  readonly title: string
  /** The variables of the environment that may hold its key; the first that is set counts. */
  readonly keys: readonly [string, ...Array<string>]
  /** The variable that may hold its address. */
  readonly address: string
  /** The variables of what else it needs. */
  readonly place?: { readonly [setting in Place]?: readonly [string, ...Array<string>] }
  readonly family: Family
  /** Where it usually listens on this machine. */
  readonly local?: string
}

type Row = Pick<Known, "title"> & Partial<Known>

/** `google-vertex` for `googleVertex`. */
const idOf = (name: Name): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** `GOOGLE_VERTEX` for `google-vertex`. */
const variableOf = (id: string): string => id.toUpperCase().replaceAll("-", "_")

const speaks = (family: Family, row: Row) => ({ ...row, family })

/** A provider with chat completions at this address, and perhaps a package of its own. */
const at = (url: string, row: Row & Pick<Hosted, "own" | "quirks">) => ({ ...row, url })

const local = (title: string, port: number) => {
  const url = `http://127.0.0.1:${port}/v1`
  return { title, family: openaiCompatible(url), local: url }
}

type Given = Row & (Pick<Known, "family"> | Pick<Hosted, "url" | "own" | "quirks">)

const rows: { readonly [name in Name]: Given } = {
  anthropic: speaks(anthropic, { title: "Anthropic" }),
  openai: speaks(openai, { title: "OpenAI" }),
  openaiCompatible: speaks(openaiCompatible(), { title: "openai-compatible" }),
  google: at("https://generativelanguage.googleapis.com/v1beta/openai", {
    title: "Google",
    keys: ["GOOGLE_GENERATIVE_AI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"],
    own: {
      name: "@ai-sdk/google",
      url: "https://generativelanguage.googleapis.com/v1beta",
      load: async (given) => (await import("@ai-sdk/google")).createGoogle(given)
    }
  }),
  googleVertex: speaks(Clouds.vertex, {
    title: "Google Vertex",
    place: {
      project: ["GOOGLE_VERTEX_PROJECT", "GOOGLE_CLOUD_PROJECT"],
      region: ["GOOGLE_VERTEX_LOCATION", "GOOGLE_CLOUD_LOCATION"]
    }
  }),
  amazonBedrock: speaks(Clouds.bedrock, {
    title: "Amazon Bedrock",
    keys: ["AWS_BEARER_TOKEN_BEDROCK"],
    place: { region: ["AWS_REGION", "AWS_DEFAULT_REGION"] }
  }),
  azure: speaks(Clouds.azure, {
    title: "Azure",
    keys: ["AZURE_API_KEY", "AZURE_OPENAI_API_KEY"],
    place: { resource: ["AZURE_RESOURCE_NAME"] }
  }),
  mistral: at("https://api.mistral.ai/v1", {
    title: "Mistral",
    quirks: { reasoningField: "none" },
    own: { name: "@ai-sdk/mistral", load: async (given) => (await import("@ai-sdk/mistral")).createMistral(given) }
  }),
  groq: at("https://api.groq.com/openai/v1", {
    title: "Groq",
    quirks: { reasoningField: "reasoning" },
    own: { name: "@ai-sdk/groq", load: async (given) => (await import("@ai-sdk/groq")).createGroq(given) }
  }),
  xai: at("https://api.x.ai/v1", {
    title: "xAI",
    own: { name: "@ai-sdk/xai", load: async (given) => (await import("@ai-sdk/xai")).createXai(given) }
  }),
  deepseek: at("https://api.deepseek.com/v1", {
    title: "DeepSeek",
    own: {
      name: "@ai-sdk/deepseek",
      // Of the others it leaves the reasoning of earlier turns out, so that what was sent would change.
      takes: (model) => /deepseek-v4|^deepseek-(flash|pro)/.test(model),
      load: async (given) => (await import("@ai-sdk/deepseek")).createDeepSeek(given)
    }
  }),
  togetherai: at("https://api.together.xyz/v1", {
    title: "Together AI",
    keys: ["TOGETHER_API_KEY", "TOGETHERAI_API_KEY"],
    own: {
      name: "@ai-sdk/togetherai",
      load: async (given) => (await import("@ai-sdk/togetherai")).createTogetherAI(given)
    }
  }),
  fireworks: at("https://api.fireworks.ai/inference/v1", {
    title: "Fireworks",
    own: {
      name: "@ai-sdk/fireworks",
      load: async (given) => (await import("@ai-sdk/fireworks")).createFireworks(given)
    }
  }),
  cerebras: at("https://api.cerebras.ai/v1", {
    title: "Cerebras",
    quirks: { reasoningField: "reasoning" },
    own: {
      name: "@ai-sdk/cerebras",
      load: async (given) => (await import("@ai-sdk/cerebras")).createCerebras(given)
    }
  }),
  cohere: at("https://api.cohere.ai/compatibility/v1", {
    title: "Cohere",
    keys: ["COHERE_API_KEY", "CO_API_KEY"],
    quirks: { refusesUsage: true },
    own: {
      name: "@ai-sdk/cohere",
      url: "https://api.cohere.com/v2",
      load: async (given) => (await import("@ai-sdk/cohere")).createCohere(given)
    }
  }),
  // Its own package sends no tools, so it is never used.
  perplexity: at("https://api.perplexity.ai", { title: "Perplexity" }),
  deepinfra: at("https://api.deepinfra.com/v1/openai", {
    title: "DeepInfra",
    keys: ["DEEPINFRA_API_KEY", "DEEPINFRA_TOKEN"],
    own: {
      name: "@ai-sdk/deepinfra",
      url: "https://api.deepinfra.com/v1",
      load: async (given) => (await import("@ai-sdk/deepinfra")).createDeepInfra(given)
    }
  }),
  openrouter: at("https://openrouter.ai/api/v1", {
    title: "OpenRouter",
    own: {
      name: "@openrouter/ai-sdk-provider",
      load: async (given) => {
        const { createOpenRouter } = await import("@openrouter/ai-sdk-provider")
        // Only then it asks for the count of tokens and the price.
        return createOpenRouter({ ...given, compatibility: "strict" })
      }
    }
  }),
  vercel: at("https://ai-gateway.vercel.sh/v1", {
    title: "Vercel AI Gateway",
    keys: ["AI_GATEWAY_API_KEY"],
    address: "AI_GATEWAY_BASE_URL",
    own: {
      name: "@ai-sdk/gateway",
      url: "https://ai-gateway.vercel.sh/v4/ai",
      optionsKey: "gateway",
      load: async (given) => (await import("@ai-sdk/gateway")).createGateway(given)
    }
  }),
  alibaba: at("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", {
    title: "Alibaba",
    keys: ["ALIBABA_API_KEY", "DASHSCOPE_API_KEY"],
    own: {
      name: "@ai-sdk/alibaba",
      // As with DeepSeek: these are the models of which it keeps it.
      takes: (model) => /^(kimi-k2\.7-code|qwen3\.6-plus|qwen3\.7-(flash|max|plus)|qwen3\.8-(flash|max))$/.test(model),
      load: async (given) => (await import("@ai-sdk/alibaba")).createAlibaba(given)
    }
  }),
  moonshotai: at("https://api.moonshot.ai/v1", {
    title: "Moonshot AI",
    keys: ["MOONSHOT_API_KEY", "MOONSHOTAI_API_KEY"],
    own: {
      name: "@ai-sdk/moonshotai",
      load: async (given) => (await import("@ai-sdk/moonshotai")).createMoonshotAI(given)
    }
  }),
  githubModels: at("https://models.github.ai/inference", {
    title: "GitHub Models",
    keys: ["GITHUB_MODELS_TOKEN", "GITHUB_TOKEN"]
  }),
  ollama: local("Ollama", 11_434),
  lmstudio: local("LM Studio", 1_234),
  llamacpp: local("llama.cpp", 8_080),
  vllm: local("vLLM", 8_000)
}

const complete = (name: Name): Known => {
  const row = rows[name]
  const id = idOf(name)
  const variable = variableOf(id)
  return {
    id,
    name,
    keys: [`${variable}_API_KEY`],
    address: `${variable}_BASE_URL`,
    ...row,
    family: "url" in row ? hosted({ ...row, id }) : row.family
  }
}

/** All of them. The first ones stand first where they are listed. */
export const known: ReadonlyArray<Known> = names.map(complete)

/** The provider with this id. */
export const find = (id: string): Known | undefined => known.find((one) => one.id === id)
