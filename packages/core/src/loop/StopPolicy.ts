/** May a turn end now? Goals and hooks say no with a note, and the same turn goes on. */
import { Context, Effect, Layer } from "effect"
import type { SessionState } from "../session/SessionState.ts"

/** `note` is what the model is told when the turn goes on. */
export type Verdict = { readonly _tag: "end" } | { readonly _tag: "go-on"; readonly note: string }

/** Is asked when the agent yields, and can end a turn before that. */
export class StopPolicy extends Context.Service<
  StopPolicy,
  {
    /** Asked when the agent yields. */
    readonly mayEnd: (state: SessionState) => Effect.Effect<Verdict>
    /** Ends when a hook or the host wants the running turn to stop after what it is doing. Interrupted when the turn ends. */
    readonly wantsStop: (state: SessionState) => Effect.Effect<void>
  }
>()("@rein/core/loop/StopPolicy") {}

/** A turn may always end, and nobody stops it. */
export const layerAlways: Layer.Layer<StopPolicy> = Layer.succeed(
  StopPolicy,
  StopPolicy.of({ mayEnd: () => Effect.succeed({ _tag: "end" }), wantsStop: () => Effect.never })
)
