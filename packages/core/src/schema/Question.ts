/** What is put to a person, and what a person can answer. */
import { Schema } from "effect"
import { CallId, QuestionId } from "./Ids.ts"

/** The permission that the progress guard asks for; its pattern is the tool's name. */
export const doomLoop = "doom_loop"

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
  )
})
export type PermissionRequest = typeof PermissionRequest.Type

export const Question = Schema.Struct({ id: QuestionId, request: PermissionRequest })
export type Question = typeof Question.Type

/** `session` and `project` also allow the same values later on. A rejection with a message lets the model go on with it. */
export const Answer = Schema.Union([
  Schema.TaggedStruct("once", {}),
  Schema.TaggedStruct("session", {}),
  Schema.TaggedStruct("project", {}),
  Schema.TaggedStruct("reject", { message: Schema.optionalKey(Schema.String) })
])
export type Answer = typeof Answer.Type

/** Who settled a question. */
export const AnsweredBy = Schema.Literals(["person", "policy", "nobody"])
export type AnsweredBy = typeof AnsweredBy.Type
