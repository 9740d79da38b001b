// Guard and budget as somebody sees them who writes promises.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { z } from "zod"
import { sqlite } from "../../src/node/index.ts"
import { type AgentOptions, createAgent, tool } from "../../src/promise.ts"
import * as ScriptedModel from "../../src/testing/ScriptedModel.ts"
import { scripted } from "../../src/testing/TestRuntime.ts"

const model = (script: ReadonlyArray<ScriptedModel.ScriptedStep>) => ({
  ref: scripted,
  layer: ScriptedModel.layer(script)
})

const says = (text: string): ScriptedModel.ScriptedStep => ({ answer: [{ text }] })

const catalog: AgentOptions["catalog"] = {
  "scripted/script": {
    contextTokens: "unknown",
    outputTokens: "unknown",
    prices: { input: 1_000_000, output: 1_000_000, cacheRead: 0, cacheWrite: 0 }
  }
}

let folder = ""

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rein-budget-"))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe("the budget of an agent", () => {
  it("is of a session, on disk, and a larger one goes on", async () => {
    const store = () => sqlite(join(folder, "rein.db"))
    const run = async (steps: number, session?: string) => {
      await using agent = createAgent({ model: model([says("hello")]), store: store(), budget: { steps } })
      const opened = await agent.session(session)
      return { id: opened.id, outcome: (await opened.run("go")).outcome._tag }
    }
    const first = await run(1)
    assert.strictEqual(first.outcome, "completed")
    assert.strictEqual((await run(1, first.id)).outcome, "budget-exhausted")
    assert.strictEqual((await run(2, first.id)).outcome, "completed")
    assert.strictEqual((await run(1)).outcome, "completed")
  })

  it("in money needs a price, which the catalogue gives", async () => {
    const run = async (options: Partial<AgentOptions>) => {
      await using agent = createAgent({ model: model([says("hello")]), budget: { microDollars: 500 }, ...options })
      const { cost, outcome } = await agent.run("go")
      return [outcome._tag, cost]
    }
    assert.deepStrictEqual(await run({}), ["failed", 0])
    assert.deepStrictEqual(await run({ catalog }), ["completed", 110])
    assert.deepStrictEqual(await run({ budget: { microDollars: 500, unknownPrices: "ignore" } }), [
      "completed",
      "unknown"
    ])
  })
})

describe("an agent that goes round in circles", () => {
  const run = async (permission: AgentOptions["permission"], times: number) => {
    let runs = 0
    const look = tool({
      name: "look",
      description: "Looks.",
      parameters: z.object({}),
      execute: async () => {
        runs += 1
        return "nothing new"
      }
    })
    const again = { answer: [{ call: "look", input: {} }] }
    const script = [...Array.from({ length: times }, () => again), says("done")]
    await using agent = createAgent({
      model: model(script),
      tools: [look],
      ...(permission === undefined ? {} : { permission })
    })
    const { outcome } = await agent.run("go")
    return [outcome._tag, runs]
  }

  it("is stopped although everything is allowed, unless doom_loop is by name", async () => {
    const all = { permission: "*", pattern: "*", action: "allow" } as const
    const loop = { permission: "doom_loop", pattern: "look", action: "allow" } as const
    assert.deepStrictEqual(await run("allow", 6), ["no-progress", 2])
    assert.deepStrictEqual(await run([all], 6), ["no-progress", 2])
    assert.deepStrictEqual(await run([all, loop], 6), ["completed", 6])
  })

  it("is put to a function before the third call", async () => {
    const asked: Array<string> = []
    const answer = async ({ patterns, permission }: { permission: string; patterns: ReadonlyArray<string> }) => {
      asked.push(`${permission} ${patterns.join()}`)
      return "once" as const
    }
    assert.deepStrictEqual(await run(answer, 3), ["completed", 3])
    assert.strictEqual(asked.filter((one) => one === "doom_loop look").length, 1)
  })
})
