/** Counts what a run has shown, for its last line or its result. */
import type { CallId, StepId } from "@rein/core/schema/Ids"
import type { DeclinedCall } from "@rein/core/schema/Outcome"
import * as Usage from "@rein/core/schema/Usage"
import type { Item } from "@rein/core/session/LiveHub"
import { isUnspent } from "@rein/core/session/Unspent"

/** What was counted so far; a sum with an unknown part is unknown. */
export interface Counted {
  readonly steps: number
  /** Of the turns that ended. */
  readonly millis: number
  readonly usage: Usage.Usage
  readonly cost: Usage.Cost
  /** Micro-dollars of the steps whose cost is known. */
  readonly knownCost: number
  readonly declined: ReadonlyArray<DeclinedCall>
}

/** Has to see each item once; what is counted may be asked for at any time. */
export interface Tally {
  readonly see: (item: Item) => void
  readonly counted: () => Counted
}

/** Begins at zero. */
export const make = (): Tally => {
  const tools = new Map<CallId, string>()
  let said: StepId | undefined
  let counted: Counted = { steps: 0, millis: 0, usage: Usage.zero, cost: 0, knownCost: 0, declined: [] }

  const see = (item: Item) => {
    switch (item.type) {
      case "StepStarted":
        counted = { ...counted, steps: counted.steps + 1 }
        return
      case "StepFinished": {
        const { cost, step, usage } = item.data
        if (isUnspent(item.data, said === step)) return
        counted = {
          ...counted,
          usage: Usage.add(counted.usage, usage),
          cost: Usage.addCost(counted.cost, cost),
          knownCost: counted.knownCost + (cost === "unknown" ? 0 : cost)
        }
        return
      }
      case "PartFinished":
        said = item.data.step
        return
      case "CallRequested":
        said = item.data.step
        tools.set(item.data.call.id, item.data.call.tool)
        return
      case "CallSettled": {
        const { call, declined } = item.data
        if (declined === undefined) return
        const { patterns, permission, why } = declined
        const one = { call, tool: tools.get(call) ?? "unknown", permission, patterns, reason: why }
        counted = { ...counted, declined: [...counted.declined, one] }
        return
      }
      case "TurnEnded":
        counted = { ...counted, millis: counted.millis + item.data.durationMillis }
        return
      default:
        return
    }
  }
  return { see, counted: () => counted }
}
