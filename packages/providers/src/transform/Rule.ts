/**
 * A rule: one small thing that a model or its provider wants otherwise than our request has it.
 *
 * Rules are values in one table (`Rules`). Each is pure and looks at nothing but the message itself and what stands before
 * it, so that a message is never sent differently later.
 */
import type { LanguageModelV4CallOptions, SharedV4ProviderOptions } from "@ai-sdk/provider"
import type { ModelMessage, ModelRequest, ToolDefinition } from "@rein/core/model/ModelRequest"
import type { ModelRef } from "@rein/core/schema/ModelRef"
import type { Schema } from "effect"
import type { Dialect } from "../aisdk/Dialect.ts"

/** The model that is asked, as rules are chosen by it. */
export interface Target {
  /** The provider's id in the router, or what a model value says of its provider. */
  readonly provider: string
  /** The provider's own name of the model. */
  readonly model: string
  readonly dialect: Dialect
  /** What the model takes, `text`, `image` and so on, where the catalogue knows it. */
  readonly input?: ReadonlyArray<string>
}

/** A tool as it is defined for the model; `strict` where the provider is told how to read its schema. */
export interface ToolSpec extends ToolDefinition {
  readonly strict?: boolean
}

/** What is asked for beside the messages. */
export interface Settings {
  /** In the SDK's words, which every provider package translates. */
  readonly call: Pick<LanguageModelV4CallOptions, "temperature" | "topP" | "topK" | "reasoning">
  /** In the provider's own words. */
  readonly options: Readonly<Record<string, Schema.Json>>
}

/** What a rule for messages may know beside the message. */
export interface Place {
  /** The message before this one, as this rule has met it. */
  readonly previous: ModelMessage | undefined
  /** The model as the session names it. */
  readonly asked: ModelRef
  readonly target: Target
}

/** One row of the table; what it has no function for goes out as it is. */
export interface Rule {
  /** Unique in the table. */
  readonly name: string
  /** What it does, in one sentence. */
  readonly what: string
  /** What happens without it. */
  readonly why: string
  /** Where the provider or whoever met it first says so. */
  readonly source: string
  readonly applies: (target: Target) => boolean
  readonly system?: (texts: ReadonlyArray<string>) => ReadonlyArray<string>
  readonly tools?: (tools: ReadonlyArray<ToolSpec>) => ReadonlyArray<ToolSpec>
  /** What goes out instead of the message. A rule that changes nothing gives the message itself. */
  readonly message?: (message: ModelMessage, place: Place) => ModelMessage | ReadonlyArray<ModelMessage>
  /** The id that a call should have. A taken one is asked for again with the next attempt, from 0 on. */
  readonly callId?: (id: string, attempt: number) => string
  /** Messages of the user in a row go out as one. */
  readonly joinsUsers?: true
  readonly settings?: (settings: Settings, request: ModelRequest, target: Target) => Settings
  /** What marks a place up to which the provider should cache. */
  readonly mark?: (target: Target) => SharedV4ProviderOptions | undefined
}

type Content<Role extends ModelMessage["role"]> = Extract<ModelMessage, { readonly role: Role }>["content"][number]

/** The assistant's message with each part replaced by those that are given for it; itself where nothing changes. */
export const mapAssistant = (
  message: ModelMessage,
  change: (part: Content<"assistant">) => ReadonlyArray<Content<"assistant">>
): ModelMessage => {
  if (message.role !== "assistant") return message
  const content = message.content.flatMap(change)
  return isSame(message.content, content) ? message : { ...message, content }
}

/** Are these the same parts? */
export const isSame = <A>(before: ReadonlyArray<A>, after: ReadonlyArray<A>): boolean =>
  before.length === after.length && before.every((one, index) => one === after[index])

/** The same for each item, and the same list where no item changes. */
export const mapEach = <A>(items: ReadonlyArray<A>, change: (item: A) => A): ReadonlyArray<A> => {
  const changed = items.map(change)
  return isSame(items, changed) ? items : changed
}
