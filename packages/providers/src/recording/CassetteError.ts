/** A recording cannot be read or written. */
import { Schema } from "effect"

/** Names the file and, where it is about one, the line: from 1, which is the header. */
export class CassetteError extends Schema.TaggedError<CassetteError>("@rein/providers/recording/CassetteError")(
  "CassetteError",
  {
    file: Schema.String,
    line: Schema.optionalKey(Schema.Int),
    /** The rest of a sentence about the line, or about the recording. */
    problem: Schema.String
  }
) {
  override get message() {
    const { file, line, problem } = this
    const what = line === undefined ? `The recording ${file}` : `Line ${line} of the recording ${file}`
    return `${what} ${problem}.`
  }
}

/** What a failed file operation says. */
export const whyOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
