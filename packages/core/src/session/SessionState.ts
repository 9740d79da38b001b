/**
 * What is known of a session: the fold of its events (`Fold`). Everything else
 * that a runtime knows of a session is computed from here.
 */
import { HashMap, Option } from "effect"
import { AppendList } from "../internal/AppendList.ts"
import type { Input } from "../schema/Command.ts"
import type { CommandId, InputId, QuestionId, SessionId, TurnId } from "../schema/Ids.ts"
import type { ModelRef } from "../schema/ModelRef.ts"
import type { DeclinedCall, InputOutcome, Outcome } from "../schema/Outcome.ts"
import type { Call, CallJob } from "../schema/Part.ts"
import type { Answer, AnsweredBy, Offer, Question } from "../schema/Question.ts"
import type { EventData } from "../schema/SessionEvent.ts"
import * as Usage from "../schema/Usage.ts"
import * as History from "./History.ts"
import * as Spending from "./Spending.ts"

/** An input that was submitted and is neither delivered nor withdrawn. */
export interface WaitingInput {
  readonly command: CommandId
  readonly input: Input
}

/** The running turn. */
export interface OpenTurn {
  readonly id: TurnId
  readonly steps: number
  /** How often it went on in a new owner. */
  readonly resumes: number
  /** The same, by itself, since a person last had a say in it. */
  readonly unattended: number
  /** It went on by itself too often and waits for a person. */
  readonly suspended: boolean
  readonly usage: Usage.Usage
  readonly cost: Usage.Cost
  readonly declined: ReadonlyArray<DeclinedCall>
  /** A person rejected without a message: the turn ends as denied. */
  readonly rejected: boolean
  /** The model that is asked instead of those that failed, the wanted one first. */
  readonly fallback?: { readonly model: ModelRef; readonly tried: ReadonlyArray<ModelRef> }
}

/** What a step said and asked for, with the results: what the progress guard compares. */
export type RecentStep = ReadonlyArray<History.StepItem>

/** What a person allowed for the rest of the session, and the question that offered it. */
export type Approval = Offer & { readonly question: QuestionId }

/** A question of a call that has no result yet, and how it was settled. */
export interface SettledQuestion extends Question {
  readonly answer: Answer
  readonly by: AnsweredBy
  readonly because?: QuestionId
}

/** A job that was started and whose end was not told. It runs, or its end is due to be told. */
export type OpenJob = Pick<CallJob, "id" | "command">

/** All of it comes from the log: whoever has read as far knows the same. */
export interface SessionState {
  readonly session: SessionId
  readonly sequence: number
  readonly directory: string
  readonly root: SessionId
  readonly parent?: SessionId
  readonly agent: string
  readonly title?: string
  /** The version of Rein that wrote last, as far as the log says. */
  readonly rein: string
  /** A newer version wrote an event that we do not know; nothing may be written. */
  readonly readOnly?: { readonly type: string; readonly version: number; readonly rein: string }
  /** Events up to this sequence are copies from the session that this one was forked from. */
  readonly inheritedUntil: number
  /** The model that somebody has switched the session to. */
  readonly model?: ModelRef
  readonly epoch?: EventData<"EpochStarted"> & { readonly sequence: number }
  /** The model of the session while the epoch has another one, which was asked instead. */
  readonly ownModel?: ModelRef
  /** A rewrite has ended the epoch; the next step opens one with this reason. */
  readonly rewrite?: EventData<"EpochStarted">["reason"]
  readonly history: AppendList<History.Entry>
  readonly step?: History.OpenStep
  readonly turn?: OpenTurn
  readonly lastTurn?: Pick<OpenTurn, "id" | "usage" | "cost"> & {
    readonly outcome: Outcome
    readonly inputs: ReadonlyArray<InputId>
  }
  readonly waiting: ReadonlyArray<WaitingInput>
  /** The turn that an input was delivered to, or what became of it. */
  readonly inputs: HashMap.HashMap<InputId, TurnId | InputOutcome>
  /** Inputs of the running turn, to be given its outcome. */
  readonly delivered: ReadonlyArray<InputId>
  readonly questions: ReadonlyArray<Question>
  /** So that nobody is asked twice for one call. */
  readonly settled: ReadonlyArray<SettledQuestion>
  /** Answers that were submitted and not yet taken up. */
  readonly answers: ReadonlyArray<{
    readonly command: CommandId
    readonly question: QuestionId
    readonly answer: Answer
  }>
  readonly withdrawals: ReadonlyArray<{ readonly command: CommandId; readonly input: InputId }>
  readonly interrupts: ReadonlyArray<{ readonly command: CommandId; readonly turn?: TurnId }>
  /** Models that the session is to be switched to. */
  readonly switches: ReadonlyArray<{ readonly command: CommandId; readonly model: ModelRef }>
  /** What people allowed for this session: what their questions offered, each once. It counts only where the rules say ask. */
  readonly approvals: ReadonlyArray<Approval>
  /** The last steps since a person said something in this turn, oldest first; one without items was an empty answer. */
  readonly recent: ReadonlyArray<RecentStep>
  readonly jobs: ReadonlyArray<OpenJob>
  /** What counts against a budget. */
  readonly spending: Spending.Spending
  /** Tokens that the last step filled of its model's window. */
  readonly filled: Usage.Tokens
  readonly usage: Usage.Usage
  readonly cost: Usage.Cost
}

/** The state before the first event. */
export const initial = (session: SessionId): SessionState => ({
  session,
  sequence: 0,
  directory: "",
  root: session,
  agent: "",
  rein: "",
  inheritedUntil: 0,
  history: AppendList.empty(),
  waiting: [],
  inputs: HashMap.empty(),
  delivered: [],
  questions: [],
  settled: [],
  answers: [],
  withdrawals: [],
  interrupts: [],
  switches: [],
  approvals: [],
  recent: [],
  jobs: [],
  spending: Spending.zero,
  filled: "unknown",
  usage: Usage.zero,
  cost: 0
})

/** The text of the last answer that had any; with an input, of the last one after it. */
export const lastText = (state: SessionState, after?: InputId): string => {
  for (let index = -1; -index <= state.history.length; index--) {
    const entry = state.history.at(index)
    if (entry?.type === "input" && entry.input === after) return ""
    if (entry?.type !== "step") continue
    const said = entry.items.flatMap((item) =>
      item.type === "part" && item.part.type === "text" ? [item.part.text] : []
    )
    if (said.length > 0) return said.join("\n")
  }
  return ""
}

/** What became of an input, once that is known. */
export const inputOutcome = (state: SessionState, input: InputId): InputOutcome | undefined => {
  const found = Option.getOrUndefined(HashMap.get(state.inputs, input))
  return typeof found === "object" ? found : undefined
}

/** Has the input ever been submitted to this session? */
export const knowsInput = (state: SessionState, input: InputId): boolean =>
  HashMap.has(state.inputs, input) || state.waiting.some((one) => one.input.input === input)

/** The calls of the open step that have no result yet. */
export const openCalls = ({ step }: SessionState): ReadonlyArray<Call> =>
  History.unsettled(step?.items ?? []).map(({ call }) => call)
