/**
 * Recorded answers over HTTP through the real packages of providers that the router does not speak to itself: the same
 * parts wherever the bytes are split, and never an end that was not said.
 */
import * as Http from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { fromLanguageModel } from "../src/AiSdk.ts"
import { ask, finishOf, plain, request, textOf } from "./support.ts"
import { bedrock } from "./wires/bedrock.ts"
import { cohere } from "./wires/cohere.ts"
import { google } from "./wires/google.ts"
import { mistral } from "./wires/mistral.ts"
import { input, type Recorded, said } from "./wires/recorded.ts"

/** The short run takes every so many positions. */
const step = process.env["REIN_TEST_FULL"] === "1" ? 1 : 211

/** What the next answer is: pieces, and whether the connection breaks behind them. */
interface Playing {
  readonly pieces: ReadonlyArray<Buffer>
  readonly breaks: boolean
}

const serve = (contentType: string, playing: () => Playing) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = Http.createServer({ noDelay: true }, async (_, response) => {
        const { breaks, pieces } = playing()
        response.writeHead(200, { "content-type": contentType })
        response.flushHeaders()
        for (const piece of pieces) {
          if (piece.length > 0) await new Promise<void>((resume) => response.write(piece, () => resume()))
        }
        if (breaks) response.socket?.destroySoon()
        else response.end()
      })
      await new Promise<void>((resume) => server.listen(0, "127.0.0.1", resume))
      const address = server.address()
      return { server, url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}` }
    }),
    ({ server }) =>
      Effect.promise(
        () =>
          new Promise<void>((resume) => {
            server.close(() => resume())
            server.closeAllConnections()
          })
      )
  )

const wires: Readonly<Record<string, Recorded>> = { bedrock, cohere, google, mistral }

describe.each(Object.entries(wires))("the wire of %s", (name, recorded) => {
  const all = Buffer.concat(recorded.events)
  const positions = Array.from({ length: all.length - 1 }, (_, index) => index + 1).filter(
    (at) => at % step === 1 % step
  )
  const until = (events: number) => Buffer.concat(recorded.events.slice(0, events)).length

  it.live(
    "is read the same wherever it is split, and never ends before its end",
    () =>
      Effect.gen(function* () {
        let next: Playing = { pieces: recorded.events, breaks: false }
        const { url } = yield* serve(recorded.contentType, () => next)
        const model = fromLanguageModel(recorded.model(url))
        const play = (pieces: ReadonlyArray<Buffer>, breaks = false) =>
          Effect.suspend(() => {
            next = { pieces, breaks }
            return ask(model, request("chat-completions"))
          })

        const whole = yield* play(recorded.events)
        const finish = finishOf(whole.parts)
        assert.isUndefined(whole.error)
        assert.strictEqual(textOf(whole.parts, "text-delta"), said.join(""))
        assert.strictEqual(textOf(whole.parts, "reasoning-delta"), recorded.reasoning)
        const calls = whole.parts.flatMap((part) => (part.type === "call" ? [part] : []))
        assert.deepStrictEqual(
          calls.map(({ input, tool }) => [tool, JSON.parse(input)]),
          [["look", input]]
        )
        assert.strictEqual(finish?.reason, "tool-calls")
        const { cacheRead, input: read, output, reasoning } = finish?.usage ?? {}
        assert.deepStrictEqual([read, cacheRead, output, reasoning], [...recorded.usage])

        const splits: ReadonlyArray<ReadonlyArray<Buffer>> = [
          [all],
          ...[1, 2, 3, 7].map((size) =>
            Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
              all.subarray(index * size, (index + 1) * size)
            )
          ),
          ...positions.map((at) => [all.subarray(0, at), all.subarray(at)])
        ]
        for (const pieces of splits) assert.deepStrictEqual(plain(yield* play(pieces)), plain(whole))

        const said_ = until(recorded.last + 1)
        const cuts = [...new Set([...recorded.events.keys()].map(until).concat(positions))].filter((at) => at < said_)
        for (const at of cuts) {
          for (const breaks of [false, true]) {
            const { error, parts } = yield* play([all.subarray(0, at)], breaks)
            const ended = finishOf(parts)?.reason
            const isWhole = error === undefined && (ended === "stop" || ended === "tool-calls")
            assert.isFalse(isWhole, `cut at ${at} ${breaks ? "by a break" : "by a clean end"}: ${ended}`)
            const isCut =
              error === undefined ||
              error.reason._tag === "CutOff" ||
              error.reason._tag === "Transport" ||
              error.reason._tag === "InvalidOutput"
            assert.isTrue(isCut, `cut at ${at}: ${JSON.stringify(error)}`)
          }
        }
        console.log(`${name}: ${positions.length} of ${all.length - 1} positions, ${cuts.length} cuts`)
      }),
    600_000
  )
})
