/** Which waiting inputs are delivered when, and what becomes of commands that come too late. */
import { Context, Effect, Fiber, Scope } from "effect"
import type { TurnId } from "../schema/Ids.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { SessionState, WaitingInput } from "../session/SessionState.ts"
import type { StoreError } from "../session/SessionStore.ts"

/** Inputs that wait and that nobody has taken back: a withdrawal that was stored before the delivery counts. */
const deliverable = ({ waiting, withdrawals }: SessionState): ReadonlyArray<WaitingInput> => {
  const isTaken = ({ input }: WaitingInput) => withdrawals.some((taken) => taken.input === input.input)
  if (withdrawals.length > 0) return waiting.filter((one) => !isTaken(one)) // guard: I6 core/test/loop/Inbox.test.ts
  return waiting
}

/** For a new turn: the first waiting input, and the steers right behind it. */
export const nextInputs = (state: SessionState): ReadonlyArray<WaitingInput> => {
  const inputs = deliverable(state)
  const end = inputs.findIndex((one, index) => index > 0 && one.input.delivery === "queue")
  return end === -1 ? inputs : inputs.slice(0, end)
}

/** For a running turn: all steers, in their order. */
export const steers = (state: SessionState): ReadonlyArray<WaitingInput> =>
  deliverable(state).filter((one) => one.input.delivery === "steer")

/** The events that deliver inputs to a turn. */
export const deliver = (inputs: ReadonlyArray<WaitingInput>, turn: TurnId): ReadonlyArray<SessionEvent.SessionEvent> =>
  inputs.map(({ command, input }) => SessionEvent.make("InputDelivered", { input: input.input, command, turn }))

/** Delivers the steers that wait, after a look at what others have stored meanwhile. */
export const deliverSteers = (session: OpenSession, turn: TurnId): Effect.Effect<void, StoreError> =>
  Effect.suspend(() =>
    steers(session.state()).length === 0
      ? Effect.void
      : Effect.andThen(
          session.refresh,
          session.append((state) => [...due(state), ...deliver(steers(state), turn)])
        )
  )

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

/** Each from what the one before it has left. */
const switches = (state: SessionState): ReadonlyArray<SessionEvent.SessionEvent> => {
  let from = state.model ?? state.epoch?.model
  return state.switches.map(({ command, model }) => {
    const event = SessionEvent.make("ModelSwitched", { command, ...(from === undefined ? {} : { from }), to: model })
    from = model
    return event
  })
}

const due = (state: SessionState): ReadonlyArray<SessionEvent.SessionEvent> => [
  ...withdrawals(state),
  ...lateAnswers(state),
  ...lateInterrupts(state),
  ...switches(state)
]

/** Takes up the withdrawals and switches, and the commands that can no longer take effect. */
export const answerCommands = (session: OpenSession): Effect.Effect<void, StoreError> => session.append(due)

/** How long to wait before a store that failed is tried again. */
const again = "1 second"

const answerAll = (session: OpenSession): Effect.Effect<void> =>
  Effect.whileLoop({
    while: () => due(session.state()).length > 0,
    body: () => Effect.catchTag(answerCommands(session), "StoreError", () => Effect.sleep(again)),
    step: () => {}
  })

/** Does so at once whenever such a command comes, until the scope closes. Nothing runs while there is none. */
export const keepAnswering = (session: OpenSession): Effect.Effect<void, never, Scope.Scope> =>
  Effect.flatMap(Effect.context<Scope.Scope>(), (context) => {
    let isAnswering = false
    let answering: Fiber.Fiber<void> | undefined
    const unwatch = session.watch((state) => {
      if (isAnswering || due(state).length === 0) return
      isAnswering = true
      answering = Effect.runForkWith(context)(answerAll(session))
      answering.addObserver(() => {
        isAnswering = false
      })
    })
    const end = Effect.suspend(() => {
      unwatch()
      return answering === undefined ? Effect.void : Fiber.interrupt(answering)
    })
    return Scope.addFinalizer(Context.get(context, Scope.Scope), end)
  })
