/**
 * Identifiers: a prefix that says what it names, and a UUIDv7.
 *
 * Ids are only ever compared for equality. Order comes from an event's
 * `sequence`, never from an id or a time.
 */
import { Schema } from "effect"
import { uuid } from "../internal/uuid.ts"

const prefixed = (prefix: string) =>
  Schema.String.check(
    Schema.makeFilter(
      (value: string) => value.startsWith(`${prefix}_`) || `expected an id that starts with "${prefix}_"`
    )
  )

/** One conversation in one directory. */
export const SessionId = prefixed("ses").pipe(Schema.brand("SessionId"))
/** The id of a session. A plain string is none before it was checked. */
export type SessionId = typeof SessionId.Type

/** One stored event. */
export const EventId = prefixed("evt").pipe(Schema.brand("EventId"))
/** The id of an event, given by the store that takes it in. */
export type EventId = typeof EventId.Type

/** One command from outside; the caller may choose it, and a repeat gets the first result. */
export const CommandId = prefixed("cmd").pipe(Schema.brand("CommandId"))
/** The id of a command, which counts within its session. */
export type CommandId = typeof CommandId.Type

/** One thing that a person or host sent. */
export const InputId = prefixed("inp").pipe(Schema.brand("InputId"))
/** The id of an input, from its prompt to its outcome. */
export type InputId = typeof InputId.Type

/** From the delivery of waiting inputs until the agent yields. */
export const TurnId = prefixed("trn").pipe(Schema.brand("TurnId"))
/** The id of a turn; it stays the same when another owner goes on with it. */
export type TurnId = typeof TurnId.Type

/** One answer of the model. */
export const StepId = prefixed("stp").pipe(Schema.brand("StepId"))
/** The id of a step, which all of its attempts share. */
export type StepId = typeof StepId.Type

/** One part of a message. */
export const PartId = prefixed("prt").pipe(Schema.brand("PartId"))
/** The id of a part; deltas have it before the part is stored. */
export type PartId = typeof PartId.Type

/** One use of a tool. Ours: the provider's own id is only an attribute. Also the call's idempotency key. */
export const CallId = prefixed("cal").pipe(Schema.brand("CallId"))
/** The id of a call, also where providers read it, unless they run the call themselves. */
export type CallId = typeof CallId.Type

/** One question that waits for a person. */
export const QuestionId = prefixed("que").pipe(Schema.brand("QuestionId"))
/** The id of a question, by which it is answered. */
export type QuestionId = typeof QuestionId.Type

/** One program that goes on while the agent works on. Short, as models write it. */
export const JobId = prefixed("job").pipe(Schema.brand("JobId"))
/** The id of a job. It means something only in the runtime that has started the job. */
export type JobId = typeof JobId.Type

/** SHA-256 of a blob's bytes, in lower-case hexadecimal. */
export const BlobHash = Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/)).pipe(Schema.brand("BlobHash"))
/** The name of a blob: the same bytes have the same one in every store. */
export type BlobHash = typeof BlobHash.Type

/** Makes new ids. */
export const make = {
  session: () => SessionId.make(`ses_${uuid()}`),
  event: () => EventId.make(`evt_${uuid()}`),
  command: () => CommandId.make(`cmd_${uuid()}`),
  input: () => InputId.make(`inp_${uuid()}`),
  turn: () => TurnId.make(`trn_${uuid()}`),
  step: () => StepId.make(`stp_${uuid()}`),
  part: () => PartId.make(`prt_${uuid()}`),
  call: () => CallId.make(`cal_${uuid()}`),
  job: () => JobId.make(`job_${uuid().slice(-8)}`),
  question: () => QuestionId.make(`que_${uuid()}`)
}
