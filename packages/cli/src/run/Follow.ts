/** `rein run --follow`: shows the turn that another process runs, to its end. It runs nothing itself. */
import * as Ids from "@rein/core/schema/Ids"
import * as Outcome from "@rein/core/schema/Outcome"
import type { StoredEvent } from "@rein/core/schema/SessionEvent"
import { fold } from "@rein/core/session/Fold"
import { SessionReadOnly } from "@rein/core/session/OpenSession"
import type { Owner } from "@rein/core/session/Ownership"
import { lastText, openCalls, type SessionState } from "@rein/core/session/SessionState"
import { SessionStore } from "@rein/core/session/SessionStore"
import { holder } from "@rein/core/session/StoreRules"
import { Deferred, Effect, Stream } from "effect"
import { Ended, UsageError } from "../Failure.ts"
import { ofProcess } from "../Output.ts"
import * as Show from "./Show.ts"
import * as Signals from "./Signals.ts"
import * as Tally from "./Tally.ts"

/** Who works on the session, if it is another process that lives. */
export const holderOf = Effect.fnUntraced(function* (session: Ids.SessionId) {
  const store = yield* SessionStore
  return yield* Effect.matchEffect(store.claim(session), {
    onFailure: (error) =>
      error.reason._tag === "Owned" ? Effect.succeed<Owner | undefined>(error.reason.owner) : Effect.fail(error),
    onSuccess: (fence) => Effect.as(store.release(fence), undefined)
  })
})

/** Why a run does not go on with it: the other process works with its own rules, and only one may work. */
export const inUse = (session: Ids.SessionId, owner: Owner): UsageError =>
  new UsageError({
    message:
      `Session ${session} is in use by ${holder(owner)}; nothing was sent. ` +
      `Say something to it with \`rein session steer ${session} "..."\`, or watch it with \`rein run --session ${session} --follow\`.`
  })

const notInUse = (session: Ids.SessionId): UsageError =>
  new UsageError({
    message: `No process works on session ${session}, so there is nothing to follow. Leave --follow out to go on with it here.`
  })

/** Options of `follow`; without a prompt it follows the turn that runs, or else the next one. */
export interface Options {
  readonly session: Ids.SessionId
  /** Sent to the session first. */
  readonly prompt: string | undefined
  readonly format: Show.Format
  readonly signals: Signals.Signals
}

/** The event after which nothing more is to be shown: the end of the turn that runs, or of the one that gets the input. */
const endOf = (state: SessionState, input: Ids.InputId | undefined): ((event: StoredEvent) => boolean) => {
  let turn = input === undefined ? state.turn?.id : undefined
  return (event) => {
    if (event.type === "InputDelivered" && event.data.input === input) turn = event.data.turn
    if (event.type === "TurnStarted" && input === undefined) turn ??= event.data.turn
    return event.type === "TurnEnded" && event.data.turn === turn
  }
}

const send = Effect.fnUntraced(function* (session: Ids.SessionId, text: string) {
  const store = yield* SessionStore
  const input = Ids.make.input()
  const parts = [{ type: "text", text }] as const
  yield* store.submit(session, Ids.make.command(), { _tag: "input", input, delivery: "steer", parts })
  return input
})

/** How often it is looked whether the other process still lives. */
const lookEvery = "1 second"

const untilGone = (session: Ids.SessionId) =>
  Effect.gen(function* () {
    do yield* Effect.sleep(lookEvery)
    while ((yield* holderOf(session)) !== undefined)
  })

/** Shows what is stored from now on. Gives the turn's outcome, or nothing when its process has died. */
const watch = Effect.fnUntraced(function* (
  state: SessionState,
  input: Ids.InputId | undefined,
  show: (event: StoredEvent) => void
) {
  const store = yield* SessionStore
  const isEnd = endOf(state, input)
  let outcome: Outcome.Outcome | undefined
  let last = state.sequence
  const see = (event: StoredEvent) => {
    last = event.sequence
    show(event)
    if (isEnd(event) && event.type === "TurnEnded") outcome = event.data.outcome
  }
  const live = store.events(state.session, last).pipe(
    Stream.takeUntil((event) => {
      see(event)
      return outcome !== undefined
    }),
    Stream.runDrain
  )
  yield* Effect.raceFirst(live, untilGone(state.session))
  // It may have ended well between the last look at its events and the one at its process.
  for (const event of yield* store.read(state.session, last)) if (outcome === undefined) see(event)
  return outcome
})

const left = (session: Ids.SessionId, text: string) =>
  `${text} Session ${session} goes on with: rein run --session ${session}`

/** Ends with the exit code of the turn that is followed. A signal ends the following, not the turn. */
export const follow = Effect.fn("rein.run.follow")(function* ({ format, prompt, session, signals }: Options) {
  const store = yield* SessionStore
  const owner = yield* holderOf(session)
  const state = fold(session, yield* store.read(session, 0))
  if (owner === undefined) return yield* notInUse(session)
  if (state.readOnly !== undefined) return yield* new SessionReadOnly({ session, ...state.readOnly })
  const output = ofProcess()
  output.line(`* follows ${holder(owner)}; what was before: rein session show ${session}`, "quiet")
  const tally = Tally.make()
  const view = Show.showIn(format, output, openCalls(state))
  const show = (event: StoredEvent) => {
    tally.see(event)
    view(event)
  }
  const input = prompt === undefined ? undefined : yield* send(session, prompt)
  const signal = yield* Effect.raceFirst(
    Effect.map(watch(state, input, show), (outcome) => ({ _tag: "ended" as const, outcome })),
    Effect.map(Deferred.await(signals.first), (name) => ({ _tag: "signal" as const, name }))
  )
  if (signal._tag === "signal") {
    output.endLine()
    output.line("* follows no more; the turn goes on", "quiet")
    return yield* new Ended({ code: Signals.codes[signal.name] })
  }
  const { outcome } = signal
  if (outcome === undefined) {
    output.endLine()
    output.line(left(session, "The process that worked on it has ended, and its turn has not."), "bad")
    return yield* new Ended({ code: 1 })
  }
  const text = lastText(fold(session, yield* store.read(session, 0)))
  const exitCode = Outcome.exitCode(outcome)
  Show.tell(format, output, { session, outcome, exitCode, counted: tally.counted(), text })
  if (exitCode !== 0) return yield* new Ended({ code: exitCode })
})
