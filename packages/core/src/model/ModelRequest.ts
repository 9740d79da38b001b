/** One request to a model, in no provider's dialect. A pure function of the log. */
import type { Schema } from "effect"
import type { SessionId } from "../schema/Ids.ts"
import type { ModelRef } from "../schema/ModelRef.ts"
import type { ProviderData } from "../schema/Part.ts"

type Json = Schema.Json

/** A tool as the model is told of it; `parameters` is a JSON Schema. */
export interface ToolDefinition {
  readonly name: string
  readonly description: string
  readonly parameters: Json
}

/** Text of a person or a model; `provider` holds what a provider wants back with it. */
export interface TextContent {
  readonly type: "text"
  readonly text: string
  readonly provider?: ProviderData
}

/** What a model thought. Providers refuse it without the signature that they gave, which is in `provider`. */
export interface ReasoningContent {
  readonly type: "reasoning"
  readonly text: string
  readonly provider?: ProviderData
}

/** A file as it is sent. One that lies in a blob is told of in a line of text instead. */
export interface FileContent {
  readonly type: "file"
  readonly mediaType: string
  readonly name?: string
  /** Base64, or a URL. */
  readonly data: { readonly type: "base64"; readonly base64: string } | { readonly type: "url"; readonly url: string }
}

/** A call that the model made; a `hosted` one the provider has run itself. */
export interface CallContent {
  readonly type: "call"
  /** Unique in the request, also when the provider repeated one. */
  readonly id: string
  readonly tool: string
  readonly input: Json
  readonly hosted?: boolean
  readonly provider?: ProviderData
}

/** What became of a call. Each call has exactly one, in the order of the calls. */
export interface ResultContent {
  readonly type: "result"
  /** The id of the call that it answers. */
  readonly id: string
  readonly tool: string
  readonly output: string
  readonly failed: boolean
  /** The provider ran the call itself. */
  readonly hosted?: boolean
  readonly attachments?: ReadonlyArray<FileContent>
}

/** One message of the history. What a step said and what its calls gave are two messages. */
export type ModelMessage =
  | { readonly role: "user"; readonly content: ReadonlyArray<TextContent | FileContent> }
  | {
      readonly role: "assistant"
      readonly content: ReadonlyArray<TextContent | ReasoningContent | FileContent | CallContent>
      /** The model that said it, when that is known. It may be another than the one that is asked now. */
      readonly from?: ModelRef
    }
  /** `from`: who asked for the results. */
  | { readonly role: "tool"; readonly content: ReadonlyArray<ResultContent>; readonly from?: ModelRef }

/**
 * Where the provider may cut its cache: after the tools, after the system text,
 * after the message with this index. At most four in all.
 */
export interface CachePlan {
  readonly tools: boolean
  readonly system: boolean
  readonly messages: ReadonlyArray<number>
}

/** Everything that a provider layer needs to ask once; keys and addresses are its own. */
export interface ModelRequest {
  readonly session: SessionId
  readonly model: ModelRef
  /** Sections of the system text, in order. */
  readonly system: ReadonlyArray<string>
  readonly tools: ReadonlyArray<ToolDefinition>
  /** Unchanged messages of earlier requests are the same objects, so that layers can keep what they made of them. */
  readonly messages: ReadonlyArray<ModelMessage>
  readonly cache: CachePlan
  readonly maxOutputTokens?: number
  /** A person wants it sent now: no limit on this side holds it back. It is no part of what is sent. */
  readonly urgent?: boolean
}
