// The levels that can be had on this machine; each test of processes runs in all of them.
import * as NodeProcesses from "@rein/core/node/NodeProcesses"
import { type Level, Processes } from "@rein/core/process/Processes"
import { Effect } from "effect"

const probed = Effect.flatMap(Processes, ({ level }) => level)
const best = await Effect.runPromise(Effect.provide(probed, NodeProcesses.layer))

export const levels: ReadonlyArray<Level> = best === "contained" ? ["tracked", "contained"] : ["tracked"]

export const layerOf = (level: Level, graceMillis = 300) =>
  NodeProcesses.layerWith({ graceMillis, containment: level === "contained" ? "always" : "never" })
