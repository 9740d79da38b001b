/** Questions that wait for a person, and their answers, from outside of the process that works on the session. */
import * as Ids from "@rein/core/schema/Ids"
import type { Answer, Question } from "@rein/core/schema/Question"
import { offersOf } from "@rein/core/schema/Question"
import { fold } from "@rein/core/session/Fold"
import { type SessionInfo, SessionStore } from "@rein/core/session/SessionStore"
import { Effect } from "effect"
import { UsageError } from "../Failure.ts"
import { dataFolder, realDirectory } from "../Folders.ts"
import * as Harness from "../Harness.ts"
import { didYouMean } from "../Near.ts"
import { ofProcess } from "../Output.ts"
import { stored } from "../run/Choose.ts"
import * as QuestionText from "../run/QuestionText.ts"
import { visible, visibleJson } from "../Visible.ts"
import * as Readable from "./Readable.ts"

/** Of all sessions, so many of the newest are looked at. */
const newest = 500

interface Open {
  readonly session: Ids.SessionId
  readonly directory: string
  readonly question: Question
  /** Somebody has answered, and the session has not gone on since. */
  readonly isAnswered: boolean
}

const openIn = Effect.fnUntraced(function* ({ directory, id }: SessionInfo, { read }: Readable.Readable) {
  const { answers, questions } = fold(id, yield* read(id))
  return questions.map((question): Open => {
    const isAnswered = answers.some((answer) => answer.question === question.id)
    return { session: id, directory, question, isAnswered }
  })
})

/** Which questions to list. */
export interface Which {
  readonly session: string | undefined
  /** Of every directory. */
  readonly all: boolean
  readonly dir: string
  readonly format: "text" | "json"
}

const sessionsOf = Effect.fnUntraced(function* ({ all, dir, session }: Which) {
  if (session !== undefined) return [yield* stored(session)]
  const directory = all ? undefined : yield* realDirectory(dir)
  return yield* (yield* SessionStore).list({ limit: newest, ...(directory === undefined ? {} : { directory }) })
})

const textOf = ({ isAnswered, question, session }: Open): string =>
  `${question.id}  session ${session}${isAnswered ? "  (answered, not taken up yet)" : ""}\n${QuestionText.intro(question)}`

const jsonOf = ({ directory, isAnswered, question: { id, request }, session }: Open): string =>
  visibleJson({ question: id, session, directory, isAnswered, ...request, offers: offersOf(request) })

const withStore = <A, E>(effect: Effect.Effect<A, E, SessionStore>) =>
  Effect.flatMap(dataFolder, (data) => Effect.provide(effect, Harness.layerStore(data)))

/** Lists what is open. */
export const questions = Effect.fn("rein.session.questions")(function* (which: Which) {
  const readable = Readable.make()
  const found = yield* withStore(
    Effect.flatMap(
      sessionsOf(which),
      Effect.forEach((one) => openIn(one, readable))
    )
  )
  const open = found.flat()
  const output = ofProcess()
  for (const one of open) output.answer(which.format === "json" ? `${jsonOf(one)}\n` : textOf(one))
  if (open.length === 0) output.line("No open questions.", "quiet")
  yield* readable.end
})

/** What `rein session answer` is told. */
export interface Given {
  readonly question: string
  readonly answer: string
  readonly message: string | undefined
  readonly format: "text" | "json"
}

const kinds = ["once", "session", "project", "reject"] as const

const answerOf = Effect.fnUntraced(function* ({ answer, message }: Given): Effect.fn.Return<Answer, UsageError> {
  const kind = kinds.find((one) => one === answer)
  if (kind === undefined) {
    const near = didYouMean(answer, kinds)
    return yield* new UsageError({ message: `"${answer}" is no answer: write ${kinds.join(", ")}.${near}` })
  }
  if (kind === "reject") return message === undefined ? { _tag: kind } : { _tag: kind, message }
  if (message === undefined) return { _tag: kind }
  return yield* new UsageError({ message: "--message goes with reject only: the model reads it instead of a result." })
})

/** The newest session that has asked it. */
const find = Effect.fnUntraced(function* (question: string) {
  const readable = Readable.make()
  for (const info of yield* (yield* SessionStore).list({ limit: newest })) {
    const found = (yield* openIn(info, readable)).find((one) => one.question.id === question)
    if (found !== undefined) return found
  }
  return yield* new UsageError({
    message: `Question ${question} is not open. \`rein session questions --all\` lists those that are.`
  })
})

const submit = Effect.fnUntraced(function* (given: Given) {
  const answer = yield* answerOf(given)
  const open = yield* find(given.question)
  if (open.isAnswered) {
    return yield* new UsageError({
      message: `Question ${given.question} is answered already; go on with: rein run --session ${open.session}`
    })
  }
  const request = { _tag: "answer", question: open.question.id, answer } as const
  yield* (yield* SessionStore).submit(open.session, Ids.make.command(), request)
  return { answer, open }
})

/** Stores an answer. Whoever works on the session takes it up. */
export const answer = Effect.fn("rein.session.answer")(function* (given: Given) {
  const { answer, open } = yield* withStore(submit(given))
  const output = ofProcess()
  if (given.format === "json") {
    return output.answer(`${visibleJson({ question: open.question.id, session: open.session, answer })}\n`)
  }
  const saves = answer._tag === "session" || answer._tag === "project"
  if (saves) output.line(`Saved for this ${answer._tag}: ${QuestionText.savedBy(open.question)}`)
  output.line(visible(`Stored. If no process works on the session: rein run --session ${open.session}`))
})
