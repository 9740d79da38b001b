/** The facts that come with this package: one file for each provider, loaded when somebody asks for its models. */
import type { ModelFacts } from "@rein/core/model/ModelCatalog"

/** The models of a provider, by their names. */
export type Models = Readonly<Record<string, ModelFacts>>

/** The types of the files say `string` where a fact says `"unknown"`; the tests look at each entry. */
type File = { readonly default: unknown }

const files: Readonly<Record<string, () => Promise<File>>> = {
  "amazon-bedrock": () => import("./data/amazon-bedrock.json", { with: { type: "json" } }),
  anthropic: () => import("./data/anthropic.json", { with: { type: "json" } }),
  azure: () => import("./data/azure.json", { with: { type: "json" } }),
  cerebras: () => import("./data/cerebras.json", { with: { type: "json" } }),
  deepseek: () => import("./data/deepseek.json", { with: { type: "json" } }),
  fireworks: () => import("./data/fireworks.json", { with: { type: "json" } }),
  google: () => import("./data/google.json", { with: { type: "json" } }),
  "google-vertex": () => import("./data/google-vertex.json", { with: { type: "json" } }),
  groq: () => import("./data/groq.json", { with: { type: "json" } }),
  mistral: () => import("./data/mistral.json", { with: { type: "json" } }),
  moonshotai: () => import("./data/moonshotai.json", { with: { type: "json" } }),
  openai: () => import("./data/openai.json", { with: { type: "json" } }),
  openrouter: () => import("./data/openrouter.json", { with: { type: "json" } }),
  togetherai: () => import("./data/togetherai.json", { with: { type: "json" } }),
  vercel: () => import("./data/vercel.json", { with: { type: "json" } }),
  xai: () => import("./data/xai.json", { with: { type: "json" } })
}

/** The providers of which there are facts. */
export const providers: ReadonlyArray<string> = Object.keys(files)

/** What is known of a provider's models; nothing of most local servers' and small providers'. */
export const load = async (provider: string): Promise<Models> => {
  const file = Object.hasOwn(files, provider) ? await files[provider]?.() : undefined
  return (file?.default ?? {}) as Models
}
