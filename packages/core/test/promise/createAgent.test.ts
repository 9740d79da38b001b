import { assert, describe, it } from "vitest"
import { jsonSchema, tool as aiTool } from "ai"
import { Deferred, Effect, Layer, Stream } from "effect"
import { z } from "zod"
import * as Blobs from "../../src/blob/Blobs.ts"
import type { ModelRequest } from "../../src/model/ModelRequest.ts"
import { createAgent, tool } from "../../src/promise.ts"
import * as Ids from "../../src/schema/Ids.ts"
import { ModelError } from "../../src/schema/ModelError.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { SessionStore, StoreError } from "../../src/session/SessionStore.ts"
import * as SessionStoreMemory from "../../src/session/SessionStoreMemory.ts"
import type { Piece, ScriptedStep } from "../../src/testing/ScriptedModel.ts"
import * as ScriptedModel from "../../src/testing/ScriptedModel.ts"
import { scripted } from "../../src/testing/TestRuntime.ts"

const model = (script: ReadonlyArray<ScriptedStep>) => ({ ref: scripted, layer: ScriptedModel.layer(script) })

/** The events of a session from its beginning. */
const followed = (id: string) =>
  Effect.gen(function* () {
    const sessions = yield* Sessions
    const context = yield* Effect.context<Sessions>()
    return Stream.toAsyncIterableWith(sessions.events(Ids.SessionId.make(id), 0), context)
  })

const says = (...pieces: ReadonlyArray<Piece>): ScriptedStep => ({ answer: pieces })

const double = tool({
  name: "double",
  description: "Doubles a number.",
  parameters: z.object({ n: z.number() }),
  safety: "read",
  execute: async ({ n }) => ({ doubled: n * 2 })
})

describe("createAgent", () => {
  it("runs a prompt with a tool and gives outcome, text, usage and session", async () => {
    await using agent = createAgent({
      model: model([
        says({ call: "double", input: { n: 21 } }),
        { expects: ['{"doubled":42}'], answer: [{ text: "It is 42." }] }
      ]),
      tools: [double],
      permission: "allow"
    })
    const result = await agent.run("What is twice 21?")
    assert.deepStrictEqual(result.outcome, { _tag: "completed" })
    assert.strictEqual(result.text, "It is 42.")
    assert.strictEqual(result.usage.input, 200)
    assert.strictEqual(result.cost, "unknown")
    const session = await agent.session(result.sessionId)
    assert.strictEqual(session.id, result.sessionId)
  })

  it("a session is switched to another model of the layer", async () => {
    const other = { provider: "scripted", model: "other" }
    const isOther = ({ model }: ModelRequest) => (model.model === "other" ? undefined : `asked ${model.model}`)
    await using agent = createAgent({
      model: model([says({ text: "one" }), { check: isOther, answer: [{ text: "two" }] }])
    })
    const session = await agent.session()
    await session.run("first")
    await session.switchModel(other)
    assert.strictEqual((await session.run("second")).text, "two")
  })

  it("declines every call when nothing is said about permission, and says so", async () => {
    await using agent = createAgent({
      model: model([
        says({ call: "double", input: { n: 1 } }),
        { expects: ["did not run"], answer: [{ text: "I may not." }] }
      ]),
      tools: [double]
    })
    const { outcome } = await agent.run("go")
    assert.strictEqual(outcome._tag, "denied")
    assert.strictEqual(outcome._tag === "denied" ? outcome.declined[0]?.tool : "", "double")
  })

  it("asks a function, whose rejection with a message the model reads", async () => {
    const asked: Array<string> = []
    await using agent = createAgent({
      model: model([
        says({ call: "double", input: { n: 1 } }),
        { expects: ["use 2 instead"], answer: [{ call: "double", input: { n: 2 } }] },
        { expects: ['{"doubled":4}'], answer: [{ text: "4" }] }
      ]),
      tools: [double],
      permission: (question) => {
        asked.push(question.tool)
        return asked.length === 1 ? { reject: "use 2 instead" } : "once"
      }
    })
    const { outcome } = await agent.run("go")
    assert.strictEqual(outcome._tag, "completed")
    assert.deepStrictEqual(asked, ["double", "double"])
  })

  it("a deny rule is final, and an allow rule runs", async () => {
    await using agent = createAgent({
      model: model([says({ call: "double", input: { n: 1 } }), says({ text: "done" })]),
      tools: [double],
      permission: [{ permission: "double", pattern: "*", action: "allow" }]
    })
    assert.strictEqual((await agent.run("go")).outcome._tag, "completed")
  })

  it("gives a typed value, after one repair", async () => {
    await using agent = createAgent({
      model: model([
        { expects: ["JSON Schema"], answer: [{ text: 'Here: {"city": 1}' }] },
        { expects: ["cannot be used", "city"], answer: [{ text: '```json\n{"city": "Ulm"}\n```' }] }
      ])
    })
    const { outcome, value } = await agent.run("Where?", { output: z.object({ city: z.string() }) })
    assert.strictEqual(outcome._tag, "completed")
    const city: string | undefined = value?.city
    assert.strictEqual(city, "Ulm")
  })

  it("fails when the repaired answer does not fit either", async () => {
    await using agent = createAgent({ model: model([says({ text: "no" }), says({ text: "still no" })]) })
    const { outcome, value } = await agent.run("Where?", { output: z.object({ city: z.string() }) })
    assert.strictEqual(outcome._tag, "failed")
    assert.isUndefined(value)
  })

  it("streams typed events until the turn ends", async () => {
    await using agent = createAgent({ model: model([says({ text: "one two" })]) })
    const seen: Array<string> = []
    let text = ""
    for await (const event of agent.stream("go")) {
      seen.push(event.type)
      if (event.type === "Delta") text += event.text
    }
    assert.strictEqual(text, "one two")
    assert.strictEqual(seen.at(-1), "TurnEnded")
  })

  it("interrupts the turn when the reader breaks off, and when the signal aborts", async () => {
    await using agent = createAgent({
      model: model([says({ text: "begin " }, { end: "never" }), says({ text: "x" }, { end: "never" })])
    })
    const session = await agent.session()
    for await (const event of session.stream("go")) if (event.type === "StepStarted") break
    const state = await agent.runtime.runPromise(
      Effect.gen(function* () {
        const sessions = yield* Sessions
        // The id came from this very agent.
        const info = (yield* sessions.list())[0]
        if (info === undefined) return yield* Effect.die(new Error("no session"))
        return yield* Effect.repeat(sessions.state(info.id), { until: (now) => now.turn === undefined })
      })
    )
    assert.strictEqual(state.lastTurn?.outcome._tag, "interrupted")

    const controller = new AbortController()
    const running = session.run("again", { signal: controller.signal })
    setImmediate(() => controller.abort())
    assert.strictEqual((await running).outcome._tag, "interrupted")
  })

  it("a signal that has aborted before the turn begins stops it all the same", async () => {
    await using agent = createAgent({ model: model([says({ text: "too late" })]) })
    const { outcome } = await agent.run("go", { signal: AbortSignal.abort() })
    assert.strictEqual(outcome._tag, "interrupted")
  })

  it("aborting one run does not touch the turn of another", async () => {
    const gate = Deferred.makeUnsafe<string>()
    const wait = tool({
      name: "wait",
      description: "Waits.",
      parameters: z.object({}),
      execute: () => Effect.runPromise(Deferred.await(gate))
    })
    await using agent = createAgent({
      model: model([says({ call: "wait", input: {} }), { expects: ["opened"], answer: [{ text: "first is done" }] }]),
      tools: [wait],
      permission: "allow"
    })
    const session = await agent.session()
    const first = session.run("first")
    for await (const event of agent.runtime.runSync(followed(session.id))) if (event.type === "CallStarted") break
    const second = await session.run("second", { signal: AbortSignal.abort() })
    assert.strictEqual(second.outcome._tag, "interrupted")
    await Effect.runPromise(Deferred.succeed(gate, "opened"))
    assert.strictEqual((await first).text, "first is done")
  })

  it("fails a stream, and does not hang, when the store breaks in the turn", async () => {
    const full = new StoreError({ reason: { _tag: "Full" }, message: "The disk is full." })
    const filling = Layer.effect(
      SessionStore,
      Effect.map(SessionStore, (store) =>
        SessionStore.of({
          ...store,
          append: (session, fence, after, events) =>
            events.some((event) => event.type === "StepStarted")
              ? Effect.fail(full)
              : store.append(session, fence, after, events)
        })
      )
    )
    const store = Layer.merge(Layer.provide(filling, SessionStoreMemory.layerSolo), Blobs.layerMemory)
    await using agent = createAgent({ model: model([says({ text: "never" })]), store })
    const reading = (async () => {
      for await (const event of agent.stream("go")) if (event.type === "TurnEnded") return "ended"
      return "over"
    })()
    const failure = await reading.catch((error: unknown) => String(error))
    assert.include(failure, "The disk is full.")
  })

  it("gives the text of its own turn only, and the usage of all rounds of a structured answer", async () => {
    const failing = new ModelError({ reason: { _tag: "Quota" }, message: "no credit" })
    await using agent = createAgent({
      model: model([
        says({ text: "FIRST" }),
        says({ error: failing }),
        says({ text: "no JSON" }),
        says({ text: '{"city":"Ulm"}' })
      ])
    })
    const session = await agent.session()
    await session.run("one")
    const failed = await session.run("two")
    assert.deepStrictEqual([failed.outcome._tag, failed.text], ["failed", ""])
    const { usage } = await session.run("three", { output: z.object({ city: z.string() }) })
    assert.strictEqual(usage.input, 200)
  })

  it("remembers in a session", async () => {
    await using agent = createAgent({
      model: model([
        says({ text: "Hello Ada." }),
        { expects: ["I am Ada", "Hello Ada.", "Who am I?"], answer: [{ text: "Ada." }] }
      ])
    })
    const session = await agent.session()
    await session.run("I am Ada")
    assert.strictEqual((await session.run("Who am I?")).text, "Ada.")
  })

  it("accepts AI SDK tools by name", async () => {
    const weather = aiTool({
      description: "The weather.",
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }, { abortSignal }) =>
        `sunny in ${city}, ${abortSignal === undefined ? "no" : "with"} signal`
    })
    const plain = aiTool({
      description: "Plain JSON Schema.",
      inputSchema: jsonSchema({ type: "object", properties: { a: { type: "number" } } }),
      execute: async () => ({ ok: true })
    })
    await using agent = createAgent({
      model: model([
        says({ call: "weather", input: { city: "Ulm" } }, { call: "plain", input: { a: 1 } }),
        { expects: ["sunny in Ulm, with signal", '{"ok":true}'], answer: [{ text: "done" }] }
      ]),
      tools: { weather, plain },
      permission: "allow"
    })
    assert.strictEqual((await agent.run("go")).outcome._tag, "completed")
  })

  it("rejects clearly when a session does not exist", async () => {
    await using agent = createAgent({ model: model([]) })
    const failure = await agent.session("ses_nobody").then(
      () => undefined,
      (error: unknown) => error
    )
    assert.match(String(failure), /ses_nobody/)
  })

  it("keeps to its budget", async () => {
    await using agent = createAgent({
      model: model([says({ call: "double", input: { n: 1 } }), says({ text: "never reached" })]),
      tools: [double],
      permission: "allow",
      budget: { steps: 1 }
    })
    const { outcome } = await agent.run("go")
    assert.strictEqual(outcome._tag, "budget-exhausted")
  })

  it("two agents in one process do not know each other", async () => {
    await using one = createAgent({ model: model([says({ text: "1" })]) })
    await using two = createAgent({ model: model([says({ text: "2" })]) })
    const [a, b] = await Promise.all([one.run("a"), two.run("b")])
    assert.deepStrictEqual([a.text, b.text], ["1", "2"])
    const known = await two.session(a.sessionId).then(
      () => true,
      () => false
    )
    assert.isFalse(known)
  })
})

it("a Deferred and a Layer of the same process mix with promises", async () => {
  const gate = Deferred.makeUnsafe<string>()
  await using agent = createAgent({
    model: model([says({ call: "wait", input: {} }), { expects: ["opened"], answer: [{ text: "done" }] }]),
    tools: [
      tool({
        name: "wait",
        description: "Waits.",
        parameters: z.object({}),
        execute: () => Effect.runPromise(Deferred.await(gate))
      })
    ],
    permission: "allow"
  })
  const running = agent.run("go")
  await Effect.runPromise(Effect.provide(Deferred.succeed(gate, "opened"), Layer.empty))
  assert.strictEqual((await running).outcome._tag, "completed")
})
