/**
 * Runs one call: validate, guard, authorise, record the start, run, truncate,
 * record the result. No tool's author can forget any of it.
 */
import { Cause, Clock, Context, Data, Effect, Fiber, Layer } from "effect"
import type { Agent } from "../agent/Agents.ts"
import { abandonable } from "../internal/abandonable.ts"
import { Declined, Permission } from "../permission/Permission.ts"
import { type Decided, describe } from "../schema/Decided.ts"
import type { Failure } from "../schema/Outcome.ts"
import type { Call, CallResult } from "../schema/Part.ts"
import type { EventData, Safety } from "../schema/SessionEvent.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import { ToolError } from "../schema/ToolError.ts"
import { type CallItem, findCall } from "../session/History.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { StoreError } from "../session/SessionStore.ts"
import type { PreparedCall, Tool, ToolContext, ToolResult } from "../tool/Tool.ts"
import { Truncation } from "../tool/Truncation.ts"
import { CallLimits } from "./CallLimits.ts"
import type { Needs } from "./CallOrder.ts"
import { ProgressGuard, requestOf } from "./ProgressGuard.ts"
import type { StopSignal } from "./StopSignal.ts"
import * as CallSpan from "./telemetry/CallSpan.ts"

/** Where a call runs. */
export interface CallScope {
  readonly session: OpenSession
  readonly agent: Agent
  readonly tools: ReadonlyArray<Tool>
  readonly stop: StopSignal
}

/** How a call finds its place among those of its step. */
export interface CallPlace {
  /** Waits until no earlier call is in the way; nothing to wait for is `undefined`. */
  readonly turn: (needs: Needs) => Effect.Effect<void> | undefined
  /** Bounds how many run at a time. */
  readonly limit: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
}

/** The call is the only one. */
const alone: CallPlace = { turn: () => undefined, limit: (effect) => effect }

/** Brings a call to its one result. What a tool does wrong is told in it and never fails the step. */
export class ToolRunner extends Context.Service<
  ToolRunner,
  {
    /** Runs a pending call until its result is stored. Interrupted, it stores nothing: whoever interrupted settles the call. */
    readonly run: (call: Call, scope: CallScope, place?: CallPlace) => Effect.Effect<void, StoreError>
    /** Settles a call that had started when an earlier owner died: by the tool's safety. */
    readonly recover: (call: Call, scope: CallScope) => Effect.Effect<void, StoreError>
  }
>()("@rein/core/loop/ToolRunner") {}

const failed = (output: string): CallResult => ({ status: "failed", output })

/** The turn was stopped before the call had run. */
class Stopped extends Data.TaggedError("Stopped") {}

const stopped = (scope: CallScope) => Effect.flatMap(scope.stop.wait, () => Effect.fail(new Stopped()))

const stoppedResult = (call: Call, scope: CallScope): CallResult => ({
  status: "interrupted",
  output: `The turn was stopped before this call ran${again(call, scope)}.`
})

const find = (call: Call, tools: ReadonlyArray<Tool>): Effect.Effect<Tool, ToolError> => {
  const exact = tools.find((tool) => tool.name === call.tool)
  if (exact !== undefined) return Effect.succeed(exact)
  const near = tools.find((tool) => tool.name.toLowerCase() === call.tool.toLowerCase())
  const hint = near === undefined ? "" : ` Did you mean ${near.name}?`
  return Effect.fail(
    new ToolError({
      message: `There is no tool "${call.tool}".${hint} Tools: ${tools.map((tool) => tool.name).join(", ") || "none"}.`
    })
  )
}

const prepare = Effect.fnUntraced(function* (call: Call, tool: Tool) {
  if (call.input.type === "malformed") {
    return yield* new ToolError({
      message: `The input of ${tool.name} was not JSON, so it did not run. It began: ${call.input.text.slice(0, 200)}`
    })
  }
  return yield* tool.prepare(call.input.value)
})

const contextOf = (call: Call, { agent, session }: CallScope): ToolContext => ({
  session: session.id,
  call: call.id,
  agent: agent.name,
  directory: session.state().directory,
  key: call.id,
  progress: (text) => Effect.sync(() => session.publish([{ type: "Progress", call: call.id, text }]))
})

const settle = (session: OpenSession, data: EventData<"CallSettled">) =>
  Effect.uninterruptible(session.append([SessionEvent.make("CallSettled", data)]))

const describeDefect = (cause: Cause.Cause<unknown>): string => {
  const defect = Cause.squash(cause)
  return defect instanceof Error ? defect.message : String(defect)
}

/** A defect fails its call, for the history, and ends the turn: nobody knows what the broken part would do next. */
const broke = (scope: CallScope, kind: Failure["kind"], message: string): Effect.Effect<CallResult> =>
  Effect.as(scope.stop.request({ _tag: "broken", error: { kind, message } }), failed(message))

const unverified: CallResult = {
  status: "unverified",
  output:
    "The runtime stopped while this call was running, and it is not known whether it took effect. Look before you do it again."
}

const make = Effect.gen(function* () {
  const permission = yield* Permission
  const truncation = yield* Truncation
  const guard = yield* ProgressGuard
  const { grace } = yield* CallLimits
  const observe = yield* CallSpan.make

  /** Lets the guard look at the call, before anything else is asked for it. */
  const pastGuard = Effect.fnUntraced(function* (call: Call, { agent, session, stop }: CallScope) {
    const advice = yield* guard.beforeCall(session.state(), call)
    if (advice._tag === "go-on") return
    if (advice._tag === "stop") {
      yield* stop.request({ _tag: "no-progress", message: advice.message })
      return yield* new ToolError({ message: `This call did not run: ${advice.message}.` })
    }
    const request = requestOf(call, advice.message)
    yield* Effect.mapError(permission.authorize({ session, agent, request, byName: true }), (error) =>
      error instanceof Declined ? new Declined({ ...error, why: `${advice.message}. ${error.why}` }) : error
    )
  })

  /** Asks for everything the call needs; gives what allowed it. */
  const authorise = Effect.fnUntraced(function* (call: Call, prepared: PreparedCall, scope: CallScope) {
    yield* pastGuard(call, scope) // guard: I7 core/test/loop/ProgressGuard.test.ts
    const needs = yield* prepared.permissions(contextOf(call, scope))
    const decisions: Array<Decided> = []
    for (const { judge, ...need } of needs) {
      const decided = yield* permission.authorize({
        session: scope.session,
        agent: scope.agent,
        request: { call: call.id, tool: call.tool, ...need },
        ...(judge === undefined ? {} : { judge })
      })
      decisions.push(...decided)
    }
    return decisions
  })

  const limited = Effect.fnUntraced(function* (tool: Tool, result: ToolResult) {
    const { output, whole } = yield* truncation.limit(result.output, tool.keep)
    return {
      status: "completed",
      output,
      ...(result.title === undefined ? {} : { title: result.title }),
      ...(result.metadata === undefined ? {} : { metadata: result.metadata }),
      ...(result.job === undefined ? {} : { job: result.job }),
      ...(result.attachments === undefined ? {} : { attachments: result.attachments }),
      ...(whole === undefined ? {} : { whole })
    } satisfies CallResult
  })

  /** Runs the tool itself; every way in which it can end gives a result. */
  const execute = (call: Call, tool: Tool, prepared: PreparedCall, scope: CallScope): Effect.Effect<CallResult> =>
    abandonable(prepared.execute(contextOf(call, scope)), {
      timeoutMillis: tool.timeoutMillis,
      onTimeout: () =>
        new ToolError({ message: `${tool.name} was stopped: it took longer than ${tool.timeoutMillis} ms.` }),
      grace
    }).pipe(
      Effect.flatMap((result) => limited(tool, checked(tool, result))),
      Effect.catchTag("ToolError", (error) => Effect.map(limited(tool, { output: error.message }), asFailure)),
      // Our own interruption never comes here, so an interruption that does is the tool's.
      Effect.catchCause((cause) => {
        if (Cause.hasInterruptsOnly(cause)) return Effect.succeed(failed(`${tool.name} was interrupted from within.`))
        return broke(scope, "tool", `${tool.name} broke: ${describeDefect(cause)}`)
      })
    )

  const start = Effect.fnUntraced(function* (
    call: Call,
    tool: Tool,
    prepared: PreparedCall,
    scope: CallScope,
    decisions: ReadonlyArray<Decided>
  ) {
    const journal = yield* prepared.journal?.(contextOf(call, scope)) ?? Effect.undefined
    const data = {
      call: call.id,
      safety: tool.safety,
      allowedBy: decisions.map(describe).join("; ") || "it needs no permission",
      ...(decisions.length === 0 ? {} : { decisions }),
      ...(journal === undefined ? {} : { journal })
    }
    yield* scope.session.append([SessionEvent.make("CallStarted", data)]) // guard: I1 core/test/loop/Turn.test.ts
    const began = yield* Clock.currentTimeMillis
    const place = { session: scope.session.id, agent: scope.agent.name }
    const result = yield* observe(call, place, execute(call, tool, prepared, scope))
    const ended = yield* Clock.currentTimeMillis
    yield* settle(scope.session, { call: call.id, result, durationMillis: ended - began })
  })

  const decline = Effect.fnUntraced(function* (call: Call, scope: CallScope, declined: Declined) {
    if (declined.stop) yield* scope.stop.request({ _tag: "rejected" })
    const { by, origin, patterns, permission: name, question, rule, why } = declined
    const result: CallResult = {
      status: "declined",
      output: `${declined.message.replace(/[.!?]?$/, ".")} It did not run${again(call, scope)}.`
    }
    yield* settle(scope.session, {
      call: call.id,
      result,
      declined: {
        by,
        why,
        patterns,
        permission: name,
        ...(origin === undefined ? {} : { origin }),
        ...(rule === undefined ? {} : { rule }),
        ...(question === undefined ? {} : { question })
      }
    })
  })

  const run = Effect.fnUntraced(
    function* (call: Call, scope: CallScope, place: CallPlace = alone) {
      const tool = yield* find(call, scope.tools)
      const prepared = yield* prepare(call, tool)
      const resources = prepared.resources === undefined ? [] : yield* prepared.resources(contextOf(call, scope))
      const earlier = place.turn({ safety: tool.safety, resources })
      if (earlier !== undefined) yield* Effect.raceFirst(earlier, stopped(scope))
      // A stopped turn waits for no person, and starts nothing.
      const asking = yield* Effect.forkChild(authorise(call, prepared, scope), { startImmediately: true })
      const decisions = yield* asking.pollUnsafe() ?? Effect.raceFirst(Fiber.join(asking), stopped(scope))
      const isStopped = Effect.suspend(() => (scope.stop.reason() === undefined ? Effect.void : new Stopped()))
      yield* place.limit(Effect.andThen(isStopped, start(call, tool, prepared, scope, decisions)))
    },
    (effect, call, scope) =>
      effect.pipe(
        Effect.catchTag("ToolError", (error) =>
          settle(scope.session, { call: call.id, result: failed(error.message) })
        ),
        Effect.catchTag("Declined", (declined) => decline(call, scope, declined)),
        Effect.catchTag("Stopped", () => settle(scope.session, { call: call.id, result: stoppedResult(call, scope) })),
        Effect.catchDefect((defect) =>
          Effect.flatMap(broke(scope, "defect", `The runtime broke on ${call.tool}: ${String(defect)}`), (result) =>
            settle(scope.session, { call: call.id, result })
          )
        )
      )
  )

  const recoverOnce = Effect.fnUntraced(function* (call: Call, tool: Tool, prepared: PreparedCall, scope: CallScope) {
    const recovery =
      prepared.recover === undefined
        ? { _tag: "unknown" as const }
        : yield* Effect.orElseSucceed(prepared.recover(contextOf(call, scope), found(call, scope)?.journal), () => ({
            _tag: "unknown" as const
          }))
    if (recovery._tag === "did-not-happen") return yield* run(call, scope)
    const result = recovery._tag === "happened" ? yield* limited(tool, recovery.result) : unverified
    return yield* settle(scope.session, { call: call.id, result })
  })

  const recover = Effect.fnUntraced(
    function* (call: Call, scope: CallScope) {
      const tool = yield* find(call, scope.tools)
      const prepared = yield* prepare(call, tool)
      if (tool.safety === "once" || startedAs(call, scope) === "once")
        return yield* recoverOnce(call, tool, prepared, scope) // guard: I4 core/test/loop/Recovery.test.ts
      // Authorised anew: the rules may be others by now.
      return yield* run(call, scope)
    },
    (effect, call, scope) =>
      effect.pipe(
        Effect.catchTag("ToolError", () => settle(scope.session, { call: call.id, result: unverified })),
        Effect.catchDefect(() => settle(scope.session, { call: call.id, result: unverified }))
      )
  )

  return ToolRunner.of({ run, recover })
})

/** The call as the log has it. */
const found = (call: Call, { session }: CallScope): CallItem | undefined =>
  findCall(session.state().step?.items ?? [], call.id)

/** The safety under which the call has started: the tool may have been another one then. */
const startedAs = (call: Call, scope: CallScope): Safety | undefined => found(call, scope)?.started

/** For a call that does not run after all: a dead runtime may have run it. One of safety `read` leaves no trace, and one of safety `once` comes here only when it has not happened. */
const again = (call: Call, scope: CallScope): string =>
  startedAs(call, scope) === "idempotent"
    ? " again; an earlier runtime had begun it, and it is not known whether it took effect"
    : ""

/** JavaScript authors can return nothing at all. */
const checked = (tool: Tool, result: ToolResult | null | undefined): ToolResult => {
  if (typeof result?.output === "string") return result
  return { output: `${tool.name} gave no output.` }
}

const asFailure = (result: CallResult): CallResult => ({ ...result, status: "failed" })

/** The default. How long it waits for a tool that ignores its interruption is in `CallLimits`. */
export const layer: Layer.Layer<ToolRunner, never, Permission | Truncation | ProgressGuard> = Layer.effect(
  ToolRunner,
  make
)
