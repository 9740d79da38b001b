import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { z } from "zod"
import { fromReadable } from "../../src/model/Batching.ts"
import { Model } from "../../src/model/Model.ts"
import { createAgent } from "../../src/promise.ts"
import { ModelError } from "../../src/schema/ModelError.ts"
import { Watch, Watchdog, limitsOf } from "../../src/model/Watchdog.ts"
import type { ModelPart } from "../../src/model/ModelPart.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import type { SessionId } from "../../src/schema/Ids.ts"
import { type Piece, ScriptedModel } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import * as Tool from "../../src/tool/Tool.ts"
import { letTimePass, rounds, until } from "../support/time.ts"

const short = Layer.succeed(Watchdog, { firstMillis: 60_000, idleMillis: 10_000 })

const keepAlive: Piece = { parts: [{ type: "unknown", name: "ping" }] }
const said = (id: string, text: string): Piece => ({
  parts: [
    { type: "text-start", id },
    { type: "text-delta", id, text },
    { type: "text-end", id }
  ]
})

const attempts = Effect.fnUntraced(function* (session: SessionId) {
  const store = yield* SessionStore
  const events = yield* store.read(session, 0)
  return events.flatMap((event) => (event.type === "AttemptFailed" ? [event.data.reason] : []))
})

describe("a silent model", () => {
  it.effect("is asked again when it does not begin in time", () =>
    Effect.gen(function* () {
      const { outcome, session } = yield* letTimePass(yield* Effect.forkChild(TestRuntime.prompt("go")))
      assert.strictEqual(outcome._tag, "completed")
      assert.deepStrictEqual(yield* attempts(session), [{ _tag: "Timeout", waitingFor: "first-byte" }])
      assert.strictEqual((yield* ScriptedModel).closed(), 2)
    }).pipe(
      Effect.provide(TestRuntime.layerWith([{ answer: [{ end: "never" }] }, { answer: [{ text: "done" }] }], [], short))
    )
  )

  it.effect("may take its whole time to begin, and no longer", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(TestRuntime.prompt("go"))
      const scripted = yield* ScriptedModel
      yield* until(() => scripted.requests().length === 1)
      yield* rounds(200)
      yield* TestClock.adjust("59999 millis")
      yield* rounds(200)
      assert.strictEqual(scripted.closed(), 0)
      yield* TestClock.adjust("1 millis")
      yield* rounds(200)
      assert.strictEqual(scripted.closed(), 1)
      yield* Fiber.interrupt(fiber)
    }).pipe(Effect.provide(TestRuntime.layerWith([{ answer: [{ end: "never" }] }], [], short)))
  )

  it.effect("in the middle of its answer keeps what it said, and is asked to go on", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(TestRuntime.prompt("go"))
      const scripted = yield* ScriptedModel
      yield* until(() => scripted.requests().length === 1)
      yield* rounds(200)
      yield* TestClock.adjust("9999 millis")
      yield* rounds(200)
      assert.strictEqual(scripted.closed(), 0)
      yield* TestClock.adjust("1 millis")
      const { outcome, session } = yield* letTimePass(fiber)
      assert.strictEqual(outcome._tag, "completed")
      assert.deepStrictEqual(yield* attempts(session), [])
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [
            { answer: [said("1", "first half"), { end: "never" }] },
            { expects: ["first half", "cut off"], answer: [{ text: "second half" }] }
          ],
          [],
          short
        )
      )
    )
  )

  it.effect("is not kept alive by parts that say nothing", () =>
    Effect.gen(function* () {
      const pings = Array.from({ length: 9 }, (): ReadonlyArray<Piece> => [{ delayMillis: 3_000 }, keepAlive]).flat()
      const layer = TestRuntime.layerWith(
        [{ answer: [said("1", "half"), ...pings, said("2", "too late")] }, { answer: [{ text: "done" }] }],
        [],
        short
      )
      yield* Effect.gen(function* () {
        const { state } = yield* letTimePass(yield* Effect.forkChild(TestRuntime.prompt("go")))
        assert.notInclude(JSON.stringify([...state.history]), "too late")
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("that speaks slowly is not silent", () =>
    Effect.gen(function* () {
      const { outcome } = yield* letTimePass(yield* Effect.forkChild(TestRuntime.prompt("go")))
      assert.strictEqual(outcome._tag, "completed")
      assert.strictEqual((yield* ScriptedModel).requests().length, 1)
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [
            {
              answer: [
                { delayMillis: 59_000 },
                ...["a", "b", "c", "d"].flatMap((id): ReadonlyArray<Piece> => [said(id, id), { delayMillis: 9_000 }])
              ]
            }
          ],
          [],
          short
        )
      )
    )
  )

  it.effect("is not blamed for a tool that takes long", () => {
    const slow = Tool.make("slow", {
      description: "Takes minutes.",
      parameters: z.object({}),
      safety: "once",
      timeoutMillis: 300_000,
      execute: () => Effect.as(Effect.sleep("2 minutes"), { output: "done" })
    })
    return Effect.gen(function* () {
      const { outcome } = yield* letTimePass(yield* Effect.forkChild(TestRuntime.prompt("go")))
      assert.strictEqual(outcome._tag, "completed")
      assert.strictEqual((yield* ScriptedModel).requests().length, 2)
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [{ answer: [{ call: "slow", input: {} }] }, { answer: [{ text: "done" }] }],
          [slow],
          short
        )
      )
    )
  })
})

describe("createAgent", () => {
  it("takes how long a model may be silent", async () => {
    const parts = new ReadableStream<never>()
    let opened = 0
    await using agent = createAgent({
      model: {
        ref: TestRuntime.scripted,
        layer: Layer.succeed(
          Model,
          Model.of({
            stream: () =>
              Stream.suspend(() => {
                opened++
                return fromReadable(
                  () => Promise.resolve(parts),
                  () => new ModelError({ reason: { _tag: "Unknown" }, message: "no" })
                )
              })
          })
        )
      },
      silence: { firstMillis: 1, providers: { scripted: { idleMillis: 1 } } }
    })
    const stop = new AbortController()
    for await (const event of agent.stream("go", { signal: stop.signal })) {
      if (event.type === "AttemptFailed") stop.abort()
    }
    assert.strictEqual(opened, 1)
  })
})

describe("the watch", () => {
  const part: ModelPart = { type: "text-delta", id: "1", text: "x" }
  const limits = { firstMillis: 100, idleMillis: 50 }

  it("does not count what the reader takes", () => {
    let now = 0
    const watch = new Watch(limits, "a model", () => now)
    now = 99
    watch.arrived([part])
    now = 10_000
    assert.isAbove(watch.lookAgainIn, 0, "the reader is at work")
    watch.wait()
    now += 49
    assert.strictEqual(watch.lookAgainIn, 1)
    now += 1
    assert.strictEqual(watch.lookAgainIn, 0)
    assert.deepStrictEqual(watch.error.reason, { _tag: "Timeout", waitingFor: "next-part" })
  })

  it("adds up waits between parts that say nothing", () => {
    let now = 0
    const watch = new Watch(limits, "a model", () => now)
    watch.arrived([part])
    watch.wait()
    for (let round = 0; round < 4; round++) {
      now += 10
      watch.arrived([{ type: "unknown", name: "ping" }])
      now += 1_000
      watch.wait()
    }
    assert.strictEqual(watch.lookAgainIn, 10)
  })

  it("takes a provider's own limits where there are some", () => {
    const options = { idleMillis: 1_000, providers: { ollama: { firstMillis: 900_000 } } }
    assert.deepStrictEqual(limitsOf(options, "ollama"), { firstMillis: 900_000, idleMillis: 1_000 })
    assert.deepStrictEqual(limitsOf(options, "other"), { firstMillis: 300_000, idleMillis: 1_000 })
  })
})
