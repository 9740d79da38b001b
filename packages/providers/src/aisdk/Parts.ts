/** What an AI SDK provider streams, as model parts. */
import type {
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata
} from "@ai-sdk/provider"
import { isSemantic, type ModelPart } from "@rein/core/model/ModelPart"
import type { ProviderData } from "@rein/core/schema/Part"
import type { FinishReason } from "@rein/core/schema/SessionEvent"
import * as Usage from "@rein/core/schema/Usage"
import * as Base64 from "effect/encoding/Base64"
import type { Dialect } from "./Dialect.ts"
import { reportedCost } from "./ReportedCost.ts"

type StreamPart = LanguageModelV4StreamPart
type Of<Type extends StreamPart["type"]> = Extract<StreamPart, { readonly type: Type }>

/** Reads the parts of one answer; made anew for each. */
export interface Converter {
  /** Whether something that a person or tool could have seen has come. */
  readonly begun: () => boolean
  /** Whether nothing has come, or nothing but that it was cut. */
  readonly isEmpty: () => boolean
  /** The first error that the provider sent among its parts; nothing after it is converted. */
  readonly failure: () => { readonly cause: unknown } | undefined
  /** What the provider has counted before the end of the answer. */
  readonly counted: () => Usage.Usage | undefined
  readonly convert: (batch: ReadonlyArray<StreamPart>) => Array<ModelPart>
}

/** The provider's data under its names, or nothing; an empty object must not cost a key on each delta. */
const data = (metadata: SharedV4ProviderMetadata | undefined): { readonly provider?: ProviderData } =>
  // Providers promise JSON; the type only allows an undefined field, which storing drops.
  metadata === undefined ? {} : { provider: metadata as ProviderData }

const tokens = (count: number | undefined): Usage.Tokens =>
  count === undefined || !Number.isFinite(count) ? "unknown" : count

/** What the provider counted; what it did not say is unknown. */
export const usage = (counted: LanguageModelV4Usage): Usage.Usage => ({
  input: tokens(counted.inputTokens.total),
  cacheRead: tokens(counted.inputTokens.cacheRead),
  cacheWrite: tokens(counted.inputTokens.cacheWrite),
  output: tokens(counted.outputTokens.total),
  reasoning: tokens(counted.outputTokens.reasoning)
})

/**
 * Why the answer ended. An `other` without the provider's own word is what most providers say of a stream that just
 * stopped; and Anthropic's `pause_turn` is no end, although the SDK calls it `stop`.
 */
export const finishReason = ({ raw, unified }: LanguageModelV4FinishReason, tellsEnd = false): FinishReason => {
  if (unified === "interrupted" || (tellsEnd && raw === undefined && unified !== "error")) return "cut"
  if (unified === "other") return raw === undefined ? "cut" : "unknown"
  return raw === "pause_turn" ? "unknown" : unified
}

/** Anthropic counts the input before the answer begins; a cut answer has no other count. */
const startUsage = (part: Of<"custom">): Usage.Usage | undefined => {
  const counts = part.providerMetadata?.["anthropic"]?.["usage"]
  if (typeof counts !== "object" || counts === null) return undefined
  const named = new Map<string, unknown>(Object.entries(counts))
  const count = (name: string): number | undefined => {
    const value = named.get(name)
    return typeof value === "number" ? value : undefined
  }
  const fresh = count("input_tokens")
  const cacheRead = count("cache_read_input_tokens")
  const cacheWrite = count("cache_creation_input_tokens")
  return {
    ...Usage.unknown,
    input: fresh === undefined ? "unknown" : fresh + (cacheRead ?? 0) + (cacheWrite ?? 0),
    cacheRead: tokens(cacheRead),
    cacheWrite: tokens(cacheWrite)
  }
}

const finish = (
  part: Of<"finish">,
  counted: Usage.Usage,
  start: Usage.Usage | undefined,
  tellsEnd: boolean | undefined
): ModelPart => {
  const reason = finishReason(part.finishReason, tellsEnd)
  const { raw } = part.finishReason
  const cost = reportedCost(part.usage.raw, part.providerMetadata)
  return {
    type: "finish",
    reason,
    ...(raw === undefined ? {} : { raw }),
    ...(cost === undefined ? {} : { cost }),
    usage: reason === "cut" && counted.input === "unknown" && start !== undefined ? start : counted
  }
}

const file = (part: Of<"file">): ModelPart => {
  if (part.data.type !== "data") return { type: "unknown", name: "file-url" }
  const bytes = part.data.data
  const base64 = typeof bytes === "string" ? bytes : Base64.encode(bytes)
  return { type: "file", mediaType: part.mediaType, base64, ...data(part.providerMetadata) }
}

const call = (part: Of<"tool-call">): ModelPart => ({
  type: "call",
  id: part.toolCallId,
  tool: part.toolName,
  // A call without arguments comes as an empty text from many servers.
  input: part.input.trim() === "" ? "{}" : part.input,
  ...(part.providerExecuted === true ? { hosted: true } : {}),
  ...data(part.providerMetadata)
})

const callResult = (part: Of<"tool-result">): ModelPart => ({
  type: "call-result",
  id: part.toolCallId,
  // JSON by the provider interface, whose type only allows an undefined field besides.
  result: part.result as Extract<ModelPart, { readonly type: "call-result" }>["result"],
  ...(part.isError === true ? { failed: true } : {}),
  ...data(part.providerMetadata)
})

const source = (part: Of<"source">): ModelPart => ({
  type: "source",
  ...(part.sourceType === "url" ? { url: part.url } : {}),
  ...(part.title === undefined ? {} : { title: part.title })
})

const response = (part: Of<"response-metadata">): ModelPart => ({
  type: "response",
  ...(part.id === undefined ? {} : { responseId: part.id }),
  ...(part.modelId === undefined ? {} : { model: part.modelId })
})

/** The frequent ones first, and one object each: this runs once per delta. */
const delta = (part: StreamPart): ModelPart | undefined => {
  switch (part.type) {
    case "text-delta":
      return part.providerMetadata === undefined
        ? { type: "text-delta", id: part.id, text: part.delta }
        : { type: "text-delta", id: part.id, text: part.delta, ...data(part.providerMetadata) }
    case "reasoning-delta":
      return part.providerMetadata === undefined
        ? { type: "reasoning-delta", id: part.id, text: part.delta }
        : { type: "reasoning-delta", id: part.id, text: part.delta, ...data(part.providerMetadata) }
    case "tool-input-delta":
      return part.providerMetadata === undefined
        ? { type: "call-delta", id: part.id, text: part.delta }
        : { type: "call-delta", id: part.id, text: part.delta, ...data(part.providerMetadata) }
    default:
      return undefined
  }
}

const block = (part: StreamPart): ModelPart | undefined => {
  switch (part.type) {
    case "text-start":
    case "text-end":
    case "reasoning-start":
    case "reasoning-end":
      return { type: part.type, id: part.id, ...data(part.providerMetadata) }
    case "tool-input-start":
      return { type: "call-start", id: part.id, tool: part.toolName, ...data(part.providerMetadata) }
    case "tool-input-end":
      return { type: "call-end", id: part.id, ...data(part.providerMetadata) }
    case "tool-call":
      return call(part)
    case "tool-result":
      // A preliminary one is replaced by the final one that must follow.
      return part.preliminary === true ? undefined : callResult(part)
    case "file":
      return file(part)
    case "source":
      return source(part)
    case "response-metadata":
      return response(part)
    case "stream-start":
    case "ping":
    case "raw":
      return undefined
    case "custom":
      return { type: "unknown", name: part.kind }
    default:
      // Also the types of later versions: nothing that a provider adds may break an answer.
      return { type: "unknown", name: part.type }
  }
}

/** A delta without a text says nothing; some providers send many. */
const isHollow = (part: StreamPart): boolean =>
  (part.type === "text-delta" || part.type === "reasoning-delta" || part.type === "tool-input-delta") &&
  part.delta === "" &&
  part.providerMetadata === undefined

/** Reads one answer from its first part to its last. */
export const converter = (dialect: Pick<Dialect, "usage" | "tellsEnd"> = {}): Converter => {
  let begun = false
  let failure: { readonly cause: unknown } | undefined
  let start: Usage.Usage | undefined
  let isWhole = false

  const one = (part: StreamPart): ModelPart | undefined => {
    if (part.type === "custom" && part.kind === "anthropic.message_start") {
      start = startUsage(part) ?? start
      return undefined
    }
    if (part.type !== "finish") return block(part)
    return finish(part, usage(dialect.usage?.(part.usage) ?? part.usage), start, dialect.tellsEnd)
  }

  const convert = (batch: ReadonlyArray<StreamPart>): Array<ModelPart> => {
    const parts: Array<ModelPart> = []
    if (failure !== undefined) return parts
    for (const part of batch) {
      if (part.type === "error") {
        failure = { cause: part.error }
        return parts
      }
      if (isHollow(part)) continue
      const made = delta(part) ?? one(part)
      if (made === undefined) continue
      begun ||= isSemantic(made)
      if (made.type === "finish") {
        isWhole = made.reason !== "cut"
        // Nobody can use the end of nothing: whoever asked should ask again.
        if (!begun && !isWhole) continue
      }
      parts.push(made)
    }
    return parts
  }

  return {
    begun: () => begun,
    counted: () => start,
    isEmpty: () => !begun && !isWhole,
    failure: () => failure,
    convert
  }
}
