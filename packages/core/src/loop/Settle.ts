/** Brings a step to its end in the log when it did not come to it by itself. */
import { Cause, type Duration, Effect, Exit } from "effect"
import { within } from "../internal/within.ts"
import type * as Ids from "../schema/Ids.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import type * as Usage from "../schema/Usage.ts"
import { type CallItem, unsettled } from "../session/History.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { StoreError } from "../session/SessionStore.ts"
import { wantedInterrupts } from "./Inbox.ts"

/** Settling may wait so long for the store; what could not be stored is left to re-entry. */
export const settleWithin: Duration.Input = "500 millis"

/** What the step knows of its answer that the log does not. */
export interface Rest {
  readonly events: ReadonlyArray<SessionEvent.SessionEvent>
  readonly usage: Usage.Usage
  readonly durationMillis: number
}

/** Interrupted, and nobody has asked for it: the runtime ends, not the turn. */
const isShutdown = (session: OpenSession, exit: Exit.Exit<unknown, unknown>): boolean =>
  Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause) && wantedInterrupts(session.state()).length === 0

/**
 * Closes whatever the log says is still open in this step. Bounded; never fails: what could not be stored is left to
 * re-entry, and so are at a shutdown the calls that have not started, with their questions.
 */
export const settle = (
  session: OpenSession,
  step: Ids.StepId,
  exit: Exit.Exit<unknown, unknown>,
  rest: () => Rest
): Effect.Effect<void> => {
  const open = session.state().step
  if (open?.step !== step) return Effect.void
  const isOver = ({ started }: CallItem) => started !== undefined || !isShutdown(session, exit)
  const append = Effect.suspend(() => {
    const { durationMillis, events, usage } = rest()
    const finish = SessionEvent.make("StepFinished", {
      step,
      finish: "interrupted",
      usage,
      cost: "unknown",
      durationMillis
    })
    return session.append([
      ...events,
      ...unsettled(open.items).filter(isOver).map(settleInterrupted),
      ...(open.finish === undefined ? [finish] : [])
    ])
  })
  return Effect.flatMap(within(append, settleWithin), (stored) =>
    stored === undefined || Exit.isFailure(stored)
      ? Effect.logWarning(`Step ${step} could not be settled and is left to re-entry: ${whyNot(stored)}`)
      : Effect.void
  )
}

const whyNot = (stored: Exit.Failure<unknown, StoreError> | undefined): string => {
  if (stored === undefined) return "the store takes too long."
  const error = Cause.squash(stored.cause)
  return error instanceof Error ? error.message : String(error)
}

const settleInterrupted = ({ call, started }: CallItem) =>
  SessionEvent.make("CallSettled", {
    call: call.id,
    result: { status: "interrupted", output: interruptedText(started !== undefined) }
  })

/** What the model reads of a call that was interrupted before or after its start. */
const interruptedText = (started: boolean): string =>
  started
    ? "The call was interrupted while it ran. It may have taken effect in part: look before you do it again."
    : "The call was interrupted before it ran."
