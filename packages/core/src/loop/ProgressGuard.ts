/**
 * Notices a turn that goes round in circles, and acts by degrees: a note, a question, the end.
 *
 * It looks at the folded log only and remembers nothing, so it holds after a crash and in another process. What it
 * counts begins anew with each message that a person sends.
 */
import { Context, Effect, Layer } from "effect"
import type { Call } from "../schema/Part.ts"
import { doomLoop, type PermissionRequest } from "../schema/Question.ts"
import { type CallItem, isCall } from "../session/History.ts"
import type { RecentStep, SessionState } from "../session/SessionState.ts"
import * as Cycles from "./ProgressGuardCycles.ts"

interface GoOn {
  readonly _tag: "go-on"
}

/** Ends the turn as `no-progress`. */
interface Stop {
  readonly _tag: "stop"
  readonly message: string
}

/** `ask`: may the call run all the same? The message says what was repeated, to whoever answers and to the model. */
export type CallAdvice = GoOn | { readonly _tag: "ask"; readonly message: string } | Stop

/** `note` is told to the model. */
export type StepAdvice = GoOn | { readonly _tag: "note"; readonly text: string } | Stop

/** Advises; whoever runs the turn acts on it. */
export class ProgressGuard extends Context.Service<
  ProgressGuard,
  {
    /** Before a call is authorised. */
    readonly beforeCall: (state: SessionState, call: Call) => Effect.Effect<CallAdvice>
    /** After each step that does not end the turn. */
    readonly afterStep: (state: SessionState) => Effect.Effect<StepAdvice>
  }
>()("@rein/core/loop/ProgressGuard") {}

/** Rounds of a cycle; with a period of one step, equal steps in a row. At most 6 can be seen of the longest period. */
export interface Options {
  /** After so many equal rounds the model is told. */
  readonly note: number
  /** The calls of this round are asked for before they run. */
  readonly ask: number
  /** Ends the turn at this round where there is nothing to ask for: answers without a call that runs, or when `ask` is larger. */
  readonly stop: number
}

/** A note after two equal rounds, a question before the third, the end at the fourth. */
export const defaults: Options = { note: 2, ask: 3, stop: 4 }

const goOn: GoOn = { _tag: "go-on" }

/** What stands before the call in the open step. */
const callsBefore = ({ step }: SessionState, call: Call): ReadonlyArray<CallItem> => {
  const calls = (step?.items ?? []).filter(isCall)
  const index = calls.findIndex((item) => item.call.id === call.id)
  return index === -1 ? [] : calls.slice(0, index)
}

const isIn = (call: Call, step: RecentStep): boolean =>
  step.some((item) => item.type === "call" && Cycles.sameCall(item.call, call))

/** The cycle that the call goes on with, if any, counted up to the step before it. */
const cycleOf = (state: SessionState, call: Call): Cycles.Cycle | undefined => {
  const { recent } = state
  // Most calls are new; then nothing has to be compared.
  if (!recent.slice(-Cycles.longestPeriod).some((step) => isIn(call, step))) return undefined
  const before = callsBefore(state, call)
  const going = Cycles.cyclesIn(recent).filter((cycle) => {
    const step = Cycles.expected(recent, cycle)
    return [...before.map((item) => item.call), call].every((one) => isIn(one, step))
  })
  return Cycles.mostRounds(going) ?? going[0]
}

/** The last time that this call was kept from running. */
const heldIn = (recent: ReadonlyArray<RecentStep>, call: Call): CallItem | undefined =>
  recent
    .flatMap((step) => step.filter(isCall))
    .findLast((item) => Cycles.isHeld(item) && Cycles.sameCall(item.call, call))

const repeatedCall = (call: Call, cycle: Cycles.Cycle): string =>
  cycle.period === 1
    ? `${call.tool} was called ${Cycles.rounds(cycle)} times in a row with the same input, and gave the same result each time`
    : `the same ${cycle.period} steps were done ${Cycles.rounds(cycle)} times in a row with the same results, ${call.tool} among them`

const beforeCall = ({ ask, stop }: Options, state: SessionState, call: Call): CallAdvice => {
  const cycle = cycleOf(state, call)
  const round = cycle === undefined ? 1 : Cycles.rounds(cycle) + 1
  if (cycle !== undefined && round >= ask) {
    const message = repeatedCall(call, cycle)
    const insists = heldIn(state.recent.slice(-cycle.length), call) !== undefined
    return insists
      ? { _tag: "stop", message: `${message}, and was called again when that was declined` }
      : { _tag: "ask", message }
  }
  if (cycle !== undefined && round >= stop) return { _tag: "stop", message: repeatedCall(call, cycle) }
  // Where nobody could be asked, doing something else in between is answer enough.
  const held = heldIn(state.recent, call)
  if (held === undefined || held.declined?.by === "nobody") return goOn
  return {
    _tag: "ask",
    message: `${call.tool} was called with this input before, and that was declined as going round in circles`
  }
}

const hasRun = (step: RecentStep): boolean => step.some((item) => item.type === "call" && item.started !== undefined)

const repeatedSteps = (step: RecentStep, cycle: Cycles.Cycle): string => {
  const count = Cycles.rounds(cycle)
  if (cycle.period > 1)
    return `went through the same ${cycle.period} steps ${count} times in a row, with the same results`
  const tools = [...new Set(step.filter(isCall).map(({ call }) => call.tool))]
  if (tools.length > 0)
    return `made the same call of ${tools.join(" and ")} ${count} times in a row, with the same result`
  return step.length === 0 ? `said nothing, ${count} times in a row` : `gave the same answer ${count} times in a row`
}

const afterStep = ({ note, stop }: Options, { recent, waiting }: SessionState): StepAdvice => {
  const last = recent.at(-1)
  const cycle = Cycles.mostRounds(Cycles.cyclesIn(recent))
  // A message that waits will be heard first.
  if (last === undefined || cycle === undefined || waiting.some(({ input }) => input.delivery === "steer")) return goOn
  const again = repeatedSteps(last, cycle)
  if (Cycles.rounds(cycle) >= stop && !recent.slice(-cycle.period).some(hasRun)) {
    return { _tag: "stop", message: `the model ${again}` }
  }
  // A result that says so is closer to the point.
  if (cycle.length !== note * cycle.period || last.some((item) => item.type === "call" && Cycles.isHeld(item)))
    return goOn
  return {
    _tag: "note",
    text: `You ${again}. Nothing new comes of it: do something else, or say what is in the way.`
  }
}

/** What is put to a person, or settled by a rule, when the guard asks: an ordinary request, with the tool's name as its pattern. */
export const requestOf = (call: Call, message: string): PermissionRequest => ({
  call: call.id,
  tool: call.tool,
  permission: doomLoop,
  patterns: [call.tool],
  title: `go on although ${message}`
})

/** With other bounds; those left out are as in `defaults`. */
export const layerWith = (options: Partial<Options>): Layer.Layer<ProgressGuard> => {
  const all = { ...defaults, ...options }
  return Layer.succeed(
    ProgressGuard,
    ProgressGuard.of({
      beforeCall: (state, call) => Effect.sync(() => beforeCall(all, state, call)),
      afterStep: (state) => Effect.sync(() => afterStep(all, state))
    })
  )
}

/** The default: with the bounds in `defaults`. */
export const layer: Layer.Layer<ProgressGuard> = layerWith(defaults)

/** Lets everything go on. */
export const layerOff: Layer.Layer<ProgressGuard> = Layer.succeed(
  ProgressGuard,
  ProgressGuard.of({ beforeCall: () => Effect.succeed(goOn), afterStep: () => Effect.succeed(goOn) })
)
