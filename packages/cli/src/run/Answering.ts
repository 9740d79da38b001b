/** Puts the questions of a session to a person, one after the other, as long as they are open. */
import type { QuestionId, SessionId } from "@rein/core/schema/Ids"
import type { Answer, Question } from "@rein/core/schema/Question"
import type { Item } from "@rein/core/session/LiveHub"
import { Sessions } from "@rein/core/session/Sessions"
import { Deferred, Effect, Queue } from "effect"

/** Puts one question; interrupted when it is settled in another way. */
export type Ask = (question: Question) => Effect.Effect<Answer>

/** A question, and what tells that it is settled. */
interface Open {
  readonly question: Question
  readonly settled: Deferred.Deferred<void>
}

/** Asks in the background until the scope closes; what it gives has to see every item of the session. */
export const make = Effect.fnUntraced(function* (session: SessionId, ask: Ask) {
  const sessions = yield* Sessions
  const waiting = yield* Queue.make<Open>()
  const open = new Map<QuestionId, Open>()

  const put = (question: Question) => {
    if (open.has(question.id)) return
    const one = { question, settled: Deferred.makeUnsafe<void>() }
    open.set(question.id, one)
    Queue.offerUnsafe(waiting, one)
  }
  const settle = (id: QuestionId) => {
    const one = open.get(id)
    open.delete(id)
    if (one !== undefined) Deferred.doneUnsafe(one.settled, Effect.void)
  }

  // An answer may settle others too, so none of them is put before that is known.
  const answer = ({ question, settled }: Open) =>
    ask(question).pipe(
      Effect.flatMap((given) => sessions.answer(session, question.id, given)),
      Effect.andThen(Deferred.await(settled))
    )
  const next = Effect.flatMap(Queue.take(waiting), (one) =>
    open.has(one.question.id) ? Effect.raceFirst(answer(one), Deferred.await(one.settled)) : Effect.void
  )
  yield* Effect.forkScoped(Effect.forever(next))
  for (const question of (yield* sessions.state(session)).questions) put(question)

  return (item: Item) => {
    if (item.type === "QuestionAsked") put(item.data.question)
    if (item.type === "QuestionSettled") settle(item.data.question)
    if (item.type === "TurnEnded") for (const id of open.keys()) settle(id)
  }
})
