/** What is put to a person, and what a person can answer. */
import { Schema } from "effect"
import { CallId, QuestionId } from "./Ids.ts"

/** The permission that the progress guard asks for; its pattern is the tool's name. */
export const doomLoop = "doom_loop"

/** What an answer for the session or the project saves: from then on it turns asks into allows, and nothing else. */
export const Offer = Schema.Struct({
  permission: Schema.String,
  pattern: Schema.String,
  /** The pattern is one value as it stands, with no wildcard in it. */
  literal: Schema.optionalKey(Schema.Literal(true))
})
/** One pattern of one permission, to be saved. */
export type Offer = typeof Offer.Type

/** May this call touch these things? */
export const PermissionRequest = Schema.Struct({
  call: CallId,
  tool: Schema.String,
  permission: Schema.String,
  /** Every value must be allowed; one denied value denies the request. */
  patterns: Schema.Array(Schema.String),
  /** One line for people: what will be done. */
  title: Schema.String,
  /** The rest of what a person should see, e.g. a diff. */
  details: Schema.optionalKey(Schema.String),
  /** What must be allowed besides, for the same thing: one question is about all of it. */
  also: Schema.optionalKey(
    Schema.Array(Schema.Struct({ permission: Schema.String, patterns: Schema.Array(Schema.String) }))
  ),
  /** What an answer for the session or the project would save; without it exactly the values, and when empty nothing. */
  offers: Schema.optionalKey(Schema.Array(Offer))
})
/** All that one call needs, put as one question. */
export type PermissionRequest = typeof PermissionRequest.Type

/** What an answer for the session or the project saves: what was shown, and no more. */
export const offersOf = ({ also = [], offers, ...first }: PermissionRequest): ReadonlyArray<Offer> =>
  offers ??
  [first, ...also].flatMap(({ patterns, permission }) =>
    patterns.map((pattern) => ({ permission, pattern, literal: true }) as const)
  )

/** A request that waits for an answer; it stays open when the process ends. */
export const Question = Schema.Struct({ id: QuestionId, request: PermissionRequest })
/** An open or a settled question. */
export type Question = typeof Question.Type

/** `session` and `project` also save what the question offers, for later. A rejection with a message lets the model go on with it. */
export const Answer = Schema.Union([
  Schema.TaggedStruct("once", {}),
  Schema.TaggedStruct("session", {}),
  Schema.TaggedStruct("project", {}),
  Schema.TaggedStruct("reject", { message: Schema.optionalKey(Schema.String) })
])
/** One of the four answers; only `session` and `project` outlive the question. */
export type Answer = typeof Answer.Type

/** Who settled a question. */
export const AnsweredBy = Schema.Literals(["person", "policy", "nobody"])
/** `nobody`: there was nobody to ask, or nobody answered in time. */
export type AnsweredBy = typeof AnsweredBy.Type
