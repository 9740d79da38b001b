/**
 * The durable facts of a session, their envelope and their versions.
 *
 * An event's meaning never changes: add optional fields, or raise the version
 * in `definitions` and add an upcast beside it. Types here are plain JSON, so
 * what is stored is what is in memory.
 */
import { Result, Schema } from "effect"
import { Command } from "./Command.ts"
import { Decided } from "./Decided.ts"
import {
  BlobHash,
  CallId,
  CommandId,
  type EventId,
  InputId,
  JobId,
  QuestionId,
  SessionId,
  StepId,
  TurnId
} from "./Ids.ts"
import { ModelErrorReason } from "./ModelError.ts"
import { ModelRef } from "./ModelRef.ts"
import { Outcome } from "./Outcome.ts"
import { Call, CallResult, OutputPart } from "./Part.ts"
import { Answer, AnsweredBy, Question } from "./Question.ts"
import { upcasts } from "./upcasts/index.ts"
import { Cost, Usage } from "./Usage.ts"

/** Of a tool: may a call run again? `read` always, `idempotent` with the same key, `once` never. */
export const Safety = Schema.Literals(["read", "idempotent", "once"])
/** How safe it is to run a call again. */
export type Safety = typeof Safety.Type

/** Why a model's answer ended. `cut` and `unknown` are never a success. */
export const FinishReason = Schema.Literals([
  "stop",
  "tool-calls",
  "length",
  "content-filter",
  "error",
  "interrupted",
  "cut",
  "unknown"
])
/** Why one answer ended, in our words; a provider's own are put into these. */
export type FinishReason = typeof FinishReason.Type

/** Why an epoch began, which is also why the one before it ended. */
export const EpochReason = Schema.Literals(["first", "compaction", "undo", "model", "agent", "reload", "upgrade"])
/** Why the text in front of the history was made anew. */
export type EpochReason = typeof EpochReason.Type

const millis = Schema.Finite

/**
 * Wall time in which a turn of the session's tree ran and that no earlier event of the tree tells. Its sum over the tree
 * is the time that the tree's turns took, turns side by side counted once.
 */
const elapsedMillis = Schema.optionalKey(millis)
const version = Schema.String

const definitions = {
  /** A session begins. */
  SessionCreated: {
    version: 1,
    data: Schema.Struct({
      directory: Schema.String,
      root: SessionId,
      parent: Schema.optionalKey(SessionId),
      agent: Schema.String,
      title: Schema.optionalKey(Schema.String),
      rein: version
    })
  },
  /** First event of a fork; the `inherited` events after it are copies, whose usage was paid for by the other session. */
  ForkedFrom: {
    version: 1,
    data: Schema.Struct({ from: SessionId, sequence: Schema.Int, inherited: Schema.Int, rein: version })
  },
  /** Anyone's wish, stored by `submit`. */
  CommandSubmitted: { version: 1, data: Schema.Struct({ command: CommandId, request: Command }) },
  /** A command that came too late or names nothing. */
  CommandIgnored: { version: 1, data: Schema.Struct({ command: CommandId, why: Schema.String }) },
  TurnStarted: { version: 1, data: Schema.Struct({ turn: TurnId, rein: version }) },
  /** The turn goes on: after a crash, a takeover, parking. `asked`: because a person wanted it. */
  TurnResumed: {
    version: 1,
    data: Schema.Struct({ turn: TurnId, rein: version, asked: Schema.optionalKey(Schema.Literal(true)) })
  },
  /** The turn has gone on by itself `resumes` times and came to no end; it waits until a person wants it to go on. */
  TurnSuspended: { version: 1, data: Schema.Struct({ turn: TurnId, resumes: Schema.Int }) },
  InputDelivered: { version: 1, data: Schema.Struct({ input: InputId, command: CommandId, turn: TurnId }) },
  InputWithdrawn: { version: 1, data: Schema.Struct({ input: InputId, command: CommandId }) },
  /** The session asks `to` from its next step on, which opens an epoch; it counts before what agent and settings say. */
  ModelSwitched: {
    version: 1,
    data: Schema.Struct({ command: CommandId, from: Schema.optionalKey(ModelRef), to: ModelRef })
  },
  /** From the runtime to the model; `kind` is a short word, e.g. `progress`. */
  NoteAdded: {
    version: 1,
    data: Schema.Struct({
      kind: Schema.String,
      text: Schema.String,
      /** The job whose end it tells. */
      job: Schema.optionalKey(JobId)
    })
  },
  /** Freezes model, system text (a blob: JSON array of sections) and tool list (a blob: JSON array of definitions). */
  EpochStarted: {
    version: 1,
    data: Schema.Struct({
      reason: EpochReason,
      model: ModelRef,
      agent: Schema.String,
      system: BlobHash,
      tools: BlobHash
    })
  },
  /** The first attempt begins. `fingerprint` is of the whole rendering that was sent. */
  StepStarted: {
    version: 1,
    data: Schema.Struct({
      step: StepId,
      turn: TurnId,
      index: Schema.Int,
      fingerprint: Schema.String,
      elapsedMillis
    })
  },
  /** An attempt failed before its first output; with `retryInMillis` another one follows. */
  AttemptFailed: {
    version: 1,
    data: Schema.Struct({
      step: StepId,
      attempt: Schema.Int,
      reason: ModelErrorReason,
      message: Schema.String,
      retryInMillis: Schema.optionalKey(millis)
    })
  },
  /** A model failed before it said anything, and another one is asked for the rest of the turn. */
  FellBack: {
    version: 1,
    data: Schema.Struct({
      turn: TurnId,
      step: StepId,
      /** What it was asked for: `model` for the steps of an agent. */
      role: Schema.String,
      from: ModelRef,
      to: ModelRef,
      reason: ModelErrorReason,
      message: Schema.String
    })
  },
  PartFinished: { version: 1, data: Schema.Struct({ step: StepId, part: OutputPart }) },
  CallRequested: { version: 1, data: Schema.Struct({ step: StepId, call: Call }) },
  /** Stored before the tool runs. Whoever sees it without a `CallSettled` must think that it may have happened. */
  CallStarted: {
    version: 1,
    data: Schema.Struct({
      call: CallId,
      safety: Safety,
      allowedBy: Schema.String,
      /** What decided of each permission that it needed. */
      decisions: Schema.optionalKey(Schema.Array(Decided)),
      /** What the tool noted of the state before it, to tell after a crash whether it happened. */
      journal: Schema.optionalKey(Schema.Json)
    })
  },
  CallSettled: {
    version: 1,
    data: Schema.Struct({
      call: CallId,
      result: CallResult,
      durationMillis: Schema.optionalKey(millis),
      /** Only for `declined`: what was asked, and why it was not allowed. */
      declined: Schema.optionalKey(
        Schema.Struct({
          permission: Schema.String,
          patterns: Schema.Array(Schema.String),
          by: Schema.Literals(["rule", "person", "nobody"]),
          why: Schema.String,
          rule: Schema.optionalKey(Schema.Struct({ permission: Schema.String, pattern: Schema.String })),
          origin: Schema.optionalKey(Schema.String),
          question: Schema.optionalKey(QuestionId)
        })
      )
    })
  },
  StepFinished: {
    version: 1,
    data: Schema.Struct({
      step: StepId,
      finish: FinishReason,
      usage: Usage,
      cost: Cost,
      durationMillis: millis,
      error: Schema.optionalKey(Schema.Struct({ reason: ModelErrorReason, message: Schema.String })),
      /** What the provider's stream did against its own rules; at most 20 are kept. */
      anomalies: Schema.optionalKey(Schema.Array(Schema.String))
    })
  },
  QuestionAsked: { version: 1, data: Schema.Struct({ question: Question }) },
  QuestionSettled: {
    version: 1,
    data: Schema.Struct({
      question: QuestionId,
      answer: Answer,
      by: AnsweredBy,
      /** It was settled with this one: rejected together, or covered by what its answer saved. */
      because: Schema.optionalKey(QuestionId),
      command: Schema.optionalKey(CommandId)
    })
  },
  TurnEnded: {
    version: 1,
    data: Schema.Struct({
      turn: TurnId,
      outcome: Outcome,
      durationMillis: millis,
      elapsedMillis,
      /** The interrupts that this ending answers. */
      commands: Schema.optionalKey(Schema.Array(CommandId))
    })
  },
  /** A rewrite: what stands before `keepFrom` is shown to the model as `summary`. The log keeps it. */
  Compacted: {
    version: 1,
    data: Schema.Struct({ summary: Schema.String, keepFrom: Schema.Int, why: Schema.String })
  },
  /** A rewrite: what follows `to` is hidden. The log keeps it. */
  Reverted: { version: 1, data: Schema.Struct({ to: Schema.Int }) }
} as const

type Definitions = typeof definitions

/** The names of all events. */
export type EventType = keyof Definitions

/** What an event of this type says. */
export type EventData<Type extends EventType> = Definitions[Type]["data"]["Type"]

/** An event before it is stored. */
export type SessionEvent = { [Type in EventType]: { readonly type: Type; readonly data: EventData<Type> } }[EventType]

/** The envelope around each stored event. Order is `sequence` only: gapless from 1 in a session, assigned by the store. */
export interface Envelope {
  readonly session: SessionId
  readonly sequence: number
  readonly id: EventId
  /** Milliseconds since 1970, for people; never compared. */
  readonly time: number
  readonly version: number
}

/** A stored event of this code's time or older. */
export type KnownEvent = Envelope & SessionEvent

/** A stored event that a newer version wrote. The session is read-only for us. */
export interface UnknownEvent extends Envelope {
  readonly type: "Unknown"
  /** The event's real type and data. */
  readonly data: { readonly type: string; readonly data: unknown }
}

/** An event with its envelope, whether this version knows it or not. */
export type StoredEvent = KnownEvent | UnknownEvent

/** A row as a store holds it. */
export interface EventRow extends Envelope {
  readonly type: string
  readonly data: unknown
}

/** A stored row cannot be read: it is damaged, not new. */
export class InvalidEvent extends Schema.TaggedError<InvalidEvent>("@rein/core/schema/InvalidEvent")("InvalidEvent", {
  session: Schema.String,
  sequence: Schema.Finite,
  detail: Schema.String
}) {
  override get message() {
    return `Event ${this.sequence} of session ${this.session} cannot be read: ${this.detail}`
  }
}

/** Makes an event; the type and its data are checked against each other. */
export const make = <Type extends EventType>(type: Type, data: EventData<Type>): SessionEvent =>
  // TypeScript cannot follow the correlation of `Type` through the union; the parameters hold it.
  ({ type, data }) as SessionEvent

/** The version under which this code writes an event. */
export const versionOf = (type: EventType): number => definitions[type].version

/** All event types, e.g. for fixtures. */
export const types = Object.keys(definitions) as ReadonlyArray<EventType> // keys of a literal object: no others exist

const isKnown = (type: string): type is EventType => Object.hasOwn(definitions, type)

/** Filters (the prefixes of ids) were checked when the event was made; on reading they would double the time. */
const readOptions = { disableChecks: true } as const

const decodeData = (type: EventType): ((data: unknown) => Result.Result<unknown, unknown>) =>
  // Each definition has its own type; only the common shape matters here. The schema keeps its compiled parser.
  Schema.decodeUnknownResult(definitions[type].data as Schema.Codec<unknown>, readOptions)

/** Reads a stored row: older versions are lifted by their upcasts, newer ones and unknown types become `Unknown`. */
export const decode = (row: EventRow): Result.Result<StoredEvent, InvalidEvent> => {
  const { data, type, ...envelope } = row
  if (!isKnown(type) || row.version > definitions[type].version) {
    return Result.succeed({ ...envelope, type: "Unknown", data: { type, data } })
  }
  let lifted = data
  for (let from = row.version; from < definitions[type].version; from++) {
    lifted = upcasts[`${type}@${from}`]?.(lifted)
  }
  const decoded = decodeData(type)(lifted)
  if (Result.isFailure(decoded)) {
    return Result.fail(
      new InvalidEvent({ session: row.session, sequence: row.sequence, detail: `${type}: ${String(decoded.failure)}` })
    )
  }
  // The decoder of `type` gave the data, so the pair is one of the union.
  return Result.succeed({ ...envelope, type, data: decoded.success } as KnownEvent)
}
