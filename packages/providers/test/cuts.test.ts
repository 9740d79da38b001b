// The answer of every provider, split and cut: read the same wherever its bytes are split, and never complete before its end.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as AiSdk from "../src/AiSdk.ts"
import { ask, finishOf, key, plain, request } from "./support.ts"
import { anyServerWith, endOf, type Sent } from "./support/AnyServer.ts"

/** The short run takes every so many positions. */
const step = process.env["REIN_TEST_FULL"] === "1" ? 1 : 347

const look = { name: "look", description: "Looks.", parameters: { type: "object", properties: {} } }

/** Those that a provider's own package is taken for. */
const models: Readonly<Record<string, string>> = { alibaba: "qwen3.7-max", deepseek: "deepseek-v4-pro" }

const every = (size: number) => (answer: Buffer) =>
  Array.from({ length: Math.ceil(answer.length / size) }, (_, index) =>
    answer.subarray(index * size, (index + 1) * size)
  )

describe("an answer of", () => {
  it.live.each(AiSdk.providers.map((id) => [id]))("%s", ([id = ""]) =>
    Effect.gen(function* () {
      let whole = Buffer.alloc(0)
      let send: (answer: Buffer) => Sent = (answer) => ({ pieces: [answer] })
      const server = yield* anyServerWith((answer) => {
        whole = Buffer.from(answer)
        return send(answer)
      })
      const name = id.replace(/-[a-z]/g, (letters) => letters.slice(1).toUpperCase())
      const settings = { apiKey: Redacted.make(key), baseUrl: server.url, region: "eu-west-1" }
      const layer = AiSdk.layerWith({ [name]: settings })
      const asked = request("chat-completions", { model: { provider: id, model: models[id] ?? "m" }, tools: [look] })
      const played = (next: (answer: Buffer) => Sent) =>
        Effect.suspend(() => {
          send = next
          return ask(layer, asked)
        })

      const first = yield* played((answer) => ({ pieces: [answer] }))
      assert.deepStrictEqual([first.error, finishOf(first.parts)?.reason], [undefined, "tool-calls"])
      const end = endOf(whole)
      assert.isAbove(end, 0)
      const positions = Array.from({ length: whole.length - 1 }, (_, index) => index + 1).filter(
        (at) => at % step === 1
      )
      for (const size of [1, 2, 3, 7]) {
        const split = yield* played((answer) => ({ pieces: every(size)(answer) }))
        assert.deepStrictEqual(plain(split), plain(first), `every ${size} bytes`)
      }
      for (const at of positions) {
        const split = yield* played((answer) => ({ pieces: [answer.subarray(0, at), answer.subarray(at)] }))
        assert.deepStrictEqual(plain(split), plain(first), `split at ${at}`)
      }
      for (const at of [0, ...positions, end].filter((place) => place <= end)) {
        for (const breaks of [false, true]) {
          const { error, parts } = yield* played((answer) => ({ pieces: [answer.subarray(0, at)], breaks }))
          const reason = finishOf(parts)?.reason
          const isWhole = error === undefined && reason !== undefined && reason !== "cut" && reason !== "unknown"
          assert.isFalse(isWhole, `cut at ${at} of ${end} ${breaks ? "by a break" : "by a clean end"}: ${reason}`)
        }
      }
    })
  )
})
