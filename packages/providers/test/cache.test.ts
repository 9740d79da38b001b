/** What providers are told for their caches, on the wire of a running session. */
import { assert, describe, it } from "@effect/vitest"
import * as Settings from "@rein/core/settings/Settings"
import { isPrefix, render } from "@rein/core/testing/rendering"
import * as TestRuntime from "@rein/core/testing/TestRuntime"
import type { Answer, Wire } from "@rein/core/testing/WireServer"
import { Effect, Layer } from "effect"
import { layer, lookTool, request, serve } from "./support.ts"

const steps = 5

/** Each turn looks a few times; the index is that of the request. */
const script = ({ index }: { readonly index: number }): Answer =>
  index % steps === steps - 1 ? [{ text: "done" }] : [{ call: { tool: "look", input: { lines: [index] } } }]

/** The bodies of the requests of two sessions, the first one of two turns. */
const bodiesOver = Effect.fnUntraced(function* (wire: Wire) {
  const server = yield* serve({ script })
  const settings = Settings.layerValues({ model: request(wire).model, rules: [] })
  const sessions = Effect.gen(function* () {
    const { session } = yield* TestRuntime.prompt("one")
    yield* TestRuntime.prompt("two", { session })
    yield* TestRuntime.prompt("three")
  })
  yield* Effect.provide(sessions, TestRuntime.layerWith([], [lookTool], Layer.mergeAll(layer(server.url), settings)))
  const bodies = server.requests.map(({ body }) => body)
  assert.lengthOf(bodies, 3 * steps)
  return bodies
})

/** Where marks stand, e.g. `messages.2.content.0`. */
const marksIn = (value: unknown, path: ReadonlyArray<string> = []): ReadonlyArray<string> => {
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    name === "cache_control" ? [path.join(".")] : marksIn(inner, [...path, name])
  )
}

describe("caches", () => {
  it.live("Anthropic's marks: at most four, after tools and system for ever, and on the last two messages", () =>
    Effect.gen(function* () {
      const bodies = yield* bodiesOver("anthropic")
      for (const body of bodies) {
        const marks = marksIn(body)
        assert.isAtMost(marks.length, 4)
        const fixed = marks.filter((mark) => !mark.startsWith("messages"))
        assert.deepStrictEqual(
          fixed.toSorted(),
          marksIn(bodies[0])
            .filter((mark) => !mark.startsWith("messages"))
            .toSorted()
        )
        assert.isTrue(fixed.some((mark) => mark.startsWith("tools")) && fixed.some((mark) => mark.startsWith("system")))
        const messages = Array.isArray(body["messages"]) ? body["messages"].length : 0
        const marked = marks.flatMap((mark) => (mark.startsWith("messages") ? [Number(mark.split(".")[1])] : []))
        assert.isAbove(marked.length, 0)
        for (const index of marked) assert.isAtLeast(index, messages - 2)
      }
    })
  )

  it.live("but for the marks, a request begins with the one before it", () =>
    Effect.gen(function* () {
      const bodies = (yield* bodiesOver("anthropic")).slice(0, 2 * steps)
      const renderings = bodies.map((body) => render("anthropic", body))
      renderings.slice(1).forEach((blocks, index) => assert.isTrue(isPrefix(renderings[index] ?? [], blocks)))
    })
  )

  it.live("OpenAI's key is the session's, and nothing is stored there", () =>
    Effect.gen(function* () {
      const bodies = yield* bodiesOver("responses")
      const keys = bodies.map((body) => body["prompt_cache_key"])
      assert.lengthOf(new Set(keys.slice(0, 2 * steps)), 1)
      assert.lengthOf(new Set(keys), 2)
      for (const body of bodies) assert.deepInclude(body, { store: false })
    })
  )

  it.live("other servers are sent no field that they may not know", () =>
    Effect.gen(function* () {
      for (const body of yield* bodiesOver("chat-completions")) assert.notProperty(body, "prompt_cache_key")
    })
  )
})
