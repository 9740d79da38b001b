/**
 * Drives the turns of a session: delivers inputs, runs steps, decides from
 * stored facts whether to go on, and ends each turn in exactly one outcome.
 */
import { Cause, Clock, Effect, Exit, Layer } from "effect"
import { type Agent, Agents } from "../agent/Agents.ts"
import { Compaction } from "../context/Compaction.ts"
import * as ContextBuilder from "../context/ContextBuilder.ts"
import type { EpochTexts } from "../context/Epoch.ts"
import { Epochs } from "../context/Epochs.ts"
import { SystemPrompt } from "../context/SystemPrompt.ts"
import { Jobs } from "../process/Jobs.ts"
import { Fallback } from "../model/Fallback.ts"
import { ModelCatalog } from "../model/ModelCatalog.ts"
import * as Ids from "../schema/Ids.ts"
import type { Failure, Outcome } from "../schema/Outcome.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import { Driver } from "../session/Driver.ts"
import { canRun, mustSuspend } from "../session/Due.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import { Parking } from "../session/Parking.ts"
import type { SessionState } from "../session/SessionState.ts"
import { type SessionStore, StoreError } from "../session/SessionStore.ts"
import type { Tool } from "../tool/Tool.ts"
import { ToolRegistry } from "../tool/ToolRegistry.ts"
import { version } from "../version.ts"
import { Budget, type Spender } from "./Budget.ts"
import * as BudgetClock from "./BudgetClock.ts"
import * as BudgetTree from "./BudgetTree.ts"
import { keepDraft, recoverDraft } from "./Draft.ts"
import * as FallingBack from "./FallingBack.ts"
import * as Fitting from "./Fitting.ts"
import { afterStep, type Next, stopped } from "./GoingOn.ts"
import * as Inbox from "./Inbox.ts"
import { interruptedNote, restOf, untilStopped } from "./Interruption.ts"
import { dueNotes } from "./JobNotes.ts"
import { ProgressGuard } from "./ProgressGuard.ts"
import { recoverStep } from "./Recovery.ts"
import { settle } from "./Settle.ts"
import { Step, type StepEnd } from "./Step.ts"
import { StopPolicy } from "./StopPolicy.ts"
import * as StopSignal from "./StopSignal.ts"
import * as TurnSpan from "./telemetry/TurnSpan.ts"
import { ToolRunner } from "./ToolRunner.ts"

/** Steps of one turn, where the agent sets no bound of its own. One closing answer may follow. */
export const defaultMaxSteps = 1_000

/** The result of the calls of the last step. Its tools stay in the request, so that nothing before it changes. */
const stepLimitReached =
  "The step limit is reached, so this call did not run, and no other will. Say what is done and what is left to do."

/** A turn rewrites its history at most so often because the provider refused it as too long. */
const overflowLimit = 3

/** What stays the same during a turn. */
interface Running {
  readonly session: OpenSession
  readonly turn: Ids.TurnId
  readonly agent: Agent
  readonly tools: ReadonlyArray<Tool>
  readonly stop: StopSignal.StopSignal
  readonly spender: Spender
}

const make = Effect.gen(function* () {
  const agents = yield* Agents
  const registry = yield* ToolRegistry
  const epochs = yield* Epochs
  const prompt = yield* SystemPrompt
  const compaction = yield* Compaction
  const catalog = yield* ModelCatalog
  const budget = yield* Budget
  const guard = yield* ProgressGuard
  const policy = yield* StopPolicy
  const runner = yield* ToolRunner
  const stepper = yield* Step
  const fallback = yield* Fallback
  const { after: parkAfter } = yield* Parking
  const jobs = yield* Jobs
  const observe = yield* TurnSpan.make
  const builder = ContextBuilder.make()
  const fit = Fitting.make(compaction, catalog)
  const clock = BudgetClock.make()
  const tree = yield* BudgetTree.make(clock)

  /** For an event: the tree's time that none has told. */
  const elapsed = ({ root }: SessionState) =>
    Effect.map(clock.take(root), (millis) => (millis === 0 ? {} : { elapsedMillis: millis }))

  /** A prompt layer that breaks here must not keep the turn from starting: then nothing could end it. */
  const firstNote = (directory: string) =>
    Effect.catchDefect(prompt.firstNote(directory), (defect) =>
      Effect.as(Effect.logWarning("The first note of a session is left out: its layer broke", defect), undefined)
    )

  /** Starts the turn with the inputs that wait, or goes on with the one that is open. */
  const enter = Effect.fnUntraced(function* (session: OpenSession, asked: boolean) {
    const state = session.state()
    if (state.turn !== undefined) {
      const wish = asked ? { asked } : {}
      yield* session.append([SessionEvent.make("TurnResumed", { turn: state.turn.id, rein: version, ...wish })])
      return state.turn.id
    }
    const turn = Ids.make.turn()
    const note = state.history.length === 0 ? yield* firstNote(state.directory) : undefined
    yield* session.append((now) => {
      const inputs = Inbox.nextInputs(now)
      if (inputs.length === 0) return []
      return [
        SessionEvent.make("TurnStarted", { turn, rein: version }),
        ...(note === undefined ? [] : [SessionEvent.make("NoteAdded", { kind: "environment", text: note })]),
        ...Inbox.deliver(inputs, turn)
      ]
    })
    return session.state().turn?.id
  })

  const tellJobs = ({ session }: Running) =>
    Effect.suspend(() => {
      const due = dueNotes(session.state(), jobs)
      return due.length === 0 ? Effect.void : session.append(due)
    })

  const runStep = Effect.fnUntraced(function* (running: Running, texts: EpochTexts, refusal: string | undefined) {
    const { session, turn } = running
    const state = session.state()
    const { fingerprint, request } = builder.build(state, texts)
    const index = state.turn?.steps ?? 0
    const refusing = refusal === undefined ? {} : { refusal }
    const patienceMillis = FallingBack.patienceMillis(fallback, state, request.model)
    const told = { ...refusing, ...(yield* elapsed(state)) }
    const input = { ...running, turn, index, request, fingerprint, patienceMillis, ...told }
    return yield* Effect.ensuring(stepper.run(input), budget.settle(running.spender))
  })

  /** May the next model call be made? */
  const reserve = Effect.fnUntraced(function* ({ agent, session, spender, stop }: Running) {
    const model = yield* epochs.model(session.state(), agent)
    const prices = Effect.map(catalog.lookup(model), (facts) => facts.prices)
    const refusal = yield* budget.reserve(spender, { model, prices })
    const reason = stop.reason()
    return refusal ?? (reason === undefined ? undefined : stopped(reason, session.state()))
  })

  /** The guard's advice, then what the facts say. */
  const judge = Effect.fnUntraced(function* ({ session, stop }: Running, end: StepEnd, incomplete: number) {
    const reason = stop.reason()
    if (reason !== undefined) {
      return { _tag: "end", outcome: stopped(reason, session.state()) } satisfies Next
    }
    const next = afterStep(session.state(), end, incomplete)
    if (next._tag !== "go-on") return next
    const advice = yield* guard.afterStep(session.state())
    if (advice._tag === "stop") {
      return { _tag: "end", outcome: { _tag: "no-progress", message: advice.message } } satisfies Next
    }
    // What the facts say is closer to the point than that it was said before.
    return advice._tag === "note" && next.note === undefined ? { ...next, note: advice.text } : next
  })

  /** The agent has yielded: a steer or the policy may keep the turn going. */
  const mayEnd = Effect.fnUntraced(function* ({
    session
  }: Running): Effect.fn.Return<Outcome | { readonly _tag: "go-on"; readonly note?: string }> {
    if (Inbox.steers(session.state()).length > 0) return { _tag: "go-on" }
    if (dueNotes(session.state(), jobs).length > 0) return { _tag: "go-on" }
    const verdict = yield* policy.mayEnd(session.state())
    if (verdict._tag === "go-on") {
      const advice = yield* guard.afterStep(session.state())
      return advice._tag === "stop" ? { _tag: "no-progress", message: advice.message } : verdict
    }
    const declined = session.state().turn?.declined ?? []
    return declined.length > 0 ? { _tag: "denied", declined } : { _tag: "completed" }
  })

  const addNote = (session: OpenSession, kind: string, text: string | undefined) =>
    text === undefined ? Effect.void : session.append([SessionEvent.make("NoteAdded", { kind, text })])

  const stepsLeft = ({ agent, session }: Running) =>
    (agent.maxSteps ?? defaultMaxSteps) - (session.state().turn?.steps ?? 0)

  const stepsUsedUp = ({ agent }: Running): Outcome => ({
    _tag: "budget-exhausted",
    limit: "steps",
    message: `the turn has used its ${agent.maxSteps ?? defaultMaxSteps} steps`
  })

  /** Steps until the turn ends by itself. */
  const steps = Effect.fnUntraced(function* (running: Running) {
    const { session } = running
    let incomplete = 0
    let overflows = 0
    let refused = false
    while (true) {
      yield* Inbox.deliverSteers(session, running.turn)
      yield* tellJobs(running)
      const left = stepsLeft(running)
      // The closing answer was taken, by a runtime that died before it could end the turn.
      if (left < 0) return stepsUsedUp(running)
      const used = yield* reserve(running)
      if (used !== undefined) return used
      const { epoch } = session.state()
      if (epoch !== undefined) yield* fit(session, yield* epochs.model(session.state(), running.agent), refused)
      refused = false
      const texts = yield* epochs.current(session, running.agent, running.tools)
      const end = yield* runStep(running, texts, left > 1 ? undefined : stepLimitReached)
      const next = yield* FallingBack.fallBack(fallback, running, end, yield* judge(running, end, incomplete))
      if (next._tag === "end") return next.outcome
      if (left === 0) return stepsUsedUp(running)
      if (next._tag === "overflow") {
        if (++overflows > overflowLimit) return modelFailure(end)
        refused = true
        continue
      }
      if (next._tag === "go-on") {
        incomplete = next.incomplete === true ? incomplete + 1 : 0
        yield* addNote(session, "progress", next.note)
        continue
      }
      const ending = yield* mayEnd(running)
      if (ending._tag !== "go-on") return ending
      yield* addNote(session, "goal", ending.note)
    }
  })

  /** The whole turn, with those who may stop it listening beside it. */
  const body = Effect.fnUntraced(function* (session: OpenSession, turn: Ids.TurnId) {
    const agent = yield* agents.get(session.state().agent)
    const stop = yield* StopSignal.make
    const spender = tree.spender(session, stop)
    const running: Running = { session, turn, agent, tools: yield* registry.forAgent(agent), stop, spender }
    yield* listen(budget.ranOut(spender), (exhausted) => stop.request({ _tag: "budget", exhausted }))
    yield* listen(policy.wantsStop(session.state()), () => stop.request({ _tag: "asked" }))
    yield* Inbox.keepAnswering(session)
    // A dead owner may have stored the rejection without coming to the end of the turn.
    if (session.state().turn?.rejected === true) yield* stop.request({ _tag: "rejected" })
    yield* recoverStep(runner, running)
    yield* keepDraft(session)
    const reason = stop.reason()
    return reason === undefined ? yield* steps(running) : stopped(reason, session.state())
  }, Effect.scoped)

  /** From the draft of an earlier owner to the stored outcome. */
  const runTurn = Effect.fnUntraced(function* (session: OpenSession, turn: Ids.TurnId, began: number) {
    yield* recoverDraft(session)
    const exit = yield* untilStopped(session, body(session, turn), parkAfter)
    // Parked: the turn stays open as the log has it, and goes on by the same road as after a crash.
    if (exit === undefined) return
    const outcome = yield* outcomeOf(exit)
    yield* settleOpenStep(session, exit)
    const ended = yield* Clock.currentTimeMillis
    const time = yield* elapsed(session.state())
    yield* session.append((state) => {
      const commands = Inbox.wantedInterrupts(state).map((one) => one.command)
      const answered = commands.length === 0 ? {} : { commands }
      return [
        ...(outcome._tag === "interrupted" ? [SessionEvent.make("NoteAdded", interruptedNote)] : []),
        SessionEvent.make("TurnEnded", { turn, outcome, durationMillis: ended - began, ...time, ...answered })
      ]
    })
  })

  const oneTurn = Effect.fnUntraced(function* (session: OpenSession, asked: boolean) {
    const began = yield* Clock.currentTimeMillis
    yield* clock.enter(session.state().root)
    const turn = yield* enter(session, asked)
    // Everything that waited was taken back in the last moment.
    if (turn === undefined) return
    yield* observe(turn, () => session.state(), runTurn(session, turn, began))
  }, Effect.scoped)

  return Driver.of({
    run: (session, asked) => {
      const manner = { asked, parks: parkAfter !== undefined }
      const first = Effect.suspend(() =>
        Effect.andThen(asked ? Effect.void : suspendWhenDue(session), Inbox.answerCommands(session))
      )
      return Effect.andThen(
        first,
        Effect.whileLoop({
          while: () => canRun(session.state(), manner),
          body: () => Effect.andThen(oneTurn(session, asked), Inbox.answerCommands(session)),
          step: () => {}
        })
      )
    }
  })
})

/** A turn that went on by itself too often, e.g. because something in it ends the process each time, waits for a person. */
const suspendWhenDue = (session: OpenSession) =>
  session.append((state) =>
    state.turn !== undefined && mustSuspend(state)
      ? [SessionEvent.make("TurnSuspended", { turn: state.turn.id, resumes: state.turn.resumes })]
      : []
  )

/** Asks beside the turn whether it should stop, until the scope closes. Who never wants that costs nothing. */
const listen = <A>(wish: Effect.Effect<A>, act: (wish: A) => Effect.Effect<void>) =>
  wish === Effect.never ? Effect.void : Effect.forkScoped(Effect.flatMap(wish, act))

/**
 * A step may still be open, e.g. when the turn failed before it could be recovered. One that cannot be stored is not
 * ended by ending its turn: the turn stays open, and re-entry brings both to their end.
 */
const settleOpenStep = Effect.fnUntraced(function* (
  session: OpenSession,
  exit: Exit.Exit<unknown, unknown>
): Effect.fn.Return<void, StoreError> {
  const open = session.state().step
  if (open === undefined) return
  yield* settle(session, open.step, exit, () => restOf(session, open.step))
  if (session.state().step !== undefined) return yield* unsettled(session.id) // guard: I6 core/test/loop/Interrupt.test.ts #does not take in time
})

const unsettled = (session: Ids.SessionId) =>
  new StoreError({
    reason: { _tag: "Unavailable" },
    message: `The end of a step of session ${session} could not be stored. The turn stays open; resume the session to go on.`
  })

const modelFailure = (end: StepEnd): Outcome => ({
  _tag: "failed",
  error: {
    kind: "context",
    message: end.error?.message ?? "The request stayed too long for the model.",
    reason: { _tag: "ContextOverflow" }
  }
})

const kinds: Readonly<Record<string, Failure["kind"]>> = {
  AgentNotFound: "configuration",
  NoModel: "configuration",
  ContextFull: "context",
  BlobError: "store"
}

/** A store that failed cannot take the ending either, so that goes up. All else ends the turn. */
const outcomeOf = <E extends { readonly _tag: string; readonly message: string }>(
  exit: Exit.Exit<Outcome, E | StoreError>
): Effect.Effect<Outcome, StoreError> => {
  if (Exit.isSuccess(exit)) return Effect.succeed(exit.value)
  const { cause } = exit
  const error = cause.reasons.find(Cause.isFailReason)?.error
  if (error instanceof StoreError) return Effect.fail(error)
  if (error !== undefined) {
    return Effect.succeed({ _tag: "failed", error: { kind: kinds[error._tag] ?? "defect", message: error.message } })
  }
  // A shutdown interrupts this fiber itself and never comes here: without a defect, a part interrupted itself.
  const defect = cause.reasons.find(Cause.isDieReason)?.defect ?? "it was interrupted from within"
  const message = defect instanceof Error ? defect.message : String(defect)
  return Effect.succeed({
    _tag: "failed",
    error: { kind: "defect", message: `A part of the runtime broke: ${message}` }
  })
}

/** The loop itself, as the `Driver` of sessions. */
export const layer: Layer.Layer<
  Driver,
  never,
  | Agents
  | ToolRegistry
  | Epochs
  | SystemPrompt
  | Compaction
  | Fallback
  | ModelCatalog
  | Budget
  | ProgressGuard
  | StopPolicy
  | ToolRunner
  | Step
  | SessionStore
  | Jobs
> = Layer.effect(Driver, make)
