/** Drives the turns of one session for somebody who watches: what was left open first, then the prompt. */
import type { InputId, SessionId, TurnId } from "@rein/core/schema/Ids"
import type { Outcome } from "@rein/core/schema/Outcome"
import type { Item } from "@rein/core/session/LiveHub"
import { Sessions } from "@rein/core/session/Sessions"
import type { SessionState } from "@rein/core/session/SessionState"
import { Effect, Fiber, Schedule, Stream } from "effect"

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

/** The input whose outcome tells that nothing is open any more, if anything is. */
export const openInput = ({ delivered, turn, waiting }: SessionState): InputId | undefined =>
  turn === undefined ? waiting.at(-1)?.input.input : delivered.at(-1)

/** The turns of a session, one after the other; each event is shown once. */
export const make = (session: SessionId, show: Watched["show"]) => {
  /** The last stored event that was shown. */
  let last: number | undefined
  let lastEnd = 0
  const see = (item: Item) => {
    if (!("after" in item)) last = item.sequence
    if (item.type === "TurnEnded") lastEnd = item.sequence
    show(item)
  }

  /** Goes on with a turn or inputs that are open. Gives the last outcome if there was anything. */
  const resume = Effect.gen(function* () {
    const sessions = yield* Sessions
    let outcome: Outcome | undefined
    for (;;) {
      const state = yield* sessions.state(session)
      const input = openInput(state)
      if (input === undefined) return outcome
      yield* sessions.resume(session)
      const turn = state.turn === undefined ? {} : { turn: state.turn.id }
      outcome = yield* watch({ session, input, after: last ?? state.sequence, show: see, ...turn })
    }
  })

  /** Sends the prompt and watches its turn. A session that has had none is shown from its beginning. */
  const prompt = Effect.fnUntraced(function* (text: string) {
    const sessions = yield* Sessions
    const { lastTurn, sequence } = yield* sessions.state(session)
    const input = yield* sessions.prompt(session, text)
    return yield* watch({ session, input, after: lastTurn === undefined ? 0 : sequence, show: see })
  })

  /** Shows what is stored and live, from behind what was shown. */
  const showing = Effect.fnUntraced(function* (upTo: number) {
    const sessions = yield* Sessions
    yield* sessions.events(session, last ?? 0).pipe(
      Stream.takeUntil((item) => !("after" in item) && item.sequence >= upTo),
      Stream.runForEachArray((items) => Effect.sync(() => items.forEach(see)))
    )
  })

  /** Brings those turns to their end, too, that begin here because of what others say while the last one ends. Gives the outcome of the last of them. */
  const rest = Effect.gen(function* () {
    const sessions = yield* Sessions
    const from = last ?? 0
    const watching = yield* Effect.forkChild(showing(Number.MAX_SAFE_INTEGER))
    for (;;) {
      yield* sessions.idle(session)
      if (openInput(yield* sessions.state(session)) === undefined) break
      yield* sessions.resume(session)
    }
    yield* Fiber.interrupt(watching)
    const { lastTurn, sequence } = yield* sessions.state(session)
    if (sequence > (last ?? 0)) yield* showing(sequence)
    return lastEnd > from ? lastTurn?.outcome : undefined
  })

  return { resume, prompt, rest }
}

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
