/**
 * The fold: what each event makes of the state. Pure and total: every event in
 * every order gives a state, and what an event says of something unknown is
 * ignored.
 */
import { HashMap } from "effect"
import { AppendList } from "../internal/AppendList.ts"
import type { CallId, SessionId, TurnId } from "../schema/Ids.ts"
import type { DeclinedCall } from "../schema/Outcome.ts"
import type { CallResult } from "../schema/Part.ts"
import { doomLoop, type Offer, offersOf, type Question } from "../schema/Question.ts"
import type { EventData, KnownEvent, StoredEvent } from "../schema/SessionEvent.ts"
import * as Usage from "../schema/Usage.ts"
import { forget, submitted, switched, withdrawn } from "./FoldCommands.ts"
import * as History from "./History.ts"
import { type Approval, initial, type OpenTurn, type SessionState } from "./SessionState.ts"
import * as Spending from "./Spending.ts"
import { isUnspent } from "./Unspent.ts"

/** So many steps are kept for the progress guard: six rounds of its longest period. */
const recentSteps = 24

/** The state after one more event. Events must come in the order of their sequence. */
export const apply = (state: SessionState, event: StoredEvent): SessionState => {
  const next: SessionState = {
    ...state,
    sequence: event.sequence,
    spending: Spending.apply(state.spending, event)
  }
  if (event.type === "Unknown") {
    return state.readOnly !== undefined
      ? next
      : { ...next, readOnly: { type: event.data.type, version: event.version, rein: state.rein } }
  }
  return applyKnown(next, event)
}

/** The state after all events. */
export const fold = (session: SessionId, events: Iterable<StoredEvent>): SessionState => {
  let state = initial(session)
  for (const event of events) state = apply(state, event)
  return state
}

const applyKnown = (state: SessionState, event: KnownEvent): SessionState => {
  switch (event.type) {
    case "SessionCreated":
      return created(state, event.data)
    case "ForkedFrom":
      return state.inheritedUntil > 0
        ? state
        : { ...state, rein: event.data.rein, inheritedUntil: state.sequence + event.data.inherited }
    case "CommandSubmitted":
      return submitted(state, event.data)
    case "CommandIgnored":
      return forget(state, event.data.command)
    case "TurnStarted":
      return { ...state, rein: event.data.rein, turn: openTurn(event.data.turn), delivered: [], recent: [] }
    case "TurnResumed":
      return state.turn?.id === event.data.turn
        ? { ...state, rein: event.data.rein, turn: resumed(state.turn, event.data.asked === true) }
        : state
    case "TurnSuspended":
      return state.turn?.id === event.data.turn ? { ...state, turn: { ...state.turn, suspended: true } } : state
    case "InputDelivered":
      return delivered(state, event.data)
    case "InputWithdrawn":
      return withdrawn(state, event.data)
    case "ModelSwitched":
      return switched(state, event.data)
    case "NoteAdded":
      return noted(state, event.data)
    case "EpochStarted":
      return epochStarted(state, event.data)
    case "StepStarted":
      return stepStarted(state, event.data)
    case "AttemptFailed":
      return inStep(state, event.data.step, (step) => retried(step, event.data, event.time))
    case "FellBack":
      return fellBack(state, event.data)
    case "PartFinished":
      return inStep(state, event.data.step, (step) => ({
        ...step,
        items: [...step.items, { type: "part", part: event.data.part }]
      }))
    case "CallRequested":
      return inStep(state, event.data.step, (step) =>
        History.findCall(step.items, event.data.call.id) === undefined
          ? { ...step, items: [...step.items, { type: "call", call: event.data.call }] }
          : step
      )
    case "CallStarted": {
      const { call, journal, safety } = event.data
      return changeCall(withoutQuestions(state, call), call, (item) => ({
        ...item,
        started: safety,
        ...(journal === undefined ? {} : { journal })
      }))
    }
    case "CallSettled":
      return settled(state, event.data)
    case "StepFinished":
      return stepFinished(state, event.data)
    case "QuestionAsked":
      return { ...state, questions: [...state.questions, event.data.question] }
    case "QuestionSettled":
      return questionSettled(state, event.data)
    case "TurnEnded":
      return turnEnded(state, event.data)
    case "Compacted":
      return compacted(closeStep(state), event.data)
    case "Reverted":
      return reverted(closeStep(state), event.data.to)
  }
}

const openTurn = (id: TurnId): OpenTurn => ({
  id,
  steps: 0,
  resumes: 0,
  unattended: 0,
  suspended: false,
  usage: Usage.zero,
  cost: 0,
  declined: [],
  rejected: false
})

const resumed = (turn: OpenTurn, asked: boolean): OpenTurn => ({
  ...turn,
  resumes: turn.resumes + 1,
  unattended: asked ? 0 : turn.unattended + 1,
  suspended: false
})

/** A person has had a say in the turn. */
const attended = (state: SessionState): SessionState =>
  state.turn === undefined || state.turn.unattended === 0 ? state : { ...state, turn: { ...state.turn, unattended: 0 } }

const without = <Key extends "ownModel" | "rewrite" | "step" | "turn">(state: SessionState, key: Key): SessionState => {
  const { [key]: _removed, ...rest } = state
  // Only optional keys can be named, so what is left is a state.
  return rest as SessionState
}

const created = (state: SessionState, data: EventData<"SessionCreated">): SessionState => {
  // In a fork the copied event still tells directory and agent; the tree is the fork's own.
  const inherited = state.sequence <= state.inheritedUntil
  return {
    ...state,
    directory: data.directory,
    agent: data.agent,
    rein: data.rein,
    root: inherited ? state.session : data.root,
    ...(data.parent === undefined || inherited ? {} : { parent: data.parent }),
    ...(data.title === undefined ? {} : { title: data.title })
  }
}

const delivered = (state: SessionState, data: EventData<"InputDelivered">): SessionState => {
  const found = state.waiting.find((one) => one.command === data.command)
  if (found === undefined) return state // guard: I6 core/test/session/SessionState.test.ts
  const taken: SessionState = {
    ...attended(forget(state, data.command)),
    inputs: HashMap.set(state.inputs, data.input, data.turn),
    delivered: [...state.delivered, data.input],
    recent: []
  }
  return enter(taken, { type: "input", sequence: state.sequence, input: data.input, parts: found.input.parts })
}

/** Into the history, or behind the step that is still open. */
const enter = (state: SessionState, entry: History.Entry): SessionState =>
  state.step === undefined
    ? { ...state, history: state.history.append(entry) }
    : { ...state, step: { ...state.step, after: [...state.step.after, entry] } }

/** Undoing a turn ends no job, so a job whose end was told stays told. */
const noted = (state: SessionState, { job, kind, text }: EventData<"NoteAdded">): SessionState =>
  enter(job === undefined ? state : { ...state, jobs: state.jobs.filter(({ id }) => id !== job) }, {
    type: "note",
    sequence: state.sequence,
    kind,
    text
  })

/** The jobs of the session that a fork was made of are not the fork's. */
const withJob = (state: SessionState, { job }: CallResult): SessionState => {
  if (job === undefined || state.sequence <= state.inheritedUntil) return state
  const others = state.jobs.filter(({ id }) => id !== job.id)
  return { ...state, jobs: job.isRunning ? [...others, { id: job.id, command: job.command }] : others }
}

/** What was allowed in another way, or is over, is no question any more. */
const withoutQuestions = (state: SessionState, call: CallId): SessionState =>
  state.questions.some(({ request }) => request.call === call)
    ? { ...state, questions: state.questions.filter(({ request }) => request.call !== call) }
    : state

const inStep = (
  state: SessionState,
  step: History.OpenStep["step"],
  change: (step: History.OpenStep) => History.OpenStep
): SessionState => (state.step?.step === step ? { ...state, step: change(state.step) } : state)

const retried = (
  { retry: _before, ...step }: History.OpenStep,
  { attempt, reason, retryInMillis }: EventData<"AttemptFailed">,
  since: number
): History.OpenStep =>
  retryInMillis === undefined ? step : { ...step, retry: { attempt, since, inMillis: retryInMillis, reason } }

const changeCall = (
  state: SessionState,
  call: CallId,
  change: (item: History.CallItem) => History.CallItem
): SessionState =>
  state.step === undefined
    ? state
    : { ...state, step: { ...state.step, items: History.updateCall(state.step.items, call, change) } }

const epochStarted = (state: SessionState, data: EventData<"EpochStarted">): SessionState => {
  const next = without({ ...state, epoch: { ...data, sequence: state.sequence } }, "rewrite")
  return next.turn?.fallback === undefined ? without(next, "ownModel") : next
}

const fellBack = (state: SessionState, { from, to, turn }: EventData<"FellBack">): SessionState =>
  state.turn?.id !== turn
    ? state
    : {
        ...state,
        ownModel: state.ownModel ?? from,
        turn: { ...state.turn, fallback: { model: to, tried: [...(state.turn.fallback?.tried ?? []), from] } }
      }

const stepStarted = (state: SessionState, data: EventData<"StepStarted">): SessionState => {
  const closed = closeStep(state)
  return {
    ...closed,
    step: {
      step: data.step,
      turn: data.turn,
      sequence: state.sequence,
      index: data.index,
      ...(state.epoch === undefined ? {} : { model: state.epoch.model }),
      items: [],
      after: []
    },
    ...(closed.turn?.id === data.turn ? { turn: { ...closed.turn, steps: closed.turn.steps + 1 } } : {})
  }
}

const settled = (state: SessionState, data: EventData<"CallSettled">): SessionState => {
  const item = state.step === undefined ? undefined : History.findCall(state.step.items, data.call)
  if (item === undefined || item.result !== undefined) return state // guard: I2 core/test/session/SessionState.test.ts
  const { declined, result } = data
  const told = withoutQuestions(state, data.call)
  const open = { ...told, settled: told.settled.filter(({ request }) => request.call !== data.call) }
  const next = changeCall(withJob(open, result), data.call, (one) => ({
    ...one,
    result,
    ...(declined === undefined ? {} : { declined })
  }))
  return closeIfComplete(withDeclined(next, item, data))
}

const withDeclined = (
  state: SessionState,
  item: History.CallItem,
  { declined }: EventData<"CallSettled">
): SessionState => {
  if (declined === undefined || state.turn === undefined || declined.by !== "nobody") return state
  // Nothing was missing to the task that the model was kept from repeating.
  if (declined.permission === doomLoop) return state
  const one: DeclinedCall = {
    call: item.call.id,
    tool: item.call.tool,
    permission: declined.permission,
    patterns: declined.patterns,
    reason: declined.why
  }
  return { ...state, turn: { ...state.turn, declined: [...state.turn.declined, one] } }
}

const stepFinished = (state: SessionState, data: EventData<"StepFinished">): SessionState => {
  const inherited = state.sequence <= state.inheritedUntil
  const next = inStep(state, data.step, (step) => ({ ...step, finish: data.finish }))
  const hasSaid = (state.step?.items.length ?? 0) > 0
  if (next === state || inherited || isUnspent(data, hasSaid)) return closeIfComplete(next)
  const { input, output } = data.usage
  return closeIfComplete({
    ...next,
    filled: input === "unknown" || output === "unknown" ? "unknown" : input + output,
    usage: Usage.add(next.usage, data.usage),
    cost: Usage.addCost(next.cost, data.cost),
    ...(next.turn === undefined
      ? {}
      : {
          turn: {
            ...next.turn,
            usage: Usage.add(next.turn.usage, data.usage),
            cost: Usage.addCost(next.turn.cost, data.cost)
          }
        })
  })
}

const closeIfComplete = (state: SessionState): SessionState =>
  state.step?.finish !== undefined && History.unsettled(state.step.items).length === 0 ? closeStep(state) : state

/** Moves the open step into the history, with what waited behind it. A call that nobody settled counts as interrupted. */
const closeStep = (state: SessionState): SessionState => {
  const { step } = state
  if (step === undefined) return state
  const items = step.items.map((item): History.StepItem =>
    item.type === "call" && item.result === undefined ? { ...item, result: History.missingResult(item) } : item
  )
  let history = state.history
  if (items.length > 0) {
    const by = step.model === undefined ? {} : { model: step.model }
    history = history.append({ type: "step", sequence: step.sequence, step: step.step, items, ...by })
  }
  for (const entry of step.after) history = history.append(entry)
  // A request that was refused or given up before any output is no answer.
  const isAnswer = items.length > 0 || (step.finish !== "error" && step.finish !== "interrupted")
  const recent = isAnswer ? [...state.recent, items].slice(-recentSteps) : state.recent
  return without({ ...state, history, recent }, "step")
}

const questionSettled = (state: SessionState, data: EventData<"QuestionSettled">): SessionState => {
  const question = state.questions.find((one) => one.id === data.question)
  // Only a person's answer was submitted as a command.
  const next = data.command === undefined ? state : attended(forget(state, data.command))
  if (question === undefined) return next
  const { answer, because, by } = data
  const approved = answer._tag === "session" || answer._tag === "project"
  const rejected = answer._tag === "reject" && answer.message === undefined && data.by !== "nobody"
  return {
    ...next,
    questions: next.questions.filter((one) => one.id !== data.question),
    settled: [...next.settled, { ...question, answer, by, ...(because === undefined ? {} : { because }) }],
    approvals: approved ? withApprovals(next.approvals, question) : next.approvals,
    ...(rejected && next.turn !== undefined ? { turn: { ...next.turn, rejected: true } } : {})
  }
}

/** Exactly what was shown: an approval never widens. */
const withApprovals = (known: ReadonlyArray<Approval>, { id, request }: Question): ReadonlyArray<Approval> => {
  const isKnown = ({ literal, pattern, permission }: Offer) =>
    known.some((one) => one.permission === permission && one.pattern === pattern && one.literal === literal)
  const fresh = offersOf(request).filter((offer) => !isKnown(offer))
  return fresh.length === 0 ? known : [...known, ...fresh.map((offer) => ({ ...offer, question: id }))]
}

const turnEnded = (state: SessionState, data: EventData<"TurnEnded">): SessionState => {
  if (state.turn?.id !== data.turn) return state // guard: I6 core/test/session/SessionState.test.ts
  const closed = closeStep(state)
  const answered = (data.commands ?? []).reduce(forget, closed)
  const inputs = closed.delivered.reduce((all, input) => HashMap.set(all, input, data.outcome), closed.inputs)
  return without(
    {
      ...answered,
      inputs,
      delivered: [],
      questions: [],
      settled: [],
      lastTurn: {
        id: data.turn,
        outcome: data.outcome,
        usage: state.turn.usage,
        cost: state.turn.cost,
        inputs: closed.delivered
      }
    },
    "turn"
  )
}

const compacted = (state: SessionState, data: EventData<"Compacted">): SessionState => {
  const kept = state.history.toArray().filter((entry) => entry.sequence >= data.keepFrom)
  const summary: History.Entry = { type: "summary", sequence: state.sequence, text: data.summary }
  return { ...state, history: AppendList.from([summary, ...kept]), filled: "unknown", rewrite: "compaction" }
}

const reverted = (state: SessionState, to: number): SessionState => ({
  ...state,
  history: AppendList.from(state.history.toArray().filter((entry) => entry.sequence <= to)),
  filled: "unknown",
  recent: [],
  rewrite: "undo"
})
