/** Asks another model for the rest of a turn, where the asked one failed before it said anything. */
import { Effect } from "effect"
import type { Fallback } from "../model/Fallback.ts"
import type { ModelRef } from "../schema/ModelRef.ts"
import type { TurnId } from "../schema/Ids.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { SessionState } from "../session/SessionState.ts"
import type { StoreError } from "../session/SessionStore.ts"
import type { Next } from "./GoingOn.ts"
import type { StepEnd } from "./Step.ts"

/** What the steps of an agent are asked for. */
const role = "model"

const triedOf = ({ turn }: SessionState): ReadonlyArray<ModelRef> => turn?.fallback?.tried ?? []

/** How long the running model may be waited for between two attempts. */
export const patienceMillis = (fallback: Fallback["Service"], state: SessionState, model: ModelRef): number =>
  fallback.patienceMillis({ role, model, tried: triedOf(state) })

/** Goes on with another model, or ends as it would have ended, with the reason why no other model was asked. */
export const fallBack = Effect.fnUntraced(function* (
  fallback: Fallback["Service"],
  { session, turn }: { readonly session: OpenSession; readonly turn: TurnId },
  { begun, error, step }: StepEnd,
  next: Next
): Effect.fn.Return<Next, StoreError> {
  const from = session.state().epoch?.model
  if (next._tag !== "end" || next.outcome._tag !== "failed") return next
  if (error === undefined || begun || from === undefined) return next
  const { message, reason } = error
  const choice = yield* fallback.next({ role, model: from, reason, tried: triedOf(session.state()) })
  if (choice._tag === "take") {
    yield* session.append([
      SessionEvent.make("FellBack", { turn, step, role, from, to: choice.model, reason, message })
    ])
    return { _tag: "go-on" }
  }
  if (choice.why === undefined) return next
  const failure = next.outcome.error
  const outcome = { ...next.outcome, error: { ...failure, message: `${failure.message} ${choice.why}` } }
  return { _tag: "end", outcome }
})
