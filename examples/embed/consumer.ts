// What a TypeScript user writes; compiled under nodenext against the packed packages.
import { type AgentSession, createAgent, type RunResult, tool } from "@rein/core"
import { sqlite } from "@rein/core/node"
import { ScriptedModel } from "@rein/core/testing"
import { z } from "zod"

const add = tool({
  name: "add",
  description: "Adds two numbers.",
  parameters: z.object({ a: z.number(), b: z.number() }),
  execute: async ({ a, b }, { signal }) => (signal.aborted ? "" : String(a + b))
})

const agent = createAgent({
  model: { ref: { provider: "scripted", model: "x" }, layer: ScriptedModel.layer([]) },
  tools: [add],
  permission: async (question) => (question.tool === "add" ? "once" : { reject: "only add" }),
  store: sqlite("/tmp/rein-example/rein.db"),
  budget: { steps: 10 }
})

export const ask = async (prompt: string): Promise<RunResult> => agent.run(prompt)

export const city = async (): Promise<string | undefined> => {
  const { value } = await agent.run("Where?", { output: z.object({ city: z.string() }) })
  return value?.city
}

export const follow = async (session: AgentSession): Promise<string> => {
  let text = ""
  for await (const event of session.stream("Go on.")) if (event.type === "Delta") text += event.text
  return text
}
