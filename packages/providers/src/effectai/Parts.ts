/** What a model of `effect/ai` streams, as model parts. */
import type { ModelPart } from "@rein/core/model/ModelPart"
import type { ProviderData } from "@rein/core/schema/Part"
import type { FinishReason } from "@rein/core/schema/SessionEvent"
import type { Tokens, Usage } from "@rein/core/schema/Usage"
import type { Response } from "effect/ai"
import * as Base64 from "effect/encoding/Base64"
import type { Tools } from "./Prompt.ts"

/** Calls are not looked at by `effect/ai`: Rein validates them itself. */
export type Part = Response.StreamPart<Tools, "deferred">

type Of<Type extends Part["type"]> = Extract<Part, { readonly type: Type }>

/** What the provider wants back, under its names; nothing when it wants nothing. */
const data = (metadata: Response.ProviderMetadata): { readonly provider?: ProviderData } =>
  // Both are JSON by the provider's names.
  Object.keys(metadata).length === 0 ? {} : { provider: metadata as ProviderData }

const tokens = (count: number | undefined): Tokens => count ?? "unknown"

const usage = ({ inputTokens, outputTokens }: Response.Usage): Usage => ({
  input: tokens(inputTokens.total),
  cacheRead: tokens(inputTokens.cacheRead),
  cacheWrite: tokens(inputTokens.cacheWrite),
  output: tokens(outputTokens.total),
  reasoning: tokens(outputTokens.reasoning)
})

/** A pause and what the provider cannot name are no ends. */
const reason = (finish: Response.FinishReason): FinishReason =>
  finish === "pause" || finish === "other" ? "unknown" : finish

const call = (part: Of<"tool-call">): ModelPart => ({
  type: "call",
  id: part.id,
  tool: part.name,
  input: JSON.stringify(part.params ?? {}),
  ...(part.providerExecuted ? { hosted: true } : {}),
  ...data(part.metadata)
})

const result = (part: Of<"tool-result">): ModelPart | undefined =>
  part.preliminary === true
    ? undefined
    : {
        type: "call-result",
        id: part.id,
        // What a provider gives back of its own call is JSON; the type leaves it open.
        result: (part.encodedResult ?? null) as Extract<ModelPart, { readonly type: "call-result" }>["result"],
        ...(part.isFailure ? { failed: true } : {}),
        ...data(part.metadata)
      }

/** One part; `undefined` for what Rein has no use for. Errors are for the caller. */
export const convert = (part: Exclude<Part, Of<"error">>): ModelPart | undefined => {
  switch (part.type) {
    case "text-start":
    case "text-end":
    case "reasoning-start":
    case "reasoning-end":
      return { type: part.type, id: part.id, ...data(part.metadata) }
    case "text-delta":
    case "reasoning-delta":
      return part.delta === "" && Object.keys(part.metadata).length === 0
        ? undefined
        : { type: part.type, id: part.id, text: part.delta, ...data(part.metadata) }
    case "tool-params-start":
      return { type: "call-start", id: part.id, tool: part.name, ...data(part.metadata) }
    case "tool-params-delta":
      return { type: "call-delta", id: part.id, text: part.delta, ...data(part.metadata) }
    case "tool-params-end":
      return { type: "call-end", id: part.id, ...data(part.metadata) }
    case "tool-call":
      return call(part)
    case "tool-result":
      return result(part)
    case "file":
      return { type: "file", mediaType: part.mediaType, base64: Base64.encode(part.data), ...data(part.metadata) }
    case "source":
      return { type: "source", title: part.title, ...(part.sourceType === "url" ? { url: part.url.href } : {}) }
    case "response-metadata":
      return {
        type: "response",
        ...(part.id === undefined ? {} : { responseId: part.id }),
        ...(part.modelId === undefined ? {} : { model: part.modelId })
      }
    case "finish":
      return { type: "finish", reason: reason(part.reason), raw: part.reason, usage: usage(part.usage) }
    default:
      return { type: "unknown", name: part.type }
  }
}
