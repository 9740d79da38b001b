/** A tool could not do what was asked. The message is written for the model: what is wrong, and how to go on. */
import { Schema } from "effect"

export class ToolError extends Schema.TaggedError<ToolError>("@rein/core/schema/ToolError")("ToolError", {
  message: Schema.String
}) {}
