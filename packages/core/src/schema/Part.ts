/** The parts of a message as they are stored. */
import { Schema } from "effect"
import { BlobHash, CallId, JobId, PartId } from "./Ids.ts"

/** What a provider wants back unchanged with a part (signatures, item ids), by provider. Opaque to us. */
export const ProviderData = Schema.Record(Schema.String, Schema.Json)
/** By the provider's id, so that each finds its own. */
export type ProviderData = typeof ProviderData.Type

const common = {
  id: PartId,
  provider: Schema.optionalKey(ProviderData),
  /** The part was cut: by an interruption, an error or a crash. */
  interrupted: Schema.optionalKey(Schema.Boolean)
}

/** What the model says to people. */
export const TextPart = Schema.Struct({ type: Schema.tag("text"), ...common, text: Schema.String })
/** A text that is finished; while it grows it is a `PartSoFar`. */
export type TextPart = typeof TextPart.Type

/** What the model says to itself. Its text may be empty: some providers only give a signature. */
export const ReasoningPart = Schema.Struct({ type: Schema.tag("reasoning"), ...common, text: Schema.String })
/** A piece of reasoning that is finished or was cut. */
export type ReasoningPart = typeof ReasoningPart.Type

/** Where the bytes of a file are. */
export const FileSource = Schema.Union([
  Schema.Struct({ type: Schema.tag("url"), url: Schema.String }),
  Schema.Struct({ type: Schema.tag("base64"), data: Schema.String }),
  Schema.Struct({ type: Schema.tag("blob"), hash: BlobHash })
])
/** A URL is passed on as it is; nobody here fetches it. */
export type FileSource = typeof FileSource.Type

/** A file that a model made, or that a result brings along. */
export const FilePart = Schema.Struct({
  type: Schema.tag("file"),
  ...common,
  mediaType: Schema.String,
  name: Schema.optionalKey(Schema.String),
  source: FileSource
})
/** A file, with its media type as whoever gave it says. */
export type FilePart = typeof FilePart.Type

/** A source that the model names for what it says. Shown, never sent back. */
export const SourcePart = Schema.Struct({
  type: Schema.tag("source"),
  ...common,
  url: Schema.optionalKey(Schema.String),
  title: Schema.optionalKey(Schema.String)
})
/** A source with a URL, a title, or both. */
export type SourcePart = typeof SourcePart.Type

/** What the model said, apart from calls. */
export const OutputPart = Schema.Union([TextPart, ReasoningPart, FilePart, SourcePart])
/** One thing that the model said, in a part of its own. */
export type OutputPart = typeof OutputPart.Type

/** What a person or host can send. */
export const InputPart = Schema.Union([
  Schema.Struct({ type: Schema.tag("text"), text: Schema.String }),
  Schema.Struct({
    type: Schema.tag("file"),
    mediaType: Schema.String,
    name: Schema.optionalKey(Schema.String),
    source: FileSource
  })
])
/** One piece of an input. It has no id: the input has one. */
export type InputPart = typeof InputPart.Type

/** What the model asked a tool for: JSON, or text that is no JSON and never runs. */
export const CallInput = Schema.Union([
  Schema.Struct({ type: Schema.tag("json"), value: Schema.Json }),
  Schema.Struct({ type: Schema.tag("malformed"), text: Schema.String })
])
/** The input of a call, before the tool itself has checked it. */
export type CallInput = typeof CallInput.Type

/** How a call ended. `unverified`: it had begun when the runtime died, and may have happened. */
export const CallStatus = Schema.Literals(["completed", "failed", "declined", "interrupted", "unverified"])
/** One word for how a call ended; only `completed` is a success. */
export type CallStatus = typeof CallStatus.Type

/** A job that a call has started, or has told the end of. */
export const CallJob = Schema.Struct({ id: JobId, command: Schema.String, isRunning: Schema.Boolean })
/** A job as a result names it, at that time. */
export type CallJob = typeof CallJob.Type

/** What the model reads of a call. */
export const CallResult = Schema.Struct({
  status: CallStatus,
  /** One line for people. */
  title: Schema.optionalKey(Schema.String),
  output: Schema.String,
  attachments: Schema.optionalKey(Schema.Array(FilePart)),
  /** For programs; never sent to the model. */
  metadata: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
  /** The whole output, when `output` is only a part of it. */
  whole: Schema.optionalKey(BlobHash),
  job: Schema.optionalKey(CallJob)
})
/** The one result of a call. Its output may be cut, and `whole` then has all of it. */
export type CallResult = typeof CallResult.Type

/** A call as the log knows it. */
export const Call = Schema.Struct({
  id: CallId,
  tool: Schema.String,
  input: CallInput,
  /** The provider's id: an attribute, used only in rendering; providers repeat them. */
  providerCallId: Schema.String,
  /** The provider runs this call itself and sends its result. */
  hosted: Schema.optionalKey(Schema.Boolean),
  provider: Schema.optionalKey(ProviderData)
})
/** A call as the model made it, whether or not it ran. */
export type Call = typeof Call.Type
