/** `rein run`: one prompt in one directory, watched to its end. */
import type { Question } from "@rein/core/schema/Question"
import { SessionId } from "@rein/core/schema/Ids"
import type * as ModelRef from "@rein/core/schema/ModelRef"
import * as Outcome from "@rein/core/schema/Outcome"
import type { Item } from "@rein/core/session/LiveHub"
import { Sessions } from "@rein/core/session/Sessions"
import { ModelName } from "@rein/providers"
import { Deferred, Effect, Exit, Fiber, Queue, Result, Schema } from "effect"
import { Ended, UsageError } from "../Failure.ts"
import { dataFolder, realDirectory } from "../Folders.ts"
import * as Harness from "../Harness.ts"
import { ofProcess, type Output } from "../Output.ts"
import { promptText } from "./PromptText.ts"
import * as Signals from "./Signals.ts"
import { summary } from "./Summary.ts"
import * as Terminal from "./Terminal.ts"
import * as Turns from "./Turns.ts"
import * as View from "./View.ts"

/** The command line of `rein run`. */
export interface Options {
  readonly prompt: string | undefined
  readonly model: string | undefined
  readonly yes: boolean
  readonly directory: string
  /** Go on with the newest session of the directory. */
  readonly goOn: boolean
  /** Go on with this session. */
  readonly session: string | undefined
}

/** After a signal the end may take so long; then the process goes, and the store knows what was open. */
const endMillis = 2_500

const example = 'e.g. --model "anthropic/claude-sonnet-4-5"'

const parseModel = Effect.fnUntraced(function* (
  text: string | undefined
): Effect.fn.Return<ModelRef.ModelRef | undefined, UsageError> {
  if (text === undefined) return undefined
  const found = ModelName.read(text)
  return Result.isSuccess(found) ? found.success : yield* new UsageError({ message: found.failure })
})

const noSession = (id: string) =>
  new UsageError({ message: `There is no session ${id}. \`rein session list\` shows the sessions of this directory.` })

const given = Effect.fnUntraced(function* (id: string) {
  const sessions = yield* Sessions
  const session = yield* Schema.decodeUnknownEffect(SessionId)(id).pipe(Effect.mapError(() => noSession(id)))
  yield* Effect.mapError(sessions.get(session), (error) => (error.reason._tag === "NotFound" ? noSession(id) : error))
  return session
})

const newest = Effect.fnUntraced(function* (directory: string) {
  const sessions = yield* Sessions
  const [found] = yield* sessions.list({ directory, limit: 1 })
  if (found !== undefined) return found.id
  return yield* new UsageError({
    message: `There is no session in ${directory} to go on with. Leave --continue out to start one.`
  })
})

/** The session to work in. A new one needs a model. */
const choose = Effect.fnUntraced(function* (options: Options, directory: string) {
  const sessions = yield* Sessions
  if (options.session !== undefined) return yield* given(options.session)
  if (options.goOn) return yield* newest(directory)
  return yield* sessions.create({ directory })
})

const needModel = new UsageError({
  message: `No model is chosen. Name one, ${example} (known providers: ${ModelName.providers.join(", ")}).`
})

/** Asks the person what the events ask, one question after the other, in the background. */
const answering = Effect.fnUntraced(function* (session: SessionId, output: Output) {
  const sessions = yield* Sessions
  const questions = yield* Queue.make<Question>()
  const terminal = yield* Terminal.open({
    input: process.stdin,
    write: (text) => {
      output.endLine()
      process.stderr.write(text)
    }
  })
  const one = Effect.flatMap(Queue.take(questions), (question) =>
    Effect.flatMap(terminal.ask(question), (answer) => sessions.answer(session, question.id, answer))
  )
  yield* Effect.forkScoped(Effect.forever(one))
  for (const question of (yield* sessions.state(session)).questions) Queue.offerUnsafe(questions, question)
  return (item: Item) => {
    if (item.type === "QuestionAsked") Queue.offerUnsafe(questions, item.data.question)
  }
})

interface Work {
  readonly session: SessionId
  readonly view: View.View
  readonly output: Output
  readonly prompt: string | undefined
  readonly isAttended: boolean
}

/** What was left open, then the prompt. */
const work = Effect.fnUntraced(function* ({ isAttended, output, prompt, session, view }: Work) {
  const ask = isAttended ? yield* answering(session, output) : undefined
  const show = (item: Item) => {
    view.show(item)
    ask?.(item)
  }
  const resumed = yield* Turns.resume(session, show)
  if (prompt !== undefined) return yield* Turns.prompt(session, prompt, show)
  if (resumed !== undefined) return resumed
  return yield* new UsageError({
    message: `Session ${session} has nothing left to do. Write a prompt to go on with it.`
  })
}, Effect.scoped)

/** Waits for the outcome; a signal interrupts the session and then waits a little longer for the same outcome. */
const untilSignal = Effect.fnUntraced(function* (task: Work, signal: Deferred.Deferred<Signals.Signal>) {
  const fiber = yield* Effect.forkChild(work(task))
  const name = yield* Effect.raceFirst(Effect.as(Fiber.await(fiber), undefined), Deferred.await(signal))
  if (name === undefined) return { outcome: yield* Fiber.join(fiber), signal: undefined }
  const ended = yield* Effect.raceFirst(Fiber.await(fiber), Turns.stop(task.session)).pipe(
    Effect.timeoutOrElse({ duration: endMillis, orElse: () => Effect.succeed(undefined) })
  )
  const outcome: Outcome.Outcome =
    ended !== undefined && typeof ended === "object" && Exit.isSuccess(ended) ? ended.value : { _tag: "interrupted" }
  return { outcome, signal: name }
})

const inSession = Effect.fnUntraced(function* (
  options: Options,
  directory: string,
  prompt: string | undefined,
  isAttended: boolean,
  signal: Deferred.Deferred<Signals.Signal>
) {
  const sessions = yield* Sessions
  const output = ofProcess()
  const session = yield* choose(options, directory)
  if (options.model === undefined && (yield* sessions.state(session)).epoch === undefined) return yield* needModel
  const view = View.make({ output })
  const ended = yield* untilSignal({ session, view, output, prompt, isAttended }, signal)
  const state = yield* sessions.state(session)
  const { cost, usage } = state.lastTurn ?? state
  output.endLine()
  output.line(summary({ outcome: ended.outcome, steps: view.steps(), millis: view.millis(), usage, cost, session }))
  return ended.signal === undefined ? Outcome.exitCode(ended.outcome) : Signals.codes[ended.signal]
})

/** Runs, tells, and ends with the exit code of the outcome. */
export const run = Effect.fn("rein.run")(function* (options: Options) {
  const model = yield* parseModel(options.model)
  if (model === undefined && !options.goOn && options.session === undefined) return yield* needModel
  const directory = yield* realDirectory(options.directory)
  const signal = yield* Signals.listen
  const prompt = yield* promptText({
    argument: options.prompt,
    isOptional: options.goOn || options.session !== undefined,
    input: process.stdin,
    tell: (line) => void process.stderr.write(`${line}\n`)
  })
  const isAttended = process.stdin.isTTY === true && process.stderr.isTTY === true
  const layer = Harness.layer({ data: yield* dataFolder, model, yes: options.yes, isAttended })
  const code = yield* Effect.provide(inSession(options, directory, prompt, isAttended, signal), layer)
  if (code !== 0) return yield* new Ended({ code })
}, Effect.scoped)
