/** Ends the fibers of a turn: somebody interrupts it, another owner has it, or it only waits for people. Whatever its parts do about it. */
import { type Context, type Duration, Effect, Exit } from "effect"
import { stoppable } from "../internal/stoppable.ts"
import type * as Ids from "../schema/Ids.ts"
import type { Outcome } from "../schema/Outcome.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import { waitsForPeople } from "../session/Parking.ts"
import type { StoreError } from "../session/SessionStore.ts"
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

/** Calls back when the turn has only waited for people for so long, until the function that it gives is called. */
const whenParked = (
  session: OpenSession,
  after: Duration.Input,
  context: Context.Context<never>,
  park: () => void
): (() => void) => {
  let timer: ReturnType<typeof Effect.runFork> | undefined
  const forget = () => {
    timer?.interruptUnsafe()
    timer = undefined
  }
  const unwatch = session.watch((state) => {
    forget()
    if (!waitsForPeople(state)) return
    timer = Effect.runForkWith(context)(Effect.andThen(Effect.sleep(after), Effect.sync(park)))
  })
  return () => {
    unwatch()
    forget()
  }
}

/**
 * Runs the turn until somebody interrupts it, in this process or another, or has taken it over. Gives `undefined` when it
 * was parked: with `parkAfter`, when it has only waited for people for so long.
 */
export const untilStopped = <E, R>(
  session: OpenSession,
  turn: Effect.Effect<Outcome, E, R>,
  parkAfter: Duration.Input | undefined
): Effect.Effect<Exit.Exit<Outcome, E | StoreError> | undefined, never, R> =>
  Effect.contextWith((context: Context.Context<R>) => {
    let isParked = false
    return Effect.map(
      stoppable(turn, {
        listen: (stop) => {
          const unpark =
            parkAfter === undefined
              ? undefined
              : whenParked(session, parkAfter, context, () => {
                  isParked = true
                  stop()
                })
          const unwatch = session.watch((state) => {
            if (session.overtaken() !== undefined) stop() // guard: I4 core/test/session/Ownership.test.ts
            if (wantedInterrupts(state).length > 0) stop()
          })
          return () => {
            unpark?.()
            unwatch()
          }
        },
        grace: interruptWithin
      }),
      (exit): Exit.Exit<Outcome, E | StoreError> | undefined => {
        const lost = session.overtaken()
        if (lost !== undefined) return Exit.fail(lost) // guard: I6 core/test/session/Takeover.test.ts #learns only
        if (exit !== undefined) return exit
        const isInterrupted = wantedInterrupts(session.state()).length > 0
        return isParked && !isInterrupted ? undefined : Exit.succeed<Outcome>({ _tag: "interrupted" })
      }
    )
  })

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
