/** Which waiting inputs are delivered when, and what becomes of commands that come too late. */
import { Effect } from "effect"
import type { TurnId } from "../schema/Ids.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { SessionState, WaitingInput } from "../session/SessionState.ts"

/** For a new turn: the first waiting input, and the steers right behind it. */
export const nextInputs = ({ waiting }: SessionState): ReadonlyArray<WaitingInput> => {
  const end = waiting.findIndex((one, index) => index > 0 && one.input.delivery === "queue")
  return end === -1 ? waiting : waiting.slice(0, end)
}

/** For a running turn: all steers, in their order. */
export const steers = ({ waiting }: SessionState): ReadonlyArray<WaitingInput> =>
  waiting.filter((one) => one.input.delivery === "steer")

/** The events that deliver inputs to a turn. */
export const deliver = (inputs: ReadonlyArray<WaitingInput>, turn: TurnId): ReadonlyArray<SessionEvent.SessionEvent> =>
  inputs.map(({ command, input }) => SessionEvent.make("InputDelivered", { input: input.input, command, turn }))

const withdrawals = (state: SessionState): ReadonlyArray<SessionEvent.SessionEvent> =>
  state.withdrawals.map(({ command, input }) =>
    state.waiting.some((one) => one.input.input === input)
      ? SessionEvent.make("InputWithdrawn", { input, command })
      : SessionEvent.make("CommandIgnored", {
          command,
          why: "The input was not waiting: it was delivered or withdrawn."
        })
  )

const lateAnswers = (state: SessionState): ReadonlyArray<SessionEvent.SessionEvent> =>
  state.answers
    .filter((one) => !state.questions.some((question) => question.id === one.question))
    .map(({ command }) => SessionEvent.make("CommandIgnored", { command, why: "The question is not open." }))

/** An interrupt counts for the turn that it names, or for the one that runs. */
export const wantedInterrupts = (state: SessionState): SessionState["interrupts"] =>
  state.interrupts.filter((one) => state.turn !== undefined && (one.turn === undefined || one.turn === state.turn.id))

const lateInterrupts = (state: SessionState): ReadonlyArray<SessionEvent.SessionEvent> => {
  const wanted = new Set(wantedInterrupts(state))
  return state.interrupts
    .filter((one) => !wanted.has(one))
    .map(({ command }) => SessionEvent.make("CommandIgnored", { command, why: "The turn was not running." }))
}

const due = (state: SessionState): ReadonlyArray<SessionEvent.SessionEvent> => [
  ...withdrawals(state),
  ...lateAnswers(state),
  ...lateInterrupts(state)
]

/** Takes up the withdrawals, and the commands that can no longer take effect. */
export const answerCommands = (session: OpenSession) =>
  Effect.suspend(() => {
    const events = due(session.state())
    return events.length === 0 ? Effect.void : session.append(events)
  })

/** Does so at once whenever such a command comes, until interrupted. */
export const keepAnswering = (session: OpenSession) =>
  session
    .until((state) => (due(state).length > 0 ? true : undefined))
    .pipe(
      Effect.andThen(Effect.catchTag(answerCommands(session), "StoreError", () => Effect.sleep("1 second"))),
      Effect.forever
    )
