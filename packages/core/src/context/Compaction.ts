/** When and how a history that is too long for its model shrinks. */
import { Context, Effect, Layer, Schema } from "effect"
import type { ModelFacts } from "../model/ModelCatalog.ts"
import type { SessionEvent } from "../schema/SessionEvent.ts"
import type { SessionState } from "../session/SessionState.ts"
import { describe, type Fill } from "./Overflow.ts"

/** The history does not fit and cannot be made to. The message tells the numbers and what to do. */
export class ContextFull extends Schema.TaggedError<ContextFull>("@rein/core/context/Compaction/ContextFull")(
  "ContextFull",
  { detail: Schema.String }
) {
  override get message() {
    return `The conversation does not fit into the model's window (${this.detail}). Use a model with a larger window, start a new session, or provide a Compaction layer that shrinks the history.`
  }
}

/** What is known when it is decided whether the history must shrink. */
export interface Situation {
  readonly state: SessionState
  readonly facts: ModelFacts
  readonly fill: Fill
  /** The provider has just refused the request as too long. */
  readonly refused: boolean
}

/** Decides whether the history is rewritten before it is sent. The log itself always keeps all of it. */
export class Compaction extends Context.Service<
  Compaction,
  {
    /** Called before each request and after a refusal. Gives the rewrite events to store (usually `Compacted`), or none to go on as it is. After a refusal, none is an error. */
    readonly rewrite: (situation: Situation) => Effect.Effect<ReadonlyArray<SessionEvent>, ContextFull>
  }
>()("@rein/core/context/Compaction") {}

/** Never shrinks: a history that the provider refuses is a clear failure. Before that, a limit of the catalogue may be wrong. */
export const layerNone: Layer.Layer<Compaction> = Layer.succeed(
  Compaction,
  Compaction.of({
    rewrite: ({ fill, refused }) =>
      refused
        ? Effect.fail(new ContextFull({ detail: `refused by the provider, ${describe(fill)}` }))
        : Effect.succeed([])
  })
)
