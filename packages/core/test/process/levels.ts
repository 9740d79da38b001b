// The levels that can be had on this machine. The full run has each test of processes in all of them, the short one in the weaker.
import * as NodeProcesses from "@rein/core/node/NodeProcesses"
import { type Level, Processes } from "@rein/core/process/Processes"
import { Effect } from "effect"

const isFull = process.env["REIN_TEST_FULL"] !== undefined

const probed = Effect.flatMap(Processes, ({ level }) => level)
const best = await Effect.runPromise(Effect.provide(probed, NodeProcesses.layer))

/** All that this machine has. */
export const allLevels: ReadonlyArray<Level> = best === "contained" ? ["tracked", "contained"] : ["tracked"]

export const levels: ReadonlyArray<Level> = isFull ? allLevels : ["tracked"]

export const layerOf = (level: Level, graceMillis = 300) =>
  NodeProcesses.layerWith({ graceMillis, containment: level === "contained" ? "always" : "never" })
