/** What a session has paid for, step by step: which model, when, how many tokens, how much money. */
import type { StepId } from "../schema/Ids.ts"
import type { ModelRef } from "../schema/ModelRef.ts"
import type { StoredEvent } from "../schema/SessionEvent.ts"
import type { Cost, Usage } from "../schema/Usage.ts"
import { isUnspent } from "./Unspent.ts"

/** One step that has ended. */
export interface Entry {
  /** When it ended, in milliseconds since 1970. */
  readonly time: number
  /** The model of the epoch that it ran in. */
  readonly model: ModelRef
  readonly usage: Usage
  readonly cost: Cost
}

/**
 * The steps of a session's events, from its first one on. What a fork has inherited was paid for by the other session,
 * and a step that failed before it said anything has used nothing.
 */
export const entries = (events: Iterable<StoredEvent>): ReadonlyArray<Entry> => {
  const found: Array<Entry> = []
  let model: ModelRef = { provider: "unknown", model: "unknown" }
  let inheritedUntil = 0
  let said: StepId | undefined
  for (const event of events) {
    if (event.type === "EpochStarted") model = event.data.model
    if (event.type === "ForkedFrom" && inheritedUntil === 0) inheritedUntil = event.sequence + event.data.inherited
    if (event.type === "PartFinished" || event.type === "CallRequested") said = event.data.step
    if (event.type !== "StepFinished" || event.sequence <= inheritedUntil) continue
    const { cost, step, usage } = event.data
    if (isUnspent(event.data, said === step)) continue
    found.push({ time: event.time, model, usage, cost })
  }
  return found
}
