// Limits of accounts and other models as somebody sees them who writes promises.
import { assert, describe, it } from "vitest"
import * as Retry from "../../src/model/Retry.ts"
import { type AgentOptions, createAgent } from "../../src/promise.ts"
import { ModelError } from "../../src/schema/ModelError.ts"
import * as ScriptedModel from "../../src/testing/ScriptedModel.ts"
import { scripted } from "../../src/testing/TestRuntime.ts"

const fails = (reason: ModelError["reason"]): ScriptedModel.ScriptedStep => ({
  answer: [{ error: new ModelError({ reason, message: "no" }) }]
})

const other = { provider: "other", model: "cheap" }
const price = (each: number) => ({ prices: { input: each, output: each, cacheRead: each, cacheWrite: each } })

const run = async (options: Partial<AgentOptions>, ...script: ReadonlyArray<ScriptedModel.ScriptedStep>) => {
  await using agent = createAgent({ model: { ref: scripted, layer: ScriptedModel.layer(script) }, ...options })
  const { outcome, text } = await agent.run("go")
  return { outcome, text }
}

const quota = fails({ _tag: "Quota" })
const answers: ScriptedModel.ScriptedStep = { answer: [{ text: "I am the other one." }] }

describe("createAgent", () => {
  it("asks another model that costs no more, and any with leave", async () => {
    const models = [other]
    const cheaper = { "scripted/script": price(3), "other/cheap": price(1) }
    const dearer = { ...cheaper, "other/cheap": price(9) }
    assert.strictEqual((await run({}, quota)).outcome._tag, "failed")
    assert.strictEqual(
      (await run({ fallback: { models }, catalog: cheaper }, quota, answers)).text,
      "I am the other one."
    )
    const refused = await run({ fallback: { models }, catalog: dearer }, quota)
    assert.include(JSON.stringify(refused.outcome), "other/cheap was not asked instead: it costs more.")
    const unknown = await run({ fallback: { models } }, quota)
    assert.include(JSON.stringify(unknown.outcome), "its price is unknown")
    const allowed = await run({ fallback: { models, anyPrice: true }, catalog: dearer }, quota, answers)
    assert.strictEqual(allowed.outcome._tag, "completed")
  })

  it("holds all of its sessions back when one is limited", async () => {
    const lasts = Retry.defaults.serverCapMillis + 1
    const model = ScriptedModel.layer([fails({ _tag: "RateLimited", retryAfterMillis: lasts }), answers])
    await using agent = createAgent({ model: { ref: scripted, layer: model } })
    const [first, second] = [await agent.run("go"), await agent.run("go")]
    assert.notInclude(JSON.stringify(first.outcome), "held back")
    assert.include(JSON.stringify(second.outcome), "held back")
  })
})
