/**
 * A session over real HTTP, with the bytes of every answer split at each position, several in one answer: the same
 * events, the same history, and requests that satisfy I2 and I3.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Retry from "@rein/core/model/Retry"
import type { StoredEvent } from "@rein/core/schema/SessionEvent"
import { Sessions } from "@rein/core/session/Sessions"
import { SessionStore } from "@rein/core/session/SessionStore"
import * as Settings from "@rein/core/settings/Settings"
import { checkHistory, isPrefix, render } from "@rein/core/testing/rendering"
import * as TestRuntime from "@rein/core/testing/TestRuntime"
import * as Anthropic from "@rein/core/testing/wire/Anthropic"
import * as ChatCompletions from "@rein/core/testing/wire/ChatCompletions"
import * as Responses from "@rein/core/testing/wire/Responses"
import type { Answer, Split, Wire } from "@rein/core/testing/WireServer"
import { Effect, Layer } from "effect"
import { key, layer, lookTool, request, serve, wires } from "./support.ts"

/** The short run takes every so many positions, beginning at another place for each wire. */
const step = process.env["REIN_TEST_FULL"] === "1" ? 1 : 127

/** So many splits, far from each other, are in one answer. */
const together = 8

/** Every position is in one group. */
const groupsOf = (positions: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> => {
  const count = Math.ceil(positions.length / together)
  return Array.from({ length: count }, (_, first) => positions.filter((_, index) => index % count === first))
}

/** What the model says in the two turns: calls first, then two ends. */
const answers: ReadonlyArray<Answer> = [
  [
    { reasoning: ["Thinking – ", "über 漢字 🌍"], signature: "c2ln" },
    { ping: true },
    { text: ["Hé", "llo\n\ndata: no event\n\n", "🌍"] },
    { call: { id: "a", tool: "look", input: { at: "ü.ts", lines: [1, 2] } } },
    { call: { id: "b", tool: "look", input: {} } },
    { usage: { input: 100, cacheRead: 50, output: 10 } }
  ],
  [{ text: "Done." }],
  [{ text: "And again." }]
]

const encoders: Readonly<Record<Wire, (answer: Answer, model: string) => ReadonlyArray<string>>> = {
  anthropic: (answer, model) => Anthropic.encode(answer, { id: "0", model }),
  responses: (answer, model) => Responses.encode(answer, { id: "0", model }),
  "chat-completions": (answer, model) => ChatCompletions.encode(answer, { id: "0", model, usage: true })
}

const lengthOf = (wire: Wire): number => {
  const events = encoders[wire](answers[0] ?? [], request(wire).model.model)
  return Buffer.byteLength(events.join(""))
}

/** A call runs while the model still streams, so where its events stand among the others is left to the machine. */
const inOrder = (events: ReadonlyArray<StoredEvent>): ReadonlyArray<unknown> => {
  const ofCalls = (type: string) => type === "CallStarted" || type === "CallSettled"
  const bare = events.map(({ data, type, version }) => ({ type, version, data }))
  return [
    ...bare.filter(({ type }) => !ofCalls(type)),
    ...["CallStarted", "CallSettled"].flatMap((wanted) => {
      const calls = events.flatMap((event) => (event.type === "CallRequested" ? [event.data.call.id] : []))
      const found = bare.filter(({ type }) => type === wanted)
      return calls.flatMap((call) => found.filter(({ data }) => "call" in data && data.call === call))
    })
  ]
}

/** The fingerprint is made of ids, too. */
const leftOut = new Set(["time", "durationMillis", "elapsedMillis", "fingerprint"])

/** Ids are counted in the order in which they appear, and what took how long is left out. */
const plain = (value: unknown): unknown => {
  const seen = new Map<string, string>()
  const named = (id: string): string => {
    const known = seen.get(id) ?? `id-${seen.size}`
    seen.set(id, known)
    return known
  }
  const text = JSON.stringify(value, (name, inner: unknown) => (leftOut.has(name) ? undefined : inner))
  return JSON.parse(
    text
      .replace(/[a-z]+_[0-9a-f]{8}-?[0-9a-f-]{20,}/g, named)
      // The fake numbers all its answers.
      .replace(/\b(msg_|rs_|fc_|resp_|chatcmpl-)(\d+)/g, (_, kind, count) => `${kind}${Number(count) % answers.length}`)
  )
}

/** Two turns in a new session: all stored events, and the history they make. */
const session = Effect.gen(function* () {
  const sessions = yield* Sessions
  const store = yield* SessionStore
  const first = yield* TestRuntime.prompt("look")
  const second = yield* TestRuntime.prompt("again", { session: first.session })
  assert.deepStrictEqual([first.outcome._tag, second.outcome._tag], ["completed", "completed"])
  const { history } = yield* sessions.state(first.session)
  const events = yield* store.read(first.session, 0)
  const entries = Array.from({ length: history.length }, (_, index) => history.at(index))
  return plain({ events: inOrder(events), entries })
})

describe.each(wires)("splits over %s", (wire) => {
  it.live(
    "a session is the same wherever the bytes are split",
    () =>
      Effect.gen(function* () {
        let split: Split | undefined
        const script = ({ index }: { readonly index: number }): Answer => answers[index % answers.length] ?? []
        const server = yield* serve({ script, split: () => split })
        const own = Layer.mergeAll(
          layer(server.url, key),
          Settings.layerValues({ model: request(wire).model, rules: [] }),
          Retry.layerNone
        )
        const check = Effect.gen(function* () {
          const whole = yield* session
          const same = (name: string, next: Split) =>
            Effect.gen(function* () {
              split = next
              assert.deepStrictEqual(yield* session, whole, `split ${name}`)
            })
          for (const every of [1, 2, 3, 7, 100_000]) yield* same(`every ${every} bytes`, every)
          const bytes = lengthOf(wire)
          const positions = Array.from({ length: bytes - 1 }, (_, index) => index + 1).filter(
            (at) => at % step === bytes % step
          )
          for (const at of groupsOf(positions)) yield* same(`at bytes ${at.join(", ")}`, { at })
          yield* Effect.sync(() => console.log(`${wire}: ${positions.length} of ${bytes - 1} split positions`))
        })
        yield* Effect.provide(check, TestRuntime.layerWith([], [lookTool], own))

        const bodies = server.requests.map(({ body }) => body)
        assert.isAbove(bodies.length, 15)
        assert.deepStrictEqual(
          bodies.flatMap((body) => checkHistory(wire, body)),
          []
        )
        const renderings = bodies.map((body) => render(wire, body))
        renderings.forEach((blocks, index) => {
          if (index % answers.length > 0)
            assert.isTrue(isPrefix(renderings[index - 1] ?? [], blocks), `request ${index}`)
        })
      }),
    600_000
  )
})
