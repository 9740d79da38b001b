/** What a session does now, why, what it waits for, and how a person can step in. */
import type { Schema } from "effect"
import type { InputId } from "../schema/Ids.ts"
import type { Doing } from "../schema/LiveEvent.ts"
import type { Outcome } from "../schema/Outcome.ts"
import type { Call } from "../schema/Part.ts"
import type { Question } from "../schema/Question.ts"
import type { Cost, Usage } from "../schema/Usage.ts"
import { type StepItem, unsettled } from "./History.ts"
import { openCalls, type SessionState } from "./SessionState.ts"

/** Something that a person can do now. */
export type StepIn =
  /** Send an input that starts a turn. */
  | { readonly _tag: "prompt" }
  /** Send an input that is delivered between the steps of the running turn. */
  | { readonly _tag: "steer" }
  | { readonly _tag: "interrupt" }
  /** Ask the model again at once, where the runtime that waits is one's own. */
  | { readonly _tag: "retry" }
  /** Let a suspended turn go on. */
  | { readonly _tag: "resume" }
  | { readonly _tag: "answer"; readonly question: Question }
  /** Take an input back that waits for its delivery. */
  | { readonly _tag: "withdraw"; readonly input: InputId; readonly text: string }

/** What can be shown of a session at a glance. `why` and what `stepIn` quotes are cut to 200 characters. */
export interface Status {
  readonly doing: Doing
  /** The agent's last sentence before what it does now, in this turn. */
  readonly why?: string
  /** Calls that are not settled. */
  readonly calls: ReadonlyArray<Call>
  /** What a person could answer. */
  readonly questions: ReadonlyArray<Question>
  readonly stepIn: ReadonlyArray<StepIn>
  /** Inputs that wait for delivery. */
  readonly waiting: number
  /** Steps of the running turn. */
  readonly steps: number
  /** Of the session. */
  readonly usage: Usage
  readonly cost: Cost
  /** Micro-dollars of the steps whose cost is known: all that can be said where `cost` is not. */
  readonly knownCost: number
  /** How the last turn ended. */
  readonly last?: Outcome
}

/** So much of a sentence, an input or a command is shown. */
const shown = 200

const short = (text: string): string => {
  const line = text.replace(/\s+/g, " ").trim()
  return line.length <= shown ? line : `${line.slice(0, shown - 1).toWellFormed()}…`
}

const isRecord = (value: Schema.Json): value is { readonly [key: string]: Schema.Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** What the input of a call names: its command, what it searches and where, or its path; else its first text. */
export const touches = ({ input }: Call): string => {
  if (input.type === "malformed") return short(input.text)
  if (!isRecord(input.value)) return short(JSON.stringify(input.value))
  const { command, path, pattern } = input.value
  const searched = typeof pattern === "string" && typeof path === "string" ? `${pattern} in ${path}` : pattern
  const named = command ?? searched ?? path ?? Object.values(input.value).find((value) => typeof value === "string")
  return typeof named === "string" ? short(named) : ""
}

/** What the log says that the session does at this time. The same in every process that has read as far. */
export const doingOf = ({ questions, step, turn }: SessionState, now: number): Doing => {
  if (turn === undefined) return { _tag: "idle" }
  if (turn.suspended) return { _tag: "suspended", resumes: turn.resumes }
  if (questions.length > 0) return { _tag: "waiting", questions: questions.length }
  const open = unsettled(step?.items ?? [])
  // One that runs says more than one that waits for its turn.
  const call = (open.find((item) => item.started !== undefined) ?? open[0])?.call
  if (call !== undefined) return { _tag: "calling", call: call.id, tool: call.tool, touches: touches(call) }
  const retry = step?.items.length === 0 && step.finish === undefined ? step.retry : undefined
  if (retry === undefined || now >= retry.since + retry.inMillis) return { _tag: "thinking" }
  const { attempt, inMillis, reason, since } = retry
  return { _tag: "retrying", attempt, inMillis, until: since + inMillis, reason }
}

/** The last text among the items before the first call that is still open. */
const saidBefore = (items: ReadonlyArray<StepItem>): string | undefined => {
  const end = items.findIndex((item) => item.type === "call" && item.result === undefined)
  for (const item of items.slice(0, end === -1 ? undefined : end).toReversed()) {
    if (item.type === "part" && item.part.type === "text" && item.part.text.trim() !== "") return item.part.text
  }
  return undefined
}

const lastSentence = (text: string): string => {
  const sentences = text.split(/(?<=[.!?:])\s+|\n+/).filter((one) => one.trim() !== "")
  return short(sentences.at(-1) ?? "")
}

const whyOf = ({ delivered, history, step, turn }: SessionState): string | undefined => {
  if (turn === undefined) return undefined
  const now = saidBefore(step?.items ?? [])
  if (now !== undefined) return lastSentence(now)
  for (let index = -1; -index <= history.length; index--) {
    const entry = history.at(index)
    // What was said before the turn's first input belongs to another turn.
    if (entry?.type === "input" && entry.input === delivered[0]) return undefined
    const said = entry?.type === "step" ? saidBefore(entry.items) : undefined
    if (said !== undefined) return lastSentence(said)
  }
  return undefined
}

const stepInOf = ({ questions, readOnly, turn, waiting }: SessionState, doing: Doing): ReadonlyArray<StepIn> => {
  if (readOnly !== undefined) return []
  return [
    ...questions.map((question): StepIn => ({ _tag: "answer", question })),
    ...(turn === undefined
      ? [{ _tag: "prompt" } as const]
      : [{ _tag: "steer" } as const, { _tag: "interrupt" } as const]),
    ...(doing._tag === "retrying" ? [{ _tag: "retry" } as const] : []),
    ...(turn?.suspended === true ? [{ _tag: "resume" } as const] : []),
    ...waiting.map(({ input }): StepIn => ({
      _tag: "withdraw",
      input: input.input,
      text: short(
        input.parts.map((part) => (part.type === "text" ? part.text : (part.name ?? part.mediaType))).join(" ")
      )
    }))
  ]
}

/** Computed from the log alone but for `live`: what only the process that runs the turn knows. */
export const statusOf = (state: SessionState, now: number, live?: Doing): Status => {
  const why = whyOf(state)
  const doing = live ?? doingOf(state, now)
  return {
    doing,
    ...(why === undefined ? {} : { why }),
    calls: openCalls(state),
    questions: state.questions,
    stepIn: stepInOf(state, doing),
    waiting: state.waiting.length,
    steps: state.turn?.steps ?? 0,
    usage: state.usage,
    cost: state.cost,
    knownCost: state.spending.money.sum,
    ...(state.lastTurn === undefined ? {} : { last: state.lastTurn.outcome })
  }
}
