/** What a provider streams: the parts of one answer, as they come. Any order is accepted. */
import type { Schema } from "effect"
import type { FinishReason } from "../schema/SessionEvent.ts"
import type { ProviderData } from "../schema/Part.ts"
import type { Usage } from "../schema/Usage.ts"

interface WithId {
  /** The provider's id of the part within this answer. */
  readonly id: string
  readonly provider?: ProviderData
}

/** One piece of a streamed answer. Ids are the provider's own, and may come again in the next answer. */
export type ModelPart =
  | ({ readonly type: "text-start" } & WithId)
  | ({ readonly type: "text-delta"; readonly text: string } & WithId)
  | ({ readonly type: "text-end" } & WithId)
  | ({ readonly type: "reasoning-start" } & WithId)
  | ({ readonly type: "reasoning-delta"; readonly text: string } & WithId)
  | ({ readonly type: "reasoning-end" } & WithId)
  /** The input of a call begins to come. `id` is the provider's call id. */
  | ({ readonly type: "call-start"; readonly tool: string } & WithId)
  | ({ readonly type: "call-delta"; readonly text: string } & WithId)
  | ({ readonly type: "call-end" } & WithId)
  /** A whole call; `input` is the JSON text as the model wrote it. */
  | ({ readonly type: "call"; readonly tool: string; readonly input: string; readonly hosted?: boolean } & WithId)
  /** The result of a call that the provider ran itself. */
  | ({ readonly type: "call-result"; readonly result: Schema.Json; readonly failed?: boolean } & WithId)
  | { readonly type: "file"; readonly mediaType: string; readonly base64: string; readonly provider?: ProviderData }
  | { readonly type: "source"; readonly url?: string; readonly title?: string }
  /** What the provider says of the answer: its id and the model that really answered. */
  | { readonly type: "response"; readonly responseId?: string; readonly model?: string }
  | {
      readonly type: "finish"
      readonly reason: FinishReason
      readonly raw?: string
      readonly usage: Usage
      /** Micro-dollars, where the provider itself says what the answer cost. */
      readonly cost?: number
    }
  /** A part type that this version does not know. */
  | { readonly type: "unknown"; readonly name: string }

/** Does this part show that the answer has begun? Before the first such part a request may be repeated unseen. */
export const isSemantic = (part: ModelPart): boolean =>
  part.type !== "response" && part.type !== "finish" && part.type !== "unknown"
