/** Why a command ends with another code than 0, and how that is told to a person. */
import { Cause, Schema } from "effect"
import { visible } from "./Visible.ts"

/** The command line or the configuration is wrong: exit code 2. */
export class UsageError extends Schema.TaggedError<UsageError>("@rein/cli/Failure/UsageError")("UsageError", {
  message: Schema.String
}) {}

/** The command did its work, told it, and ends with this code. */
export class Ended extends Schema.TaggedError<Ended>("@rein/cli/Failure/Ended")("Ended", { code: Schema.Int }) {
  override get message() {
    return `ended with exit code ${this.code}`
  }
}

/** Code of bad usage and bad configuration. */
export const usageCode = 2

/** Code of everything else that went wrong before there was an outcome. */
export const failureCode = 1

const isTagged = (error: unknown, tag: string): boolean =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === tag

/** The exit code for what a command failed with. */
export const codeOf = (cause: Cause.Cause<unknown>): number => {
  const error = Cause.squash(cause)
  if (error instanceof Ended) return error.code
  if (error instanceof UsageError || isTagged(error, "ShowHelp")) return usageCode
  return failureCode
}

/** What to tell: one sentence, with `debug` also where it came from. Nothing when it was told already. */
export const describe = (cause: Cause.Cause<unknown>, debug: boolean): string | undefined => {
  const error = Cause.squash(cause)
  if (error instanceof Ended || isTagged(error, "ShowHelp")) return undefined
  const message = error instanceof Error ? error.message : String(error)
  return `rein: ${visible(message)}${debug ? `\n${visible(Cause.pretty(cause))}` : ""}`
}
