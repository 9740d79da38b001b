/** A tool could not do what was asked. The message is written for the model: what is wrong, and how to go on. */
import { Schema } from "effect"

/** Fails the call, not the turn: the model reads the message as the call's result. */
export class ToolError extends Schema.TaggedError<ToolError>("@rein/core/schema/ToolError")("ToolError", {
  message: Schema.String
}) {}
