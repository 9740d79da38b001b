import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Demultiplexer } from "../../src/loop/Demultiplexer.ts"
import type { ModelPart } from "../../src/model/ModelPart.ts"
import * as Ids from "../../src/schema/Ids.ts"
import type { SessionEvent } from "../../src/schema/SessionEvent.ts"
import { ScriptedModel } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { modelParts, runs } from "../support/arbitrary.ts"
import { arePrefixes, problems } from "../support/history.ts"
import { letTimePass } from "../support/time.ts"
import { echo, fails } from "../support/tools.ts"

/** All events of an answer that ends after these parts, given in batches of a size. */
const demultiplexed = (parts: ReadonlyArray<ModelPart>, size = parts.length) => {
  const all = new Demultiplexer(Ids.make.step())
  const batches = []
  for (let at = 0; at < parts.length; at += Math.max(size, 1)) {
    batches.push(all.accept(parts.slice(at, at + Math.max(size, 1)), () => false))
  }
  batches.push(all.close())
  return {
    anomalies: all.anomalies,
    finish: all.finish,
    begun: all.begun,
    events: batches.flatMap((batch) => batch.events),
    live: batches.flatMap((batch) => batch.live),
    calls: batches.flatMap((batch) => batch.calls)
  }
}

const texts = (events: ReadonlyArray<SessionEvent>, kind: "text" | "reasoning") =>
  events.flatMap((event) =>
    event.type === "PartFinished" && event.data.part.type === kind ? [event.data.part.text] : []
  )

const requests = (events: ReadonlyArray<SessionEvent>) =>
  events.flatMap((event) => (event.type === "CallRequested" ? [event.data.call] : []))

describe("the demultiplexer", () => {
  it("accepts what no provider should send, and notes it", () => {
    const { anomalies, events } = demultiplexed([
      { type: "text-delta", id: "a", text: "no start" },
      { type: "text-start", id: "a" },
      { type: "text-delta", id: "a", text: "second" },
      { type: "text-end", id: "a" },
      { type: "text-end", id: "a" },
      { type: "call-start", id: "1", tool: "echo" },
      { type: "call-start", id: "1", tool: "echo" },
      { type: "call", id: "1", tool: "other", input: "{}" },
      { type: "call", id: "1", tool: "other", input: "{}" },
      { type: "call-result", id: "9", result: "of nobody" },
      { type: "call-result", id: "1", result: "of our own call" },
      { type: "call-start", id: "2", tool: "cut" },
      { type: "call-delta", id: "2", text: '{"a":' },
      { type: "finish", reason: "stop", usage: { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 } },
      { type: "finish", reason: "length", usage: { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 } },
      { type: "unknown", name: "dream" }
    ])
    assert.deepStrictEqual(texts(events, "text"), ["no start", "second"])
    assert.strictEqual(requests(events).length, 2)
    assert.notInclude(
      events.map((event) => event.type),
      "CallSettled"
    )
    assert.deepStrictEqual(anomalies, [
      "a delta of text a without its start",
      "a second start of text a before its end",
      "an end of text a without its start",
      "a second start of call 1 before its end",
      "call 1 began as echo and ended as other",
      "the call id 1 came twice",
      "a result of call 9, which the provider did not make",
      "a result of call 1, which the provider did not make",
      "a second finish",
      "unknown part type dream",
      "the input of a call of cut was cut after 5 characters"
    ])
  })

  it("takes the result of a hosted call, which it does not run, and such a call only once", () => {
    const hosted = { type: "call", id: "h", tool: "search", input: "{}", hosted: true } as const
    const { anomalies, calls, events } = demultiplexed([
      hosted,
      hosted,
      { type: "call-result", id: "h", result: { hits: 1 } }
    ])
    assert.deepStrictEqual(calls, [])
    assert.deepStrictEqual(
      events.map((event) => event.type),
      ["CallRequested", "CallSettled"]
    )
    assert.deepStrictEqual(anomalies, ["the call id h came twice"])
  })

  it("keeps at most twenty anomalies and counts the rest", () => {
    const { anomalies } = demultiplexed(Array.from({ length: 50 }, () => ({ type: "unknown", name: "x" }) as const))
    assert.strictEqual(anomalies.length, 21)
    assert.strictEqual(anomalies.at(-1), "and 30 more")
  })

  it("does not take as JSON what is none, or is nested without end", () => {
    const inputs = [
      "",
      " ",
      "{}",
      "[1",
      "nonsense",
      "[".repeat(100_000) + "]".repeat(100_000),
      "[".repeat(400) + "]".repeat(400)
    ]
    const { calls } = demultiplexed(inputs.map((input, index) => ({ type: "call", id: `${index}`, tool: "x", input })))
    assert.deepStrictEqual(
      calls.map((call) => call.input.type),
      ["json", "json", "json", "malformed", "malformed", "malformed", "json"]
    )
  })

  it("says nothing of parts before the answer has begun", () => {
    assert.isFalse(
      demultiplexed([
        { type: "response", model: "m" },
        { type: "unknown", name: "x" }
      ]).begun
    )
    assert.isTrue(demultiplexed([{ type: "reasoning-start", id: "a" }]).begun)
  })
})

const said = (parts: ReadonlyArray<ModelPart>, kind: "text" | "reasoning") =>
  parts.flatMap((part) =>
    (part.type === "text-delta" || part.type === "reasoning-delta") && part.type === `${kind}-delta` ? [part.text] : []
  )

const sorted = (all: ReadonlyArray<string>) => all.join("").split("").toSorted().join("")

/** A provider never repeats the ids of the calls that it runs itself, and they go back to it as they are. */
const withOwnIds = (parts: ReadonlyArray<ModelPart>, answer: number): ReadonlyArray<ModelPart> =>
  parts.map((part) => (part.type === "call" && part.hosted === true ? { ...part, id: `${answer}-${part.id}` } : part))

describe("properties of any parts in any order", () => {
  const options = { arbitrary: { runs } }

  it.prop(
    "everything said is in the events exactly once, and in the deltas",
    { parts: modelParts },
    ({ parts }) => {
      for (const size of [1, 3, parts.length]) {
        const { anomalies, calls, events, live } = demultiplexed(parts, size)
        for (const kind of ["text", "reasoning"] as const) {
          assert.strictEqual(sorted(texts(events, kind)), sorted(said(parts, kind)))
          const shown = live.flatMap((event) => (event.type === "Delta" && event.kind === kind ? [event.text] : []))
          assert.strictEqual(sorted(shown), sorted(said(parts, kind)))
        }
        const asked = parts.flatMap((part) => (part.type === "call" && part.hosted !== true ? [part.tool] : []))
        assert.deepStrictEqual(
          calls.map((call) => call.tool),
          asked
        )
        const files = parts.filter((part) => part.type === "file").length
        const stored = events.filter((event) => event.type === "PartFinished" && event.data.part.type === "file").length
        assert.strictEqual(stored, files)
        assert.isAtMost(anomalies.length, 21)
        if (parts.some((part) => part.type === "unknown")) assert.isAbove(anomalies.length, 0)
        assert.strictEqual(new Set(requests(events).map((call) => call.id)).size, requests(events).length)
      }
    },
    options
  )

  it.prop(
    "each part's deltas stand one behind the other",
    { parts: modelParts },
    ({ parts }) => {
      const ends = new Map<string, number>()
      for (const event of demultiplexed(parts, 2).live) {
        if (event.type !== "Delta") continue
        assert.strictEqual(event.offset, ends.get(event.part) ?? 0)
        ends.set(event.part, event.offset + event.text.length)
      }
    },
    options
  )

  it.effect.prop(
    "a turn of such answers never dies, ends once, and sends only valid histories that grow at their end (I2, I3, I6)",
    [modelParts, modelParts, modelParts],
    (answers) =>
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(TestRuntime.prompt("go"))
        const { outcome, session, state } = yield* letTimePass(fiber)
        // The script is short, so a turn that goes on and on ends by its departure.
        if (outcome._tag === "failed" && outcome.error.kind === "defect")
          assert.match(outcome.error.message, /the script has only 4 steps/)
        assert.isUndefined(state.turn)
        assert.isUndefined(state.step)
        const events = yield* (yield* SessionStore).read(session, 0)
        assert.strictEqual(events.filter((event) => event.type === "TurnEnded").length, 1)
        const sent = (yield* ScriptedModel).requests()
        assert.deepStrictEqual(
          sent.flatMap((request) => problems(request.messages)),
          []
        )
        assert.isTrue(arePrefixes(sent))
      }).pipe(
        Effect.provide(
          TestRuntime.layer(
            [
              ...answers.map((parts, answer) => ({ answer: [{ parts: withOwnIds(parts, answer) }] })),
              { answer: [{ text: "done" }] }
            ],
            [echo(), fails]
          ),
          { local: true }
        )
      ),
    { arbitrary: { runs: Math.ceil(runs / 3) } }
  )
})
