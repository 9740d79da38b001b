/** The frozen texts of an epoch: system sections and tool definitions, kept as blobs that its event names. */
import { Effect, Schema } from "effect"
import type { BlobError, Blobs } from "../blob/Blobs.ts"
import type { ToolDefinition } from "../model/ModelRequest.ts"
import type { EventData } from "../schema/SessionEvent.ts"

/** What the model reads before the history: the sections and the tools, in the order in which they are sent. */
export interface EpochTexts {
  readonly system: ReadonlyArray<string>
  readonly tools: ReadonlyArray<ToolDefinition>
}

const System = Schema.fromJsonString(Schema.Array(Schema.String))
const Tools = Schema.fromJsonString(
  Schema.Array(Schema.Struct({ name: Schema.String, description: Schema.String, parameters: Schema.Json }))
)

/** Stores the texts and gives the hashes for the event. */
export const store = Effect.fnUntraced(function* (
  blobs: Blobs["Service"],
  texts: EpochTexts
): Effect.fn.Return<Pick<EventData<"EpochStarted">, "system" | "tools">, BlobError> {
  const [system, tools] = yield* Effect.all([
    blobs.put(Schema.encodeSync(System)(texts.system)),
    blobs.put(Schema.encodeSync(Tools)(texts.tools))
  ])
  return { system, tools }
})

const decoder = new TextDecoder()

/** Reads the texts that an epoch froze. A damaged blob is a defect: the hash has been verified. */
export const load = Effect.fnUntraced(function* (
  blobs: Blobs["Service"],
  epoch: Pick<EventData<"EpochStarted">, "system" | "tools">
): Effect.fn.Return<EpochTexts, BlobError> {
  const [system, tools] = yield* Effect.all([blobs.get(epoch.system), blobs.get(epoch.tools)])
  return {
    system: Schema.decodeSync(System)(decoder.decode(system)),
    tools: Schema.decodeSync(Tools)(decoder.decode(tools))
  }
})
