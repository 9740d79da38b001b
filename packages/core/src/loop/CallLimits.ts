/** Bounds of running calls. Provide a value to change them. */
import { Context, type Duration } from "effect"

/** By default 8 calls at a time, and a grace of one second. */
export interface Limits {
  /** So many calls of a step run at a time; those that wait for a person do not count. */
  readonly concurrency: number
  /** A tool that ignores its interruption is waited for so long; then its call is settled without it. */
  readonly grace: Duration.Input
}

/** What holds in this runtime. */
export const CallLimits: Context.Reference<Limits> = Context.Reference<Limits>("@rein/core/loop/CallLimits", {
  defaultValue: () => ({ concurrency: 8, grace: "1 second" })
})
