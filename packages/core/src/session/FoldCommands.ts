/** What commands change in the state: each waits until the owner has done it, and is forgotten then. */
import { HashMap } from "effect"
import type { CommandId } from "../schema/Ids.ts"
import type { EventData } from "../schema/SessionEvent.ts"
import type { SessionState } from "./SessionState.ts"

/** A command that nothing was done about yet. */
export const submitted = (state: SessionState, data: EventData<"CommandSubmitted">): SessionState => {
  const { command, request } = data
  switch (request._tag) {
    case "input":
      return { ...state, waiting: [...state.waiting, { command, input: request }] }
    case "withdraw":
      return { ...state, withdrawals: [...state.withdrawals, { command, input: request.input }] }
    case "answer":
      return {
        ...state,
        answers: [...state.answers, { command, question: request.question, answer: request.answer }]
      }
    case "interrupt":
      return {
        ...state,
        interrupts: [...state.interrupts, { command, ...(request.turn === undefined ? {} : { turn: request.turn }) }]
      }
    case "model":
      return { ...state, switches: [...state.switches, { command, model: request.model }] }
  }
}

/** The command is done. */
export const forget = (state: SessionState, command: CommandId): SessionState => ({
  ...state,
  waiting: state.waiting.filter((one) => one.command !== command),
  answers: state.answers.filter((one) => one.command !== command),
  withdrawals: state.withdrawals.filter((one) => one.command !== command),
  interrupts: state.interrupts.filter((one) => one.command !== command),
  switches: state.switches.filter((one) => one.command !== command)
})

/** What a person wants counts at once, also while another model was asked instead. */
export const switched = (state: SessionState, { command, to }: EventData<"ModelSwitched">): SessionState => {
  const next = { ...forget(state, command), model: to }
  if (next.turn === undefined) return next
  const { fallback: _over, ...turn } = next.turn
  return { ...next, turn }
}

/** Only a waiting input can be taken back. */
export const withdrawn = (state: SessionState, data: EventData<"InputWithdrawn">): SessionState => {
  const isWaiting = state.waiting.some((one) => one.input.input === data.input)
  const next = forget(state, data.command)
  if (!isWaiting) return next
  return {
    ...next,
    waiting: next.waiting.filter((one) => one.input.input !== data.input),
    inputs: HashMap.set(next.inputs, data.input, { _tag: "withdrawn" })
  }
}
