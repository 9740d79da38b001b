/** Why a command ends with another code than 0, and how that is told to a person. */
import { StoreError } from "@rein/core/session/SessionStore"
import { Cause, Schema } from "effect"
import { withoutSecrets } from "./Secrets.ts"
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

/** A store that this command cannot work with is a matter of configuration; one that is busy or full may be better tomorrow. */
const isUnusable = (error: unknown): boolean =>
  error instanceof StoreError && !["Busy", "Full"].includes(error.reason._tag)

/** The exit code for what a command failed with. */
export const codeOf = (cause: Cause.Cause<unknown>): number => {
  const error = Cause.squash(cause)
  if (error instanceof Ended) return error.code
  const isUsage = error instanceof UsageError || isTagged(error, "ShowHelp") || isTagged(error, "SessionReadOnly")
  if (isUsage || isUnusable(error)) return usageCode
  return failureCode
}

/** What to tell: one sentence. Nothing when it was told already. */
export const describe = (cause: Cause.Cause<unknown>): string | undefined => {
  const error = Cause.squash(cause)
  if (error instanceof Ended || isTagged(error, "ShowHelp")) return undefined
  return messageOf(error)
}

/** The sentence of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The same for the screen, with `debug` also where it came from. */
export const onScreen = (message: string, debug: boolean, origin: string): string =>
  visible(withoutSecrets(`rein: ${message}${debug ? `\n${origin}` : ""}`))
