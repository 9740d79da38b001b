/**
 * The sessions of this runtime, for whoever uses it: create, prompt, answer,
 * interrupt, follow, fork.
 *
 * A turn's fiber belongs here, never to a caller: interrupting whoever waits
 * for an outcome changes nothing.
 */
import { Context, Effect, Exit, Fiber, FiberMap, Layer, Option, Schema, Scope, Stream } from "effect"
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
import { Driver } from "./Driver.ts"
import { hasWork } from "./Due.ts"
import { forkEvents } from "./Fork.ts"
import type { Item } from "./LiveHub.ts"
import type { OpenSession, SessionReadOnly } from "./OpenSession.ts"
import { OpenSessions } from "./OpenSessions.ts"
import { Parking, waitsForPeople } from "./Parking.ts"
import { inputOutcome, knowsInput, type SessionState } from "./SessionState.ts"
import { type SessionInfo, SessionStore, StoreError } from "./SessionStore.ts"
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

export interface CreateOptions {
  /** The session's directory, as a real path. */
  readonly directory: string
  /** Default `build`. */
  readonly agent?: string
  readonly title?: string
  /** Chosen by the caller; a session with this id must not exist. */
  readonly id?: SessionId
}

export interface PromptOptions {
  /** Default `steer`. */
  readonly delivery?: Delivery
  /** Chosen by the caller, so that a repeated call is one input. */
  readonly command?: CommandId
}

export interface ResumeOptions {
  /** Nobody has asked for it, e.g. at the start of a service: it counts as one of the three times that a turn goes on by itself. */
  readonly automatic?: boolean
}

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
    /** Stored events after the sequence and live events, in order. Never ends by itself. */
    readonly events: (session: SessionId, after: number) => Stream.Stream<Item, StoreError>
    /** A new session with the events up to `at` (default: all), marked as inherited. */
    readonly fork: (session: SessionId, at?: number) => Effect.Effect<SessionId, StoreError | SessionReadOnly>
  }
>()("@rein/core/session/Sessions") {}

/** How a drive ended. `owned`: another owner has the session, and will see what is to be done. */
type Driven = "done" | "owned" | "broken"

/** One drive of a session. */
interface Mark {
  /** Ends the pause in which it waits for another owner. */
  poke: (() => void) | undefined
  /** A person wants it. */
  asked: boolean
  /** The state has to be read before it is known whether there is anything to do. */
  isStale: boolean
}

/** How often it is looked whether the owner still lives of a session whose outcome somebody here waits for. */
const lookEvery = "1 second"

const make = Effect.gen(function* () {
  const store = yield* SessionStore
  const open = yield* OpenSessions
  const driver = yield* Driver
  const parks = (yield* Parking).after !== undefined
  const scope = yield* Effect.scope
  const jobs = yield* Jobs
  const turns = yield* FiberMap.make<SessionId>()
  // Who drives a session. Each drive takes away only its own mark: the next one may have begun before it is quite over.
  const driving = new Map<SessionId, Mark>()
  const runTurns = yield* FiberMap.runtime(turns)()
  /** How many wait here for an outcome of a session. */
  const awaited = new Map<SessionId, number>()
  /** Sessions whose turn was parked here: what listens for an answer, without a fiber. */
  const parked = new Map<SessionId, Scope.Closeable>()

  const using = <A, E>(
    session: SessionId,
    use: (opened: OpenSession) => Effect.Effect<A, E, Scope.Scope>
  ): Effect.Effect<A, E | StoreError> => Effect.scoped(Effect.flatMap(open.get(session), use))

  const isDue = (opened: OpenSession, { asked }: Pick<Mark, "asked">) => hasWork(opened.state(), { asked, parks })

  /** Runs turns until none is due. */
  const drive = (opened: OpenSession, mark: Mark): Effect.Effect<Driven> =>
    Effect.matchEffect(
      Effect.acquireUseRelease(
        opened.claim,
        () => {
          const { asked } = mark
          mark.asked = false
          return Effect.catchDefect(driver.run(opened, asked), asStoreError)
        },
        () => opened.release
      ),
      {
        onSuccess: () => Effect.succeed("done"),
        onFailure: (error): Effect.Effect<Driven> =>
          error.reason._tag === "Owned" || error.reason._tag === "Fenced"
            ? Effect.succeed("owned")
            : opened
                .broken(error)
                .pipe(
                  Effect.andThen(Effect.logWarning(`The turn of session ${opened.id} stopped: ${error.message}`)),
                  Effect.as("broken")
                )
      }
    )

  /** Until it is time to look at the owner again, or, which gives true, somebody has submitted something. */
  const pause = (mark: Mark) =>
    Effect.raceFirst(
      Effect.as(Effect.sleep(lookEvery), false),
      Effect.callback<boolean>((resume) => {
        mark.poke = () => resume(Effect.succeed(true))
      })
    ).pipe(
      Effect.ensuring(
        Effect.sync(() => {
          mark.poke = undefined
        })
      )
    )

  /** Is there a reason to drive again? While somebody here waits for an outcome, whether the owner still lives: a dead one tells nobody. */
  const again = (opened: OpenSession, mark: Mark, driven: Driven) => {
    if (driven === "broken") return Effect.succeed(false)
    // Whoever was refused because we held the claim stored before we gave it up.
    if (driven === "done") return Effect.as(Effect.ignore(opened.refresh), true)
    if (!awaited.has(opened.id)) return Effect.succeed(false)
    return Effect.map(pause(mark), (poked) => poked || awaited.has(opened.id))
  }

  /** Drives until nothing is due. The last look and the end of the mark are in one tick, so no input falls between them. */
  const driveAll = (session: SessionId, mark: Mark): Effect.Effect<void> => {
    const done = () => {
      if (driving.get(session) === mark) driving.delete(session)
    }
    const settle = (opened: OpenSession, goesOn: boolean) => {
      if (!goesOn || !isDue(opened, mark)) done()
    }
    return using(session, (opened) =>
      Effect.whileLoop({
        while: () => driving.get(session) === mark,
        body: () => {
          if (!mark.isStale) return Effect.flatMap(drive(opened, mark), (driven) => again(opened, mark, driven))
          mark.isStale = false
          return Effect.as(opened.refresh, true)
        },
        step: (goesOn) => settle(opened, goesOn)
      }).pipe(Effect.andThen(Effect.suspend(() => (isParked(opened) ? listenParked(opened) : Effect.void))))
    ).pipe(
      Effect.catchTag("StoreError", (error) => Effect.logWarning(error.message)),
      Effect.ensuring(Effect.sync(done))
    )
  }

  const isParked = (opened: OpenSession) => parks && waitsForPeople(opened.state()) && !driving.has(opened.id)

  const forgetParked = (session: SessionId) =>
    Effect.suspend(() => {
      const listening = parked.get(session)
      parked.delete(session)
      return listening === undefined ? Effect.void : Scope.close(listening, Exit.void)
    })

  /** Looks at a parked session again when anything is stored in it, by whomever. Holds a callback, no fiber and no open session. */
  const listenParked = (opened: OpenSession): Effect.Effect<void, StoreError> =>
    Effect.uninterruptible(
      Effect.gen(function* () {
        const { id } = opened
        const { sequence } = opened.state()
        yield* forgetParked(id)
        const listening = yield* Scope.fork(scope)
        parked.set(id, listening)
        const hear = (last: number) => {
          if (last > sequence && parked.get(id) === listening) startDrive(id, { isStale: true, asked: false })
        }
        yield* Scope.provide(store.changes(id, hear), listening)
      })
    )

  const startDrive = (session: SessionId, how: Omit<Mark, "poke">): void => {
    if (driving.has(session)) return
    const mark: Mark = { poke: undefined, ...how }
    driving.set(session, mark)
    runTurns(session, Effect.andThen(forgetParked(session), driveAll(session, mark)))
  }

  const wakeNow = (opened: OpenSession, asked: boolean): void => {
    const running = driving.get(opened.id)
    if (running !== undefined) {
      running.asked ||= asked
      return running.poke?.()
    }
    if (isDue(opened, { asked })) startDrive(opened.id, { isStale: false, asked })
    else if (isParked(opened) && !parked.has(opened.id)) startDrive(opened.id, { isStale: true, asked })
  }

  /** For what a person wants, or a host on a person's behalf. */
  const wake = (opened: OpenSession): Effect.Effect<void> => Effect.sync(() => wakeNow(opened, true))

  /** Marks the session as one whose outcome somebody here waits for. */
  const awaiting = <A, E>(session: SessionId, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() => {
      awaited.set(session, (awaited.get(session) ?? 0) + 1)
      return Effect.ensuring(
        effect,
        Effect.sync(() => {
          const left = (awaited.get(session) ?? 1) - 1
          if (left > 0) awaited.set(session, left)
          else awaited.delete(session)
        })
      )
    })

  const submit = Effect.fnUntraced(function* (opened: OpenSession, request: Command, command: CommandId) {
    yield* opened.writable
    const stored = yield* store.submit(opened.id, command, request)
    yield* opened.refresh
    yield* wake(opened)
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
      using(session, (opened) => Effect.as(opened.refresh, opened).pipe(Effect.map((one) => one.state()))),
    prompt: Effect.fn("Sessions.prompt")(function* (session, input, options) {
      const parts: ReadonlyArray<InputPart> = typeof input === "string" ? [{ type: "text", text: input }] : input
      if (parts.every((part) => part.type === "text" && part.text.trim() === "")) return yield* new EmptyInput()
      const wanted = { _tag: "input", input: Ids.make.input(), delivery: options?.delivery ?? "steer", parts } as const
      const stored = yield* using(session, (opened) => submit(opened, wanted, options?.command ?? Ids.make.command()))
      return inputOf(stored) ?? wanted.input
    }),
    withdraw: (session, input) =>
      using(session, (opened) => Effect.asVoid(submit(opened, { _tag: "withdraw", input }, Ids.make.command()))),
    answer: (session, question, answer) =>
      using(session, (opened) =>
        Effect.asVoid(submit(opened, { _tag: "answer", question, answer }, Ids.make.command()))
      ),
    switchModel: Effect.fn("Sessions.switchModel")((session: SessionId, model: ModelRef) =>
      using(session, (opened) => Effect.asVoid(submit(opened, { _tag: "model", model }, Ids.make.command())))
    ),
    interrupt: Effect.fn("Sessions.interrupt")((session: SessionId) => using(session, interrupt)),
    close: Effect.fn("Sessions.close")((session: SessionId) =>
      Effect.ensuring(
        using(session, (opened) =>
          Effect.gen(function* () {
            if (!driving.has(session)) return
            yield* interrupt(opened)
            // Only then no call starts another job.
            yield* opened.until(({ turn }) => (turn === undefined ? true : undefined))
          })
        ),
        jobs.stopAll(session)
      )
    ),
    cancel: Effect.fn("Sessions.cancel")((session: SessionId, input: InputId) =>
      using(session, (opened) =>
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
      using(session, (opened) =>
        Effect.flatMap(opened.refresh, (): Effect.Effect<InputOutcome, StoreError | InputNotFound> =>
          knowsInput(opened.state(), input)
            ? awaiting(
                session,
                // Whoever waits sees to it that there is something to wait for, now and e.g. when a parked turn has its answer.
                opened.until((state) => {
                  const outcome = inputOutcome(state, input)
                  if (outcome === undefined && !driving.has(session)) wakeNow(opened, false)
                  return outcome
                })
              )
            : Effect.fail(new InputNotFound({ session, input }))
        )
      ),
    resume: (session, { automatic = false } = {}) =>
      using(session, (opened) =>
        Effect.andThen(
          opened.writable,
          Effect.sync(() => wakeNow(opened, !automatic))
        )
      ),
    idle: (session) =>
      Effect.suspend(() =>
        Option.match(FiberMap.getUnsafe(turns, session), {
          onNone: () => Effect.void,
          onSome: (fiber) => Effect.asVoid(Fiber.await(fiber))
        })
      ),
    status: (session) =>
      using(session, (opened) =>
        Effect.andThen(
          opened.refresh,
          Effect.clockWith((clock) =>
            Effect.succeed(statusOf(opened.state(), clock.currentTimeMillisUnsafe(), opened.liveDoing()))
          )
        )
      ),
    events: (session, after) => Stream.unwrap(Effect.map(open.get(session), (opened) => follow(opened, store, after))),
    fork: Effect.fn("Sessions.fork")(function* (session, at) {
      const events = yield* store.read(session, 0)
      const id = Ids.make.session()
      yield* using(session, (opened) => opened.writable)
      yield* store.create(id, forkEvents(session, events, at ?? Number.MAX_SAFE_INTEGER, id))
      return id
    })
  })
})

/** What breaks outside of a turn breaks the session's store, as far as those who wait can see. */
const asStoreError = (defect: unknown) =>
  Effect.fail(
    new StoreError({
      reason: { _tag: "Unavailable" },
      message: `The turn could not be run: ${defect instanceof Error ? defect.message : String(defect)}`
    })
  )

/** A repeated command gives the event that was stored first, and with it the input's first id. */
const inputOf = (event: SessionEvent.StoredEvent): InputId | undefined =>
  event.type === "CommandSubmitted" && event.data.request._tag === "input" ? event.data.request.input : undefined

export const layer: Layer.Layer<Sessions, never, SessionStore | OpenSessions | Driver | Jobs> = Layer.effect(
  Sessions,
  make
)
