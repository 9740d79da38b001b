import { assert, describe, it } from "@effect/vitest"
import type { ModelPart } from "@rein/core/model/ModelPart"
import * as Anthropic from "@rein/core/testing/wire/Anthropic"
import * as ChatCompletions from "@rein/core/testing/wire/ChatCompletions"
import type { Answer, Split, Wire } from "@rein/core/testing/WireServer"
import { Effect } from "effect"
import { ask, layer, request, serve, wires } from "./support.ts"

/** The short run takes every so many positions, beginning at another place for each wire. */
const step = process.env["REIN_TEST_FULL"] === "1" ? 1 : 37

const answer: Answer = [
  { reasoning: ["Thinking – ", "über 漢字 🌍"], signature: "c2ln" },
  { ping: true },
  { text: ["Hé", "llo\n\ndata: no event\n\n", "🌍"] },
  { call: { id: "a", tool: "read", input: { path: "ü.ts", lines: [1, 2] } } },
  { call: { id: "b", tool: "read", input: {} } },
  { usage: { input: 100, cacheRead: 50, output: 10 } }
]

const length = (wire: Wire): number => {
  const names = { id: "0", model: request(wire).model.model }
  const events =
    wire === "anthropic" ? Anthropic.encode(answer, names) : ChatCompletions.encode(answer, { ...names, usage: true })
  return Buffer.byteLength(events.join(""))
}

/** The provider's ids count requests, so each split has a server of its own. */
const partsWith = (wire: Wire, split?: Split): Effect.Effect<ReadonlyArray<ModelPart>> =>
  Effect.scoped(
    Effect.gen(function* () {
      const server = yield* serve({ script: () => answer, ...(split === undefined ? {} : { split }) })
      const { error, parts } = yield* ask(layer(server.url), request(wire))
      assert.isUndefined(error)
      return parts
    })
  )

describe.each(wires)("splits over %s", (wire) => {
  it.live(
    "the parts are the same wherever the bytes are split",
    () =>
      Effect.gen(function* () {
        const whole = yield* partsWith(wire)
        assert.isTrue(whole.some((part) => part.type === "call") && whole.some((part) => part.type === "finish"))
        for (const every of [1, 2, 3, 7, 100_000]) assert.deepStrictEqual(yield* partsWith(wire, every), whole)
        const bytes = length(wire)
        const positions = Array.from({ length: bytes - 1 }, (_, index) => index + 1).filter((at) => at % step === 0)
        for (const at of positions)
          assert.deepStrictEqual(yield* partsWith(wire, { at: [at] }), whole, `split at byte ${at}`)
        yield* Effect.sync(() => console.log(`${wire}: ${positions.length} of ${bytes - 1} split positions`))
      }),
    120_000
  )
})
