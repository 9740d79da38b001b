// A model that answers in memory, and tools for it.
import { type Model, tool } from "@rein/core"
import type { ModelPart } from "@rein/core/model/ModelPart"
import { Stream } from "effect"
import { z } from "zod"

const usage = { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 }

/** Says a word and calls `look`, `steps - 1` times; then it is done. One count for all sessions that run one after the other. */
export const stepping = (steps: number, onStep: (step: number) => void = () => {}): Model.ModelService => {
  let step = 0
  const answer = (): ReadonlyArray<ModelPart> => {
    step++
    onStep(step)
    const last = step % steps === 0
    return [
      { type: "text-start", id: "1" },
      { type: "text-delta", id: "1", text: last ? "done" : "I look." },
      { type: "text-end", id: "1" },
      ...(last ? [] : ([{ type: "call", id: `c${step}`, tool: "look", input: `{"n":${step}}` }] as const)),
      { type: "finish", reason: last ? "stop" : "tool-calls", usage }
    ]
  }
  return { stream: () => Stream.suspend(() => Stream.fromArray(answer())) }
}

/** A tool that answers at once. */
export const look = tool({
  name: "look",
  description: "Looks.",
  parameters: z.object({ n: z.number() }),
  safety: "read",
  execute: async ({ n }) => `result ${n}`
})
