/** Which steps have used nothing, for all that count what a session has used. */
import type { EventData } from "../schema/SessionEvent.ts"

type StepFinished = EventData<"StepFinished">

/** It did not come to its end. */
export const isCut = ({ finish }: Pick<StepFinished, "finish">): boolean =>
  finish === "error" || finish === "interrupted" || finish === "cut"

/**
 * A step that failed before it said anything, and of which the provider has told nothing, has used nothing. One that was
 * stopped then may have.
 */
export const isUnspent = (data: Pick<StepFinished, "finish" | "usage" | "cost">, said: boolean): boolean =>
  data.finish === "error" &&
  !said &&
  data.cost === "unknown" &&
  Object.values(data.usage).every((count) => count === "unknown")
