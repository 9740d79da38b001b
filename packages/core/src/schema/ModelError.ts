/** Why a model gave no answer, or only a part of one. Retry, fallback and compaction decide on the reason, never on text. */
import { Schema } from "effect"
import { Usage } from "./Usage.ts"

/** Asking again unchanged cannot help. */
const lasting = { lasting: Schema.optionalKey(Schema.Literal(true)) }
const delay = { retryAfterMillis: Schema.optionalKey(Schema.Finite), ...lasting }
const phase = { phase: Schema.Literals(["before-output", "after-output"]) }

/** The request was refused for now; the server may say for how long, or that another try is not wanted (`lasting`). */
export const RateLimited = Schema.TaggedStruct("RateLimited", {
  ...delay,
  /** It was held back on this side; the provider never saw it. */
  unsent: Schema.optionalKey(Schema.Literal(true))
})
/** The server is too busy or broke (status 5xx). */
export const Overloaded = Schema.TaggedStruct("Overloaded", delay)
/** The request is larger than the model's window. */
export const ContextOverflow = Schema.TaggedStruct("ContextOverflow", { limit: Schema.optionalKey(Schema.Finite) })
/** More output was asked for than the model can give. */
export const OutputLimit = Schema.TaggedStruct("OutputLimit", {})
/** The key is missing or refused. */
export const Authentication = Schema.TaggedStruct("Authentication", {})
/** The account has no credit or quota left; waiting does not help. */
export const Quota = Schema.TaggedStruct("Quota", {})
/** The provider does not accept the request. */
export const InvalidRequest = Schema.TaggedStruct("InvalidRequest", {
  because: Schema.optionalKey(Schema.Literal("unknown-model"))
})
/** The provider's filter stopped the answer. */
export const ContentFiltered = Schema.TaggedStruct("ContentFiltered", {})
/** The connection failed or broke; `lasting` where another try would fail the same way, e.g. a wrong certificate. */
export const Transport = Schema.TaggedStruct("Transport", { ...phase, ...lasting })
/** Nothing came for too long: no first byte, or silence in the middle. */
export const Timeout = Schema.TaggedStruct("Timeout", { waitingFor: Schema.Literals(["first-byte", "next-part"]) })
/** The provider sent something that is not an answer; `lasting` where it always will, e.g. a web page. */
export const InvalidOutput = Schema.TaggedStruct("InvalidOutput", lasting)
/** The answer ended without saying that it was finished. */
export const CutOff = Schema.TaggedStruct("CutOff", phase)
/** None of the others. */
export const Unknown = Schema.TaggedStruct("Unknown", {})

/** All reasons. A provider's own words never decide: they are in the error's message. */
export const ModelErrorReason = Schema.Union([
  RateLimited,
  Overloaded,
  ContextOverflow,
  OutputLimit,
  Authentication,
  Quota,
  InvalidRequest,
  ContentFiltered,
  Transport,
  Timeout,
  InvalidOutput,
  CutOff,
  Unknown
])
/** One reason, told apart by its `_tag`. */
export type ModelErrorReason = typeof ModelErrorReason.Type

/** Was it held back on this side, so that nobody was asked? */
export const isUnsent = (reason: ModelErrorReason): boolean => reason._tag === "RateLimited" && reason.unsent === true

/** A request to a model failed. `message` is for people and holds no secret. */
export class ModelError extends Schema.TaggedError<ModelError>("@rein/core/schema/ModelError")("ModelError", {
  reason: ModelErrorReason,
  message: Schema.String,
  /** HTTP status, where there was one. */
  status: Schema.optionalKey(Schema.Finite),
  /** What was used before it failed, where the provider has said so. */
  usage: Schema.optionalKey(Usage)
}) {}
