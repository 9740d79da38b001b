/** Ends a turn that somebody interrupts, in this process or another, whatever its parts do about it. */
import { type Duration, Effect, Exit } from "effect"
import { stoppable } from "../internal/stoppable.ts"
import type * as Ids from "../schema/Ids.ts"
import type { Outcome } from "../schema/Outcome.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import * as Usage from "../schema/Usage.ts"
import { wantedInterrupts } from "./Inbox.ts"
import type { Rest } from "./Settle.ts"

/** An interrupted turn waits so long for what ignores its interruption, and then ends without it. */
export const interruptWithin: Duration.Input = "1300 millis"

/** What the model reads where it was interrupted. */
export const interruptedNote = {
  kind: "interrupted",
  text: "You were interrupted here. What was not finished stays as it is; go on with it only when you are asked to."
} as const

/** Runs the turn until somebody interrupts it, in this process or another. */
export const untilInterrupted = <E, R>(
  session: OpenSession,
  turn: Effect.Effect<Outcome, E, R>
): Effect.Effect<Exit.Exit<Outcome, E>, never, R> =>
  Effect.map(
    stoppable(turn, {
      listen: (stop) =>
        session.watch((state) => {
          if (wantedInterrupts(state).length > 0) stop()
        }),
      grace: interruptWithin
    }),
    (exit) => exit ?? Exit.succeed<Outcome>({ _tag: "interrupted" })
  )

/** What a step that was left behind has said so far. */
export const restOf = (session: OpenSession, step: Ids.StepId): Rest => ({
  events: session.live.openParts().flatMap((open) =>
    open.step !== step || open.kind === "call" || open.text === ""
      ? []
      : [
          SessionEvent.make("PartFinished", {
            step,
            part: { type: open.kind, id: open.part, text: open.text, interrupted: true }
          })
        ]
  ),
  usage: Usage.unknown,
  durationMillis: 0
})
