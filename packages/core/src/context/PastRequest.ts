/** The request of a step that was made before, built again from the log. */
import { Effect, Schema } from "effect"
import type { BlobError, Blobs } from "../blob/Blobs.ts"
import type { ModelRequest } from "../model/ModelRequest.ts"
import type { SessionId } from "../schema/Ids.ts"
import type { StoredEvent } from "../schema/SessionEvent.ts"
import { fold } from "../session/Fold.ts"
import * as ContextBuilder from "./ContextBuilder.ts"
import * as Epoch from "./Epoch.ts"

/** The session has no such step. */
export class StepNotFound extends Schema.TaggedError<StepNotFound>("@rein/core/context/PastRequest/StepNotFound")(
  "StepNotFound",
  { session: Schema.String, step: Schema.Finite, steps: Schema.Finite }
) {
  override get message() {
    const known = this.steps === 0 ? "It has not asked a model yet." : `It has the steps 1 to ${this.steps}.`
    return `Session ${this.session} has no step ${this.step}. ${known}`
  }
}

/** What was asked in a step, and how sure that is. */
export interface PastRequest {
  readonly request: ModelRequest
  /** From 1, in the whole session. */
  readonly step: number
  readonly steps: number
  /** Is it what was sent then, as far as the fingerprint of the step tells? Another version may build it otherwise. */
  readonly isSame: boolean
}

/** The request of a step, or of the last one without a number. */
export const load = Effect.fnUntraced(function* (
  blobs: Blobs["Service"],
  session: SessionId,
  events: ReadonlyArray<StoredEvent>,
  wanted?: number
): Effect.fn.Return<PastRequest, BlobError | StepNotFound> {
  const started = events.filter((event) => event.type === "StepStarted")
  const step = wanted ?? started.length
  const asked = started[step - 1]
  const before = asked === undefined ? [] : events.filter(({ sequence }) => sequence < asked.sequence)
  const state = fold(session, before)
  if (asked === undefined || state.epoch === undefined) {
    return yield* new StepNotFound({ session, step, steps: started.length })
  }
  const texts = yield* Epoch.load(blobs, state.epoch)
  const { fingerprint, request } = ContextBuilder.make().build(state, texts)
  return { request, step, steps: started.length, isSame: fingerprint === asked.data.fingerprint }
})
