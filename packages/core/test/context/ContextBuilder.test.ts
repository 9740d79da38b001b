import { assert, describe, it } from "@effect/vitest"
import * as ContextBuilder from "../../src/context/ContextBuilder.ts"
import type { ModelMessage } from "../../src/model/ModelRequest.ts"
import * as Ids from "../../src/schema/Ids.ts"
import type { CallResult, OutputPart } from "../../src/schema/Part.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import { fold } from "../../src/session/Fold.ts"
import { problems } from "../support/history.ts"
import { callOf, finished, ids, openStep, requested } from "../support/runtimes.ts"

const texts = { system: ["You are."], tools: [] }

const stateOf = (events: ReadonlyArray<SessionEvent.SessionEvent>) => {
  const session = Ids.make.session()
  return fold(
    session,
    events.map((event, index) => ({
      session,
      sequence: index + 1,
      id: Ids.make.event(),
      time: 0,
      version: 1,
      ...event
    }))
  )
}

const messagesOf = (...events: ReadonlyArray<SessionEvent.SessionEvent>) =>
  ContextBuilder.make().build(stateOf(events), texts).request.messages

const all = ids()
const said = (part: OutputPart) => SessionEvent.make("PartFinished", { step: all.step, part })
const settled = (call: Ids.CallId, result: CallResult) => SessionEvent.make("CallSettled", { call, result })
const id = Ids.make.part()

/** The messages after the input of a step of these parts. */
const answer = (...parts: ReadonlyArray<OutputPart>): ReadonlyArray<ModelMessage> =>
  messagesOf(...openStep(all), ...parts.map(said), finished(all)).slice(1)

describe("the messages of a step", () => {
  it("are none when it said nothing, only thought, or only named sources", () => {
    assert.deepStrictEqual(answer(), [])
    assert.deepStrictEqual(answer({ type: "text", id, text: " \n" }), [])
    assert.deepStrictEqual(answer({ type: "reasoning", id, text: "hm" }), [])
    assert.deepStrictEqual(answer({ type: "source", id, url: "https://x" }), [])
  })

  it("leave out reasoning that was cut, and keep what is signed, also without text", () => {
    const text = { type: "text", id, text: "so" } as const
    const content = answer(
      { type: "reasoning", id, text: "cut", interrupted: true },
      { type: "reasoning", id, text: "", provider: { p: { signature: "s" } } },
      { type: "reasoning", id, text: "" },
      text
    )[0]?.content
    assert.deepStrictEqual(content, [
      { type: "reasoning", text: "", provider: { p: { signature: "s" } } },
      { type: "text", text: "so" }
    ])
  })

  it("are the answer and right behind it the results, in the order of the calls", () => {
    const [a, b] = [callOf("a", { x: 1 }), callOf("b", [1])]
    const messages = messagesOf(
      ...openStep(all),
      requested(all, a),
      requested(all, b),
      finished(all),
      SessionEvent.make("NoteAdded", { kind: "k", text: "between" }),
      settled(b.id, { status: "failed", output: " \n" }),
      settled(a.id, { status: "completed", output: "half \ud83d" })
    )
    assert.deepStrictEqual(problems(messages), [])
    assert.deepStrictEqual(
      messages.map((message) => message.role),
      ["user", "assistant", "tool", "user"]
    )
    const results = messages[2]?.role === "tool" ? messages[2].content : []
    assert.deepStrictEqual(
      results.map(({ failed, id, output }) => [id, output, failed]),
      [
        [a.id, "half \ufffd", false],
        [b.id, "(no output)", true]
      ]
    )
    const calls = messages[1]?.role === "assistant" ? messages[1].content : []
    // Providers take only objects as input.
    assert.deepStrictEqual(
      calls.map((call) => (call.type === "call" ? call.input : "")),
      [{ x: 1 }, {}]
    )
  })

  it("hold no half of a character, which a provider would refuse for ever", () => {
    const call = callOf("a", { "k\ud83d": ["\ude00", { deep: "x\ud83d" }] })
    const messages = messagesOf(
      ...openStep(all),
      said({ type: "text", id, text: "cut in the \ud83d" }),
      requested(all, call),
      settled(call.id, { status: "completed", output: "\ude00" }),
      finished(all),
      SessionEvent.make("NoteAdded", { kind: "k", text: "\ud83d" })
    )
    assert.deepStrictEqual(problems(messages), [])
    assert.notMatch(JSON.stringify(messages), /\\ud[89a-f]/)
  })
})

describe("a builder", () => {
  const log = [...openStep(all), said({ type: "text", id, text: "hello" }), finished(all)]

  it("gives the same request for the same log, and the same objects for what has not changed", () => {
    const builder = ContextBuilder.make()
    const before = builder.build(stateOf(log), texts)
    const state = stateOf(log)
    const one = builder.build(state, texts)
    const two = builder.build(state, texts)
    assert.strictEqual(one.fingerprint, before.fingerprint)
    assert.isTrue(one.request.messages.every((message, index) => message === two.request.messages[index]))
  })

  it("gives another fingerprint when a text, a message or a tool changes", () => {
    const builder = ContextBuilder.make()
    const print = (events: ReadonlyArray<SessionEvent.SessionEvent>, epoch = texts) =>
      builder.build(stateOf(events), epoch).fingerprint
    const prints = [
      print(log),
      print([...log, SessionEvent.make("NoteAdded", { kind: "k", text: "n" })]),
      print([...openStep(all), said({ type: "text", id, text: "hallo" }), finished(all)]),
      print(log, { ...texts, system: ["You were."] })
    ]
    assert.strictEqual(new Set(prints).size, prints.length)
  })

  it("plans at most four places for the provider's cache, all of them inside the request", () => {
    for (const events of [log.slice(0, 4), log]) {
      const { cache, messages } = ContextBuilder.make().build(stateOf(events), texts).request
      assert.isAtMost(cache.messages.length + 2, 4)
      assert.isTrue(cache.messages.every((index) => index < messages.length))
    }
  })
})
