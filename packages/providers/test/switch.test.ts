// One session with two providers over HTTP: each is sent the whole history, and nothing that only the other could read.
import { assert, describe, it } from "@effect/vitest"
import { Sessions } from "@rein/core/session/Sessions"
import { SessionStore } from "@rein/core/session/SessionStore"
import * as Settings from "@rein/core/settings/Settings"
import { isPrefix, render, type Wire } from "@rein/core/testing/rendering"
import * as TestRuntime from "@rein/core/testing/TestRuntime"
import type { Answer, WireRequest } from "@rein/core/testing/WireServer"
import { Effect, Layer } from "effect"
import { layer, lookTool, request, serve, wires } from "./support.ts"

/** A turn of two steps; what is kept with the words names the wire that it came over. */
const script = ({ index, wire }: WireRequest): Answer =>
  index % 2 === 1
    ? [{ text: `said-${wire}-${index}` }]
    : [
        { reasoning: `thought-${wire}-${index}`, signature: `signed-${wire}-${index}` },
        { text: `looks-${wire}-${index}` },
        { call: { id: `called-${wire}-${index}`, tool: "look", input: { lines: [index] } } }
      ]

const pairs = wires.flatMap((one) => wires.filter((other) => other !== one).map((other) => [one, other] as const))

/** Turns with one model, the other, and the first again. */
const bodiesOver = Effect.fnUntraced(function* (one: Wire, other: Wire) {
  const server = yield* serve({ script })
  const settings = Settings.layerValues({ model: request(one).model, rules: [] })
  const talk = Effect.gen(function* () {
    const sessions = yield* Sessions
    const first = yield* TestRuntime.prompt("one")
    yield* sessions.switchModel(first.session, request(other).model)
    const second = yield* TestRuntime.prompt("two", { session: first.session })
    yield* sessions.switchModel(first.session, request(one).model)
    const third = yield* TestRuntime.prompt("three", { session: first.session })
    for (const { outcome } of [first, second, third]) assert.deepStrictEqual(outcome, { _tag: "completed" })
    return (yield* (yield* SessionStore).read(first.session, 0)).flatMap((event) =>
      event.type === "ModelSwitched" ? [[event.data.from?.model, event.data.to.model]] : []
    )
  })
  const switches = yield* Effect.provide(
    talk,
    TestRuntime.layerWith([], [lookTool], Layer.mergeAll(layer(server.url), settings))
  )
  return { requests: server.requests, switches }
})

describe.each(pairs)("a session over %s, then %s, then the first again", (one, other) => {
  it.live("is a valid history for both, and nobody gets what only the other can read", () =>
    Effect.gen(function* () {
      const { requests, switches } = yield* bodiesOver(one, other)
      // Whatever the server refuses would have ended a turn as failed.
      assert.deepStrictEqual(
        requests.map(({ wire }) => wire),
        [one, one, other, other, one, one]
      )
      const [from, to] = [request(one).model.model, request(other).model.model]
      assert.deepStrictEqual(switches, [
        [from, to],
        [to, from]
      ])
      const sent = requests.map(({ body }) => JSON.stringify(body))
      for (const [index, { wire }] of requests.entries()) {
        const strange = wire === one ? other : one
        assert.notMatch(sent[index] ?? "", new RegExp(`(thought|signed|called)-${strange}-`))
      }
      // What was said and seen is all there.
      for (const text of [`looks-${one}-0`, `said-${one}-1`, `looks-${other}-2`, `said-${other}-3`, `looks-${one}-4`]) {
        assert.include(sent[5], text)
      }
      // Its own reasoning goes back to the first, as it came.
      if (one !== "chat-completions") assert.include(sent[5], `signed-${one}-0`)
      assert.include(sent[5], `thought-${one}-0`)
    })
  )

  it.live("begins each request with the one before it, but for the switches", () =>
    Effect.gen(function* () {
      const { requests } = yield* bodiesOver(one, other)
      const blocks = requests.map(({ body, wire }) => render(wire, body))
      for (const index of [1, 3, 5])
        assert.isTrue(isPrefix(blocks[index - 1] ?? [], blocks[index] ?? []), String(index))
      // Back again, the first provider finds what it has cached of the first turn.
      assert.isTrue(isPrefix(blocks[1] ?? [], blocks[4] ?? []))
    })
  )
})
