/** Questions to people. A question is an event; what waits here is only the waiting fiber's ear. */
import { Context, Duration, Effect, Layer } from "effect"
import type { CommandId, QuestionId } from "../schema/Ids.ts"
import * as Ids from "../schema/Ids.ts"
import { type Answer, offersOf, type PermissionRequest, type Question } from "../schema/Question.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { SessionState, SettledQuestion } from "../session/SessionState.ts"
import type { StoreError } from "../session/SessionStore.ts"
import { SavedAnswers } from "../settings/SavedAnswers.ts"

/** How a question was settled. */
export type Settled = Pick<SettledQuestion, "id" | "answer" | "by" | "because">

/** Looks whether what was approved meanwhile, for another call, allows this one too. */
export type IsCovered = Effect.Effect<boolean>

/** Brings questions to people and waits for their answers. Asking is an event, so an answer may come days later. */
export class Questions extends Context.Service<
  Questions,
  {
    /** Asks and waits. A question that this call has asked before, in this process or another, is awaited, not asked twice. */
    readonly ask: (
      session: OpenSession,
      request: PermissionRequest,
      isCovered?: IsCovered
    ) => Effect.Effect<Settled, StoreError>
  }
>()("@rein/core/question/Questions") {}

/** How long a question is left open. */
export interface Options {
  /** A question that nobody has answered for so long, while its turn waits for it, is rejected. Default: never. */
  readonly expireAfter?: Duration.Input
}

const sameRequest = (a: PermissionRequest, b: PermissionRequest): boolean =>
  a.call === b.call && a.permission === b.permission && a.patterns.join("\n") === b.patterns.join("\n")

const openQuestion = Effect.fnUntraced(function* (session: OpenSession, request: PermissionRequest) {
  const { questions, settled } = session.state()
  // Where nobody was there, somebody may be by now.
  const answered = settled.filter(({ by }) => by !== "nobody")
  const known = [...answered, ...questions].find((question) => sameRequest(question.request, request))
  if (known !== undefined) return known
  const question: Question = { id: Ids.make.question(), request }
  yield* session.append([SessionEvent.make("QuestionAsked", { question })])
  return question
})

const answerTo = (state: SessionState, question: QuestionId) =>
  state.answers.find((answer) => answer.question === question)

const settledIn = (state: SessionState, question: QuestionId): Settled | undefined =>
  state.settled.find(({ id }) => id === question)

/** The open questions that a person rejects by rejecting this one. What was answered already stays answered. */
const rejectedWith = (state: SessionState, question: QuestionId): ReadonlyArray<Question> =>
  state.questions.filter(({ id }) => id !== question && answerTo(state, id) === undefined)

/** Stores how a question was settled, unless that has happened meanwhile; gives what is stored. */
const settle = Effect.fnUntraced(function* (session: OpenSession, settled: Settled, command?: CommandId) {
  const { id: question, ...how } = settled
  yield* session.append((state) => {
    if (settledIn(state, question) !== undefined) return []
    const isRejected = how.by === "person" && how.answer._tag === "reject"
    const others = isRejected ? rejectedWith(state, question) : []
    return [
      SessionEvent.make("QuestionSettled", { question, ...how, ...(command === undefined ? {} : { command }) }),
      ...others.map(({ id }) => SessionEvent.make("QuestionSettled", { ...how, question: id, because: question }))
    ]
  })
  return settledIn(session.state(), question) ?? settled
})

/** A rejection that nobody has taken up: after a restart, a call that asked may have to wait for the one that waits here. */
const rejectionIn = ({ answers, questions }: SessionState) =>
  answers.find(({ answer, question }) => answer._tag === "reject" && questions.some(({ id }) => id === question))

/** What a question hears: how it was settled, an answer, a rejection of another one, or that more is approved than the caller has seen. */
const heardIn = (state: SessionState, question: QuestionId, seen: number) => {
  const settled = settledIn(state, question)
  if (settled !== undefined) return { _tag: "settled", settled } as const
  const given = answerTo(state, question)
  if (given !== undefined) return { _tag: "answer", ...given } as const
  const rejection = rejectionIn(state)
  if (rejection !== undefined) return { _tag: "rejection", ...rejection } as const
  const { length } = state.approvals
  const last = state.approvals[length - 1]
  return last !== undefined && length > seen
    ? ({ _tag: "approved", because: last.question, length } as const)
    : undefined
}

type Heard = Exclude<ReturnType<typeof heardIn>, undefined>

/** What was asked, and where answers for the project are kept. */
interface Asked {
  readonly session: OpenSession
  readonly question: Question
  readonly isCovered: IsCovered | undefined
  readonly saved: SavedAnswers
}

/** Takes up one thing that was heard; `undefined`: that did not settle the question. */
const takeUp = Effect.fnUntraced(function* (
  { isCovered = Effect.succeed(false), question: { id, request }, saved, session }: Asked,
  heard: Heard
): Effect.fn.Return<Settled | undefined, StoreError> {
  if (heard._tag === "settled") return heard.settled
  if (heard._tag === "answer") {
    const { answer, command } = heard
    // Before the event: once that is stored nobody would save it again.
    if (answer._tag === "project") yield* saved.save(session.state().directory, offersOf(request))
    return yield* settle(session, { id, answer, by: "person" }, command)
  }
  if (heard._tag === "rejection") {
    const { answer, command, question } = heard
    yield* settle(session, { id: question, answer, by: "person" }, command)
    return undefined
  }
  if (!(yield* isCovered)) return undefined
  return yield* settle(session, { id, answer: { _tag: "once" }, by: "person", because: heard.because })
})

/** Takes up one thing after the other that `next` gives, until the question is settled or there is no next. */
const follow = Effect.fnUntraced(function* <None extends undefined>(
  asked: Asked,
  next: (seen: number) => Effect.Effect<Heard | None, StoreError>
): Effect.fn.Return<Settled | None, StoreError> {
  let seen = 0
  for (;;) {
    const heard = yield* next(seen)
    if (heard === undefined) return heard
    const settled = yield* takeUp(asked, heard)
    if (settled !== undefined) return settled
    if (heard._tag === "approved") seen = heard.length
  }
})

/** Waits for an answer. */
const wait = (asked: Asked) =>
  follow<never>(asked, (seen) => asked.session.until((state) => heardIn(state, asked.question.id, seen)))

/** Takes up what was answered already, e.g. while no process worked on the session; `undefined`: nothing was. */
const known = (asked: Asked) =>
  follow(asked, (seen) => Effect.sync(() => heardIn(asked.session.state(), asked.question.id, seen)))

const make = Effect.fnUntraced(function* ({ expireAfter }: Options) {
  const saved = yield* SavedAnswers

  const expired = (session: OpenSession, { id }: Question, after: Duration.Input) => {
    const message = `Nobody has answered for ${Duration.format(Duration.fromInputUnsafe(after))}.`
    return settle(session, { id, answer: { _tag: "reject", message }, by: "nobody" })
  }

  return Questions.of({
    ask: Effect.fnUntraced(function* (session, request, isCovered) {
      const question = yield* openQuestion(session, request)
      const waiting = wait({ session, question, isCovered, saved })
      if (expireAfter === undefined) return yield* waiting
      return yield* Effect.timeoutOrElse(waiting, {
        duration: expireAfter,
        orElse: () => expired(session, question, expireAfter)
      })
    })
  })
})

/** Waits for a submitted answer across restarts, for as long as it takes or the options say. */
export const layerWith = (options: Options): Layer.Layer<Questions> => Layer.effect(Questions, make(options))

/** Waits for a submitted answer, for as long as it takes, across restarts. */
export const layer: Layer.Layer<Questions> = layerWith({})

/** A policy answers what no person has answered yet; `undefined` leaves the question to people. */
export const layerPolicy = (
  decide: (request: PermissionRequest) => Effect.Effect<Answer | undefined>
): Layer.Layer<Questions, never, Questions> =>
  Layer.effect(
    Questions,
    Effect.gen(function* () {
      const people = yield* Questions
      const saved = yield* SavedAnswers
      return Questions.of({
        ask: Effect.fnUntraced(function* (session, request, isCovered) {
          const question = yield* openQuestion(session, request)
          const settled = yield* known({ session, question, isCovered, saved })
          if (settled !== undefined) return settled
          const answer = yield* decide(request)
          if (answer === undefined) return yield* people.ask(session, request, isCovered)
          if (answer._tag === "project") yield* saved.save(session.state().directory, offersOf(request))
          return yield* settle(session, { id: question.id, answer, by: "policy" })
        })
      })
    })
  )

const rejection: Answer = { _tag: "reject", message: "Nobody is there to answer." }

/** Nobody is there to answer: a question that was not answered before is rejected, and says so. */
export const layerNobody: Layer.Layer<Questions> = Layer.effect(
  Questions,
  Effect.gen(function* () {
    const saved = yield* SavedAnswers
    return Questions.of({
      ask: Effect.fnUntraced(function* (session, request, isCovered) {
        const question = yield* openQuestion(session, request)
        const settled = yield* known({ session, question, isCovered, saved })
        return settled ?? (yield* settle(session, { id: question.id, answer: rejection, by: "nobody" }))
      })
    })
  })
)
