/** Drives the turns of one session for somebody who watches: what was left open first, then the prompt. */
import type { InputId, SessionId, TurnId } from "@rein/core/schema/Ids"
import type { Outcome } from "@rein/core/schema/Outcome"
import type { Item } from "@rein/core/session/LiveHub"
import { Sessions } from "@rein/core/session/Sessions"
import type { SessionState } from "@rein/core/session/SessionState"
import { Effect, Schedule, Stream } from "effect"

/** What is watched. */
interface Watched {
  readonly session: SessionId
  readonly input: InputId
  /** Events up to here are known. */
  readonly after: number
  /** Where it runs already. */
  readonly turn?: TurnId
  readonly show: (item: Item) => void
}

/** Is this the event after which nothing of the input's turn follows? */
const endOf = ({ input, turn }: Watched): ((item: Item) => boolean) => {
  let running = turn
  return (item) => {
    if (item.type === "InputDelivered" && item.data.input === input) running = item.data.turn
    if (item.type === "InputWithdrawn") return item.data.input === input
    return item.type === "TurnEnded" && item.data.turn === running
  }
}

/** Shows everything until the input's turn has ended. Waits for both: the outcome tells of a broken store, the events come in order. */
const watch = Effect.fnUntraced(function* (watched: Watched) {
  const sessions = yield* Sessions
  const { after, input, session, show } = watched
  const showing = sessions.events(session, after).pipe(
    Stream.takeUntil(endOf(watched)),
    Stream.runForEachArray((items) => Effect.sync(() => items.forEach(show)))
  )
  const [outcome] = yield* Effect.all([sessions.outcome(session, input), showing], { concurrency: 2 })
  // Only this command knows the input, so whoever took it back stopped the work.
  return outcome._tag === "withdrawn" ? ({ _tag: "interrupted" } satisfies Outcome) : outcome
})

const openInput = ({ delivered, turn, waiting }: SessionState): InputId | undefined =>
  turn === undefined ? waiting.at(-1)?.input.input : delivered.at(-1)

/** Goes on with a turn or inputs that a dead process left. Gives the outcome if there was anything. */
export const resume = Effect.fnUntraced(function* (session: SessionId, show: Watched["show"]) {
  const sessions = yield* Sessions
  let outcome: Outcome | undefined
  for (;;) {
    const state = yield* sessions.state(session)
    const input = openInput(state)
    if (input === undefined) return outcome
    yield* sessions.resume(session)
    outcome = yield* watch({
      session,
      input,
      after: state.sequence,
      show,
      ...(state.turn === undefined ? {} : { turn: state.turn.id })
    })
  }
})

/** Sends the prompt and watches its turn. A session that has had none is shown from its beginning. */
export const prompt = Effect.fnUntraced(function* (session: SessionId, text: string, show: Watched["show"]) {
  const sessions = yield* Sessions
  const { lastTurn, sequence } = yield* sessions.state(session)
  const input = yield* sessions.prompt(session, text)
  return yield* watch({ session, input, after: lastTurn === undefined ? 0 : sequence, show })
})

/** Asks for the end of the turn, and takes back what waits. */
export const stopOnce = Effect.fnUntraced(function* (session: SessionId) {
  const sessions = yield* Sessions
  const { interrupts, turn, waiting, withdrawals } = yield* sessions.state(session)
  if (turn !== undefined && interrupts.length === 0) yield* sessions.interrupt(session)
  const left = waiting.filter(({ input }) => !withdrawals.some((one) => one.input === input.input))
  for (const { input } of left) yield* sessions.withdraw(session, input.input)
})

/** Asks for the end until it is there: an input may turn into a turn between looking and asking. */
export const stop = (session: SessionId) =>
  Effect.repeat(Effect.ignore(stopOnce(session)), Schedule.spaced("50 millis"))
