/** Questions to people. A question is an event; what waits here is only the waiting fiber's ear. */
import { Context, Effect, Layer } from "effect"
import type { QuestionId } from "../schema/Ids.ts"
import * as Ids from "../schema/Ids.ts"
import type { Answer, AnsweredBy, PermissionRequest } from "../schema/Question.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { SessionState } from "../session/SessionState.ts"
import type { StoreError } from "../session/SessionStore.ts"

/** An answer, and who gave it. */
export interface Settled {
  readonly answer: Answer
  readonly by: AnsweredBy
}

export class Questions extends Context.Service<
  Questions,
  {
    /** Asks and waits. A question that this call has asked before, in this process or another, is awaited, not asked twice. */
    readonly ask: (session: OpenSession, request: PermissionRequest) => Effect.Effect<Settled, StoreError>
  }
>()("@rein/core/question/Questions") {}

const sameRequest = (a: PermissionRequest, b: PermissionRequest): boolean =>
  a.call === b.call && a.permission === b.permission && a.patterns.join("\n") === b.patterns.join("\n")

const openQuestion = Effect.fnUntraced(function* (session: OpenSession, request: PermissionRequest) {
  const known = session.state().questions.find((question) => sameRequest(question.request, request))
  if (known !== undefined) return known.id
  const id = Ids.make.question()
  yield* session.append([SessionEvent.make("QuestionAsked", { question: { id, request } })])
  return id
})

const answerTo = (state: SessionState, question: QuestionId) =>
  state.answers.find((answer) => answer.question === question)

const settle = (session: OpenSession, question: QuestionId, settled: Settled, command?: Ids.CommandId) =>
  session.append([
    SessionEvent.make("QuestionSettled", { question, ...settled, ...(command === undefined ? {} : { command }) })
  ])

/** Waits for a submitted answer, for as long as it takes, across restarts. */
export const layer: Layer.Layer<Questions> = Layer.succeed(
  Questions,
  Questions.of({
    ask: Effect.fnUntraced(function* (session, request) {
      const question = yield* openQuestion(session, request)
      const { answer, command } = yield* session.until((state) => answerTo(state, question))
      yield* settle(session, question, { answer, by: "person" }, command)
      return { answer, by: "person" as const }
    })
  })
)

/** A policy answers at once; `undefined` leaves the question to people. */
export const layerPolicy = (
  decide: (request: PermissionRequest) => Effect.Effect<Answer | undefined>
): Layer.Layer<Questions, never, Questions> =>
  Layer.effect(
    Questions,
    Effect.map(Questions, (people) =>
      Questions.of({
        ask: Effect.fnUntraced(function* (session, request) {
          const answer = yield* decide(request)
          if (answer === undefined) return yield* people.ask(session, request)
          const question = yield* openQuestion(session, request)
          const settled: Settled = { answer, by: "policy" }
          yield* settle(session, question, settled)
          return settled
        })
      })
    )
  )

/** Nobody is there to answer: every question is rejected, and says so. */
export const layerNobody: Layer.Layer<Questions> = Layer.succeed(
  Questions,
  Questions.of({
    ask: Effect.fnUntraced(function* (session, request) {
      const question = yield* openQuestion(session, request)
      const settled: Settled = {
        answer: { _tag: "reject", message: "Nobody is there to answer." },
        by: "nobody"
      }
      yield* settle(session, question, settled)
      return settled
    })
  })
)
