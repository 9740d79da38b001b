/**
 * One answer of the model and the calls it asks for.
 *
 * Events are stored as parts finish, calls start while the model still
 * streams, and whatever happens the step is settled: open text is closed and
 * each call has exactly one result.
 */
import { Clock, Context, Effect, type Exit, Layer } from "effect"
import type { Agent } from "../agent/Agents.ts"
import { Model } from "../model/Model.ts"
import * as ModelCatalog from "../model/ModelCatalog.ts"
import type { ModelPart } from "../model/ModelPart.ts"
import type { ModelRequest } from "../model/ModelRequest.ts"
import { Retry } from "../model/Retry.ts"
import { limitsOf, Watchdog } from "../model/Watchdog.ts"
import * as Ids from "../schema/Ids.ts"
import type { Call } from "../schema/Part.ts"
import { isUnsent, ModelError } from "../schema/ModelError.ts"
import type { FinishReason } from "../schema/SessionEvent.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import * as Usage from "../schema/Usage.ts"
import { unsettled } from "../session/History.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { StoreError } from "../session/SessionStore.ts"
import type { Tool } from "../tool/Tool.ts"
import { readAnswer } from "./Attempt.ts"
import { CallLimits } from "./CallLimits.ts"
import { type Calls, makeCalls } from "./Calls.ts"
import { Demultiplexer, type Finish } from "./Demultiplexer.ts"
import { type Rest, settle } from "./Settle.ts"
import type { StopSignal } from "./StopSignal.ts"
import * as ModelSpan from "./telemetry/ModelSpan.ts"
import { ToolRunner } from "./ToolRunner.ts"

/** What a step is run with. */
export interface StepInput {
  readonly session: OpenSession
  readonly turn: Ids.TurnId
  readonly index: number
  readonly agent: Agent
  readonly tools: ReadonlyArray<Tool>
  readonly request: ModelRequest
  readonly fingerprint: string
  /** Wall time of the session's tree to be stored with the step's start. */
  readonly elapsedMillis?: number
  readonly stop: StopSignal
  /** A wait between two attempts that is longer is given up, since another model can be asked. */
  readonly patienceMillis?: number
  /** Calls do not run: this is their result. */
  readonly refusal?: string
}

/** How the answer ended. The calls are settled, and all of it is stored. */
export interface StepEnd {
  readonly step: Ids.StepId
  readonly finish: FinishReason
  readonly usage: Usage.Usage
  readonly cost: Usage.Cost
  /** Has the answer begun before it ended? */
  readonly begun: boolean
  readonly error?: ModelError
}

/** Runs one step to its end. Only the store can make it fail: an error of the model is part of how it ended. */
export class Step extends Context.Service<
  Step,
  { readonly run: (input: StepInput) => Effect.Effect<StepEnd, StoreError> }
>()("@rein/core/loop/Step") {}

const make = Effect.gen(function* () {
  const model = yield* Model
  const retry = yield* Retry
  const runner = yield* ToolRunner
  const catalog = yield* ModelCatalog.ModelCatalog
  const watchdog = yield* Watchdog
  const { concurrency } = yield* CallLimits
  const telemetry = yield* ModelSpan.make

  /** One attempt: the stream's parts become events, complete calls begin. */
  const attempt = (input: StepInput, parts: Demultiplexer, calls: Calls, urgent: boolean) => {
    const { refusal, request, session, stop } = input
    const isStopped = () => stop.reason() !== undefined
    const accept = Effect.fnUntraced(function* (batch: ReadonlyArray<ModelPart>) {
      const { calls: complete, events, live } = parts.accept(batch, isStopped)
      session.publish(live)
      const refused = refusal === undefined ? [] : complete.map((call) => refuse(call, refusal))
      // What was taken out of the stream must not be lost to a stop that comes while it is stored.
      if (events.length > 0) yield* Effect.uninterruptible(session.append([...events, ...refused]))
      if (refusal === undefined) for (const call of complete) yield* calls.start(call)
    })
    return readAnswer({
      stream: telemetry.observe(request, model.stream(urgent ? { ...request, urgent } : request)),
      model: `${request.model.provider}/${request.model.model}`,
      limits: limitsOf(watchdog, request.model.provider),
      stop,
      isFinished: () => parts.finish !== undefined,
      accept
    })
  }

  /** How long to wait after a failed attempt, or the error to end with. */
  const afterFailure = Effect.fnUntraced(function* (
    input: StepInput,
    error: ModelError,
    failed: number,
    elapsedMillis: number
  ): Effect.fn.Return<number | ModelError> {
    const decision = yield* retry.decide(error, failed, elapsedMillis)
    if (decision._tag === "give-up") return because(error, decision.why)
    const { patienceMillis = Number.POSITIVE_INFINITY, stop } = input
    return decision.inMillis > patienceMillis || stop.reason() !== undefined ? error : decision.inMillis
  })

  /** Attempts until one has output or is given up. The error that ended the last one is a value: text before it stays. */
  const attempts = Effect.fnUntraced(function* (
    input: StepInput,
    step: Ids.StepId,
    calls: Calls,
    use: (parts: Demultiplexer) => void
  ) {
    const began = yield* Clock.currentTimeMillis
    let urgent = false
    for (let failed = 0; ;) {
      const parts = new Demultiplexer(step)
      use(parts)
      const error: ModelError | undefined = yield* attempt(input, parts, calls, urgent).pipe(
        Effect.as(undefined),
        Effect.catchTag("ModelError", (failure) => Effect.succeed(failure))
      )
      if (error === undefined || isWhole(parts.finish)) return { parts }
      // What was held back on this side is no attempt.
      const wasSent = !isUnsent(error.reason)
      if (wasSent) failed += 1
      const number = Math.max(1, failed)
      const elapsed = (yield* Clock.currentTimeMillis) - began
      const next: number | ModelError = parts.begun ? error : yield* afterFailure(input, error, number, elapsed)
      if (typeof next !== "number") return { parts, error: next }
      yield* input.session.append([
        SessionEvent.make("AttemptFailed", {
          step,
          attempt: number,
          reason: error.reason,
          message: error.message,
          retryInMillis: next
        })
      ])
      if (wasSent) yield* telemetry.retried(input.request, error)
      urgent = yield* Effect.raceFirst(input.session.pause(next), Effect.as(input.stop.wait, false))
      if (input.stop.reason() !== undefined) return { parts, error }
      input.session.publish([{ type: "StatusChanged", doing: { _tag: "thinking" } }])
    }
  })

  /** The answer and its calls, until all of it is stored. */
  const answer = Effect.fnUntraced(function* (
    input: StepInput,
    step: Ids.StepId,
    began: number,
    parts: () => Demultiplexer,
    use: (parts: Demultiplexer) => void
  ) {
    const calls = yield* makeCalls(runner, input, concurrency)
    const { error } = yield* attempts(input, step, calls, use)
    const end = yield* finishAnswer(input, step, parts(), began, error)
    yield* calls.settled
    return end
  })

  const run = Effect.fnUntraced(function* (input: StepInput) {
    const { session } = input
    const step = Ids.make.step()
    const began = yield* Clock.currentTimeMillis
    let parts = new Demultiplexer(step)
    const use = (next: Demultiplexer) => {
      parts = next
    }
    const forget = session.live.setOpenParts(() =>
      parts.soFar().map((part) => ({ ...part, session: session.id, after: session.state().sequence }))
    )
    const { elapsedMillis, fingerprint, index, turn } = input
    const elapsed = elapsedMillis === undefined ? {} : { elapsedMillis }
    yield* session.append([SessionEvent.make("StepStarted", { step, turn, index, fingerprint, ...elapsed })])

    const settleStep = (exit: Exit.Exit<unknown, unknown>) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => settle(session, step, exit, () => rest(parts, now - began)))
    return yield* Effect.scoped(answer(input, step, began, () => parts, use)).pipe(
      Effect.onExit((exit) => settleStep(exit)), // guard: I2 core/test/loop/Step.test.ts
      Effect.ensuring(Effect.sync(forget))
    )
  })

  /** Stores the end of the answer; its calls may still run. */
  const finishAnswer = Effect.fnUntraced(function* (
    input: StepInput,
    step: Ids.StepId,
    parts: Demultiplexer,
    began: number,
    error: ModelError | undefined
  ): Effect.fn.Return<StepEnd, StoreError> {
    const closed = parts.close()
    const finish = finishReason(parts, error)
    const usage = parts.finish?.usage ?? error?.usage ?? Usage.unknown
    const cost = parts.finish?.cost ?? ModelCatalog.costOf(usage, (yield* catalog.lookup(input.request.model)).prices)
    input.session.publish(closed.live)
    const ended = yield* Clock.currentTimeMillis
    yield* input.session.append([
      ...closed.events,
      ...settleHosted(input.session, step),
      SessionEvent.make("StepFinished", {
        step,
        finish,
        usage,
        cost,
        durationMillis: ended - began,
        ...(error === undefined ? {} : { error: { reason: error.reason, message: error.message } }),
        ...(parts.anomalies.length === 0 ? {} : { anomalies: parts.anomalies })
      })
    ])
    return { step, finish, usage, cost, begun: parts.begun, ...(error === undefined ? {} : { error }) }
  })

  return Step.of({ run })
})

const because = (error: ModelError, why: string | undefined): ModelError =>
  why === undefined ? error : new ModelError({ ...error, message: `${error.message} ${why}` })

const refuse = (call: Call, output: string) =>
  SessionEvent.make("CallSettled", { call: call.id, result: { status: "failed", output } })

/** Has the provider said that the answer is whole? What breaks behind that is only the connection. */
const isWhole = (finish: Finish | undefined): boolean => finish?.reason === "stop" || finish?.reason === "tool-calls"

const finishReason = (parts: Demultiplexer, error: ModelError | undefined): FinishReason => {
  if (error !== undefined) return "error"
  return parts.finish?.reason ?? "cut"
}

const rest = (parts: Demultiplexer, durationMillis: number): Rest => ({
  events: parts.close().events,
  usage: parts.finish?.usage ?? Usage.unknown,
  durationMillis
})

/** A call that the provider runs itself and gave no result for will get none any more. */
const settleHosted = (session: OpenSession, step: Ids.StepId) => {
  const open = session.state().step
  if (open?.step !== step) return []
  return unsettled(open.items)
    .filter((item) => item.call.hosted === true)
    .map((item) =>
      SessionEvent.make("CallSettled", {
        call: item.call.id,
        result: { status: "failed", output: "The provider gave no result for this call." }
      })
    )
}

/** The default. `CallLimits` and `Watchdog` are read when it is made. */
export const layer: Layer.Layer<Step, never, Model | Retry | ToolRunner | ModelCatalog.ModelCatalog> = Layer.effect(
  Step,
  make
)
