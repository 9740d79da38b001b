/**
 * The sessions of this runtime, for whoever uses it: create, prompt, answer,
 * interrupt, follow, fork.
 *
 * Interrupting whoever waits for an outcome changes nothing: a turn's fiber
 * belongs to `Driving`.
 */
import { Context, Effect, Layer, Option, Schema, Stream } from "effect"
import type { Command, Delivery } from "../schema/Command.ts"
import type { CommandId, InputId, QuestionId, SessionId } from "../schema/Ids.ts"
import * as Ids from "../schema/Ids.ts"
import type { ModelRef } from "../schema/ModelRef.ts"
import type { InputOutcome } from "../schema/Outcome.ts"
import type { InputPart } from "../schema/Part.ts"
import type { Answer } from "../schema/Question.ts"
import { Jobs } from "../process/Jobs.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import { version } from "../version.ts"
import type { Driver } from "./Driver.ts"
import * as Driving from "./Driving.ts"
import { forkEvents } from "./Fork.ts"
import type { Item } from "./LiveHub.ts"
import type { OpenSession, SessionReadOnly } from "./OpenSession.ts"
import { OpenSessions } from "./OpenSessions.ts"
import { inputOutcome, knowsInput, type SessionState } from "./SessionState.ts"
import { type SessionInfo, SessionStore, type StoreError } from "./SessionStore.ts"
import { isDamage } from "./Sound.ts"
import { type Status, statusOf } from "./Status.ts"
import { follow } from "./Subscription.ts"

/** An input says nothing. */
export class EmptyInput extends Schema.TaggedError<EmptyInput>("@rein/core/session/Sessions/EmptyInput")(
  "EmptyInput",
  {}
) {
  override get message() {
    return "The input is empty: give it some text or a file."
  }
}

/** The session has never got this input. */
export class InputNotFound extends Schema.TaggedError<InputNotFound>("@rein/core/session/Sessions/InputNotFound")(
  "InputNotFound",
  { session: Schema.String, input: Schema.String }
) {
  override get message() {
    return `Session ${this.session} has no input ${this.input}.`
  }
}

/** Where a session works, and as what. */
export interface CreateOptions {
  /** The session's directory, as a real path. */
  readonly directory: string
  /** Default `build`. */
  readonly agent?: string
  readonly title?: string
  /** Chosen by the caller; a session with this id must not exist. */
  readonly id?: SessionId
}

/** How an input is delivered, and how a repeat of it is known. */
export interface PromptOptions {
  /** Default `steer`. */
  readonly delivery?: Delivery
  /** Chosen by the caller, so that a repeated call is one input. */
  readonly command?: CommandId
}

/** By default a person wants it. */
export interface ResumeOptions {
  /** Nobody has asked for it, e.g. at the start of a service: it counts as one of the three times that a turn goes on by itself. */
  readonly automatic?: boolean
}

/** The API of a runtime. Other processes that share the store may run the same sessions meanwhile. */
export class Sessions extends Context.Service<
  Sessions,
  {
    readonly create: (options: CreateOptions) => Effect.Effect<SessionId, StoreError>
    readonly get: (session: SessionId) => Effect.Effect<SessionInfo, StoreError>
    readonly list: SessionStore["Service"]["list"]
    /** The folded state as it is now. */
    readonly state: (session: SessionId) => Effect.Effect<SessionState, StoreError>
    /** Stores an input, then starts a turn if none runs. When it succeeds, the input cannot be lost. */
    readonly prompt: (
      session: SessionId,
      input: string | ReadonlyArray<InputPart>,
      options?: PromptOptions
    ) => Effect.Effect<InputId, StoreError | SessionReadOnly | EmptyInput>
    /** Takes an input back, as long as it has not been delivered. */
    readonly withdraw: (session: SessionId, input: InputId) => Effect.Effect<void, StoreError | SessionReadOnly>
    readonly answer: (
      session: SessionId,
      question: QuestionId,
      answer: Answer
    ) => Effect.Effect<void, StoreError | SessionReadOnly>
    /** Ends the wait between two attempts to ask the model, if this runtime waits for the session. Says whether it did. */
    readonly retryNow: (session: SessionId) => Effect.Effect<boolean, StoreError>
    /** Asks another model from the next step on. Everybody's steps so far stay in the history, as far as it can read them. */
    readonly switchModel: (session: SessionId, model: ModelRef) => Effect.Effect<void, StoreError | SessionReadOnly>
    /** Asks the running turn to end as `interrupted`, which it does within two seconds. Does nothing when none runs. */
    readonly interrupt: (session: SessionId) => Effect.Effect<void, StoreError | SessionReadOnly>
    /** Stops what is done for an input: takes it back, or interrupts the turn that has got it. Done when that is stored. */
    readonly cancel: (session: SessionId, input: InputId) => Effect.Effect<void, StoreError | SessionReadOnly>
    /** Waits for what becomes of an input, whoever runs its turn. When the owner of that turn dies, it goes on here. */
    readonly outcome: (session: SessionId, input: InputId) => Effect.Effect<InputOutcome, StoreError | InputNotFound>
    /** Goes on with what is open: a turn that a dead owner left, also a suspended one, or waiting inputs. Does nothing while another owner lives. */
    readonly resume: (session: SessionId, options?: ResumeOptions) => Effect.Effect<void, StoreError | SessionReadOnly>
    /** Waits until this runtime does nothing for the session any more: a turn may follow the one whose outcome is known. */
    readonly idle: (session: SessionId) => Effect.Effect<void>
    /** Ends what runs here for the session: interrupts its turn, stops its jobs. What is stored stays. */
    readonly close: (session: SessionId) => Effect.Effect<void, StoreError | SessionReadOnly>
    /** What the session does now, what it waits for, and how to step in. */
    readonly status: (session: SessionId) => Effect.Effect<Status, StoreError>
    /** Stored events after the sequence and live events, in order. Never ends by itself; of a damaged session it gives those before the damage, and fails. */
    readonly events: (session: SessionId, after: number) => Stream.Stream<Item, StoreError>
    /** A new session with the events up to `at` (default: all), marked as inherited. */
    readonly fork: (session: SessionId, at?: number) => Effect.Effect<SessionId, StoreError | SessionReadOnly>
  }
>()("@rein/core/session/Sessions") {}

const make = Effect.gen(function* () {
  const store = yield* SessionStore
  const open = yield* OpenSessions
  const jobs = yield* Jobs
  const driving = yield* Driving.make

  const submit = Effect.fnUntraced(function* (opened: OpenSession, request: Command, command: CommandId) {
    yield* opened.writable
    const stored = yield* store.submit(opened.id, command, request)
    yield* opened.refresh
    // Whoever sends the input may have left when its turn begins; their span tells where it came from.
    driving.wake(opened, true, Option.getOrUndefined(yield* Effect.option(Effect.currentParentSpan)))
    return stored
  })

  const interrupt = Effect.fnUntraced(function* (opened: OpenSession) {
    yield* opened.refresh
    const { turn } = opened.state()
    if (turn !== undefined) yield* submit(opened, { _tag: "interrupt", turn: turn.id }, Ids.make.command())
  })

  return Sessions.of({
    create: Effect.fn("Sessions.create")(function* (options) {
      const id = options.id ?? Ids.make.session()
      yield* store.create(id, [
        SessionEvent.make("SessionCreated", {
          directory: options.directory,
          root: id,
          agent: options.agent ?? "build",
          rein: version,
          ...(options.title === undefined ? {} : { title: options.title })
        })
      ])
      return id
    }),
    get: store.get,
    list: store.list,
    state: (session) =>
      open.use(session, (opened) => Effect.as(opened.refresh, opened).pipe(Effect.map((one) => one.state()))),
    prompt: Effect.fn("Sessions.prompt")(function* (session, input, options) {
      const parts: ReadonlyArray<InputPart> = typeof input === "string" ? [{ type: "text", text: input }] : input
      if (parts.every((part) => part.type === "text" && part.text.trim() === "")) return yield* new EmptyInput()
      const wanted = { _tag: "input", input: Ids.make.input(), delivery: options?.delivery ?? "steer", parts } as const
      const stored = yield* open.use(session, (opened) =>
        submit(opened, wanted, options?.command ?? Ids.make.command())
      )
      return inputOf(stored) ?? wanted.input
    }),
    withdraw: (session, input) =>
      open.use(session, (opened) => Effect.asVoid(submit(opened, { _tag: "withdraw", input }, Ids.make.command()))),
    answer: (session, question, answer) =>
      open.use(session, (opened) =>
        Effect.asVoid(submit(opened, { _tag: "answer", question, answer }, Ids.make.command()))
      ),
    retryNow: (session) => open.use(session, (opened) => Effect.sync(() => opened.hurry())),
    switchModel: Effect.fn("Sessions.switchModel")((session: SessionId, model: ModelRef) =>
      open.use(session, (opened) => Effect.asVoid(submit(opened, { _tag: "model", model }, Ids.make.command())))
    ),
    interrupt: Effect.fn("Sessions.interrupt")((session: SessionId) => open.use(session, interrupt)),
    close: Effect.fn("Sessions.close")((session: SessionId) =>
      Effect.ensuring(
        open.use(session, (opened) =>
          Effect.gen(function* () {
            if (!driving.isDriven(session)) return
            yield* interrupt(opened)
            // Only then no call starts another job.
            yield* opened.until(({ turn }) => (turn === undefined ? true : undefined))
          })
        ),
        jobs.stopAll(session)
      )
    ),
    cancel: Effect.fn("Sessions.cancel")((session: SessionId, input: InputId) =>
      open.use(session, (opened) =>
        Effect.gen(function* () {
          yield* opened.refresh
          const isWaiting = opened.state().waiting.some((one) => one.input.input === input)
          if (isWaiting) yield* submit(opened, { _tag: "withdraw", input }, Ids.make.command())
          const isDelivered = yield* opened.until((state) =>
            state.delivered.includes(input) ? true : inputOutcome(state, input) === undefined ? undefined : false
          )
          if (isDelivered) yield* interrupt(opened)
        })
      )
    ),
    outcome: (session, input) =>
      open.use(session, (opened) =>
        Effect.flatMap(opened.refresh, (): Effect.Effect<InputOutcome, StoreError | InputNotFound> =>
          knowsInput(opened.state(), input)
            ? driving.awaiting(
                session,
                // Whoever waits sees to it that there is something to wait for, now and e.g. when a parked turn has its answer.
                opened.until((state) => {
                  const outcome = inputOutcome(state, input)
                  if (outcome === undefined && !driving.isDriven(session)) driving.wake(opened, false)
                  return outcome
                })
              )
            : Effect.fail(new InputNotFound({ session, input }))
        )
      ),
    resume: (session, { automatic = false } = {}) =>
      open.use(session, (opened) =>
        Effect.andThen(
          opened.writable,
          Effect.sync(() => driving.wake(opened, !automatic))
        )
      ),
    idle: driving.idle,
    status: (session) =>
      open.use(session, (opened) =>
        Effect.andThen(
          opened.refresh,
          Effect.clockWith((clock) =>
            Effect.succeed(statusOf(opened.state(), clock.currentTimeMillisUnsafe(), opened.liveDoing()))
          )
        )
      ),
    events: (session, after) =>
      Stream.unwrap(
        open.get(session).pipe(
          Effect.map((opened) => follow(opened, store, after)),
          // It has no state, and so nothing live; what stands before the damage can be read all the same.
          Effect.catchIf(isDamage, () => Effect.succeed(store.events(session, after)))
        )
      ),
    fork: Effect.fn("Sessions.fork")(function* (session, at) {
      const events = yield* store.read(session, 0)
      const id = Ids.make.session()
      yield* open.use(session, (opened) => opened.writable)
      yield* store.create(id, forkEvents(session, events, at ?? Number.MAX_SAFE_INTEGER, id))
      return id
    })
  })
})

/** A repeated command gives the event that was stored first, and with it the input's first id. */
const inputOf = (event: SessionEvent.StoredEvent): InputId | undefined =>
  event.type === "CommandSubmitted" && event.data.request._tag === "input" ? event.data.request.input : undefined

/** The default. Model, tools and rules come from the layers below the `Driver`. */
export const layer: Layer.Layer<Sessions, never, SessionStore | OpenSessions | Driver | Jobs> = Layer.effect(
  Sessions,
  make
)
