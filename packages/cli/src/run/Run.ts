/** `rein run`: one prompt in one directory, watched to its end. */
import { isatty } from "node:tty"
import type { SessionId } from "@rein/core/schema/Ids"
import * as Outcome from "@rein/core/schema/Outcome"
import type { Item } from "@rein/core/session/LiveHub"
import { Sessions } from "@rein/core/session/Sessions"
import { lastText, openCalls } from "@rein/core/session/SessionState"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { Ended, UsageError } from "../Failure.ts"
import * as Harness from "../Harness.ts"
import { ofProcess, type Output } from "../Output.ts"
import * as Answering from "./Answering.ts"
import * as Choose from "./Choose.ts"
import * as Follow from "./Follow.ts"
import { promptText } from "./PromptText.ts"
import * as Show from "./Show.ts"
import * as Signals from "./Signals.ts"
import * as Tally from "./Tally.ts"
import * as Turns from "./Turns.ts"

/** The command line of `rein run`. */
export interface Options extends Choose.Given {
  readonly prompt: string | undefined
  readonly format: Show.Format
  /** Watch what another process does in the session. */
  readonly follow: boolean
}

/** After a signal the end may take so long; then the process goes, and the store knows what was open. */
const endMillis = 2_500

/** Asks the person what the events ask, one question after the other, in the background. */
const answering = Effect.fnUntraced(function* (session: SessionId, output: Output) {
  const Terminal = yield* Effect.promise(() => import("./Terminal.ts"))
  const terminal = yield* Terminal.open({
    input: process.stdin,
    write: (text) => {
      output.endLine()
      process.stderr.write(text)
    }
  })
  // What comes next does not stand behind a question that is settled without the person.
  const leaveLine = Effect.sync(() => process.stderr.write("\n"))
  return yield* Answering.make(session, (question) => Effect.onInterrupt(terminal.ask(question), () => leaveLine))
})

interface Work {
  readonly session: SessionId
  readonly show: (item: Item) => void
  readonly output: Output
  readonly prompt: string | undefined
  readonly isAttended: boolean
}

/** What was left open, then the prompt, then what came in while that ended: a turn that is begun here is not left alone. */
const work = Effect.fnUntraced(function* ({ isAttended, output, prompt, session, show }: Work) {
  const ask = isAttended ? yield* answering(session, output) : undefined
  const showAndAsk = (item: Item) => {
    show(item)
    ask?.(item)
  }
  const turns = Turns.make(session, showAndAsk)
  const resumed = yield* turns.resume
  const outcome = prompt === undefined ? resumed : yield* turns.prompt(prompt)
  if (outcome !== undefined) return (yield* turns.rest) ?? outcome
  return yield* new UsageError({
    message: `Session ${session} has nothing left to do. Write a prompt to go on with it.`
  })
}, Effect.scoped)

/** Waits for the outcome; a signal interrupts the session and then waits a little longer for the same outcome. */
const untilSignal = Effect.fnUntraced(function* (task: Work, signals: Signals.Signals, groups: ReadonlySet<number>) {
  const fiber = yield* Effect.forkChild(work(task))
  const name = yield* Effect.raceFirst(Effect.as(Fiber.await(fiber), undefined), Deferred.await(signals.first))
  if (name === undefined) return { outcome: yield* Fiber.join(fiber), signal: undefined }
  task.output.endLine()
  if (name === "SIGINT") task.output.line("* stopping; Ctrl-C again kills what still runs", "quiet")
  yield* Effect.forkChild(
    Effect.andThen(
      Deferred.await(signals.again),
      Effect.sync(() => Signals.killAll(groups))
    )
  )
  const ended = yield* Effect.raceFirst(Fiber.await(fiber), Turns.stop(task.session)).pipe(
    Effect.timeoutOrElse({ duration: endMillis, orElse: () => Effect.succeed(undefined) })
  )
  const outcome: Outcome.Outcome =
    ended !== undefined && typeof ended === "object" && Exit.isSuccess(ended) ? ended.value : { _tag: "interrupted" }
  return { outcome, signal: name }
})

interface Prepared {
  readonly place: Choose.Place
  readonly prompt: string | undefined
  readonly isAttended: boolean
  readonly signals: Signals.Signals
  readonly groups: ReadonlySet<number>
}

const inSession = Effect.fnUntraced(function* (options: Options, prepared: Prepared) {
  const sessions = yield* Sessions
  const { groups, isAttended, place, prompt, signals } = prepared
  const agent = yield* Choose.agent(options.agent)
  const session = yield* Choose.session(place, agent, options.model !== undefined)
  const output = ofProcess()
  const tally = Tally.make()
  const view = Show.showIn(options.format, output, openCalls(yield* sessions.state(session)))
  const show = (item: Item) => {
    tally.see(item)
    view(item)
  }
  const { outcome, signal } = yield* untilSignal({ session, show, output, prompt, isAttended }, signals, groups)
  const exitCode = signal === undefined ? Outcome.exitCode(outcome) : Signals.codes[signal]
  const text = lastText(yield* sessions.state(session))
  Show.tell(options.format, output, { session, outcome, exitCode, counted: tally.counted(), text })
  return exitCode
})

/** Everything that is looked up, read and checked before there is something to work on. */
const prepare = Effect.fnUntraced(function* (options: Options) {
  if (options.follow && !Choose.isContinued(options)) {
    return yield* new UsageError({ message: "--follow needs --continue or --session ID: which session to follow." })
  }
  if (options.follow && options.record !== undefined) {
    return yield* new UsageError({ message: "--follow asks no model, so there is nothing to --record." })
  }
  const chosen = yield* Choose.all(options)
  const known = chosen.place.session?.id
  const owner = known === undefined ? undefined : yield* Effect.provide(Follow.holderOf(known), chosen.store)
  if (known !== undefined && owner !== undefined && !options.follow) return yield* Follow.inUse(known, owner)
  const prompt = yield* promptText({
    argument: options.prompt,
    isOptional: Choose.isContinued(options),
    input: () => process.stdin,
    tell: (line) => void process.stderr.write(`${line}\n`)
  })
  return { chosen, known, prompt }
})

/** Runs, tells, and ends with the exit code of the outcome. */
export const run = Effect.fn("rein.run")(function* (options: Options) {
  const signals = yield* Signals.listenTwice
  const { chosen, known, prompt } = yield* Signals.unlessStopped(signals.first, prepare(options))
  if (known !== undefined && options.follow) {
    const following = { session: known, prompt, format: options.format, signals }
    return yield* Effect.provide(Follow.follow(following), chosen.store)
  }
  yield* Effect.provide(Choose.switchModel(chosen.place, chosen.model), chosen.store)
  const isAttended = isatty(0) && isatty(2)
  const groups = new Set<number>()
  const layer = Harness.layer({ ...chosen, isAttended, groups })
  const { place } = chosen
  const code = yield* Effect.provide(inSession(options, { place, prompt, isAttended, signals, groups }), layer)
  if (code !== 0) return yield* new Ended({ code })
}, Effect.scoped)
