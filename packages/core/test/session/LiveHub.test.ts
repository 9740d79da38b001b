import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Stream } from "effect"
import { Model } from "../../src/model/Model.ts"
import type { ModelPart } from "../../src/model/ModelPart.ts"
import * as Ids from "../../src/schema/Ids.ts"
import type { Delta, PartSoFar } from "../../src/schema/LiveEvent.ts"
import type { StoredEvent } from "../../src/schema/SessionEvent.ts"
import * as LiveHub from "../../src/session/LiveHub.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { defaultUsage } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import { rounds } from "../support/time.ts"

const session = Ids.make.session()
const step = Ids.make.step()
const part = Ids.make.part()

const delta = (offset: number, text = "x"): Delta => ({
  type: "Delta",
  session,
  after: 0,
  step,
  part,
  kind: "text",
  offset,
  text
})

const deltas = (count: number) => Array.from({ length: count }, (_, index) => delta(index))

const soFar = (text: string): PartSoFar => ({ type: "PartSoFar", session, after: 0, step, part, kind: "text", text })

const note = (sequence: number): StoredEvent => ({
  session,
  sequence,
  id: Ids.make.event(),
  time: 0,
  version: 1,
  type: "NoteAdded",
  data: { kind: "k", text: `${sequence}` }
})

describe("a subscriber of the live hub", () => {
  it.effect("gets everything, in order, up to its bound", () =>
    Effect.gen(function* () {
      const hub = LiveHub.make(session, () => 1)
      const take = yield* hub.subscribe
      const all = [note(1), ...deltas(LiveHub.capacity - 1)]
      for (const item of all) {
        if (item.type === "Delta") hub.publishLive([item])
        else hub.publishStored([note(1)])
      }
      const batch = yield* take
      assert.strictEqual(batch.items.length, LiveHub.capacity)
      assert.isFalse(batch.missedStored)
      assert.notInclude(
        batch.items.map((item) => item.type),
        "Lagged"
      )
    })
  )

  it.effect("above its bound loses live events and is told how many, with the open parts as they are", () =>
    Effect.gen(function* () {
      const hub = LiveHub.make(session, () => 1)
      const take = yield* hub.subscribe
      hub.setOpenParts(() => [soFar("all of it")])
      for (const item of deltas(LiveHub.capacity + 1)) hub.publishLive([item])
      hub.publishLive([delta(7)])
      const batch = yield* take
      assert.deepStrictEqual(
        batch.items.map((item) =>
          item.type === "Lagged" ? item.dropped : item.type === "PartSoFar" ? item.text : item.type
        ),
        [LiveHub.capacity + 1, "all of it", "Delta"]
      )
      hub.publishLive([delta(8)])
      assert.deepStrictEqual(
        (yield* take).items.map((item) => item.type),
        ["Delta"]
      )
    })
  )

  it.effect("is bounded by text too", () =>
    Effect.gen(function* () {
      const hub = LiveHub.make(session, () => 1)
      const take = yield* hub.subscribe
      const half = "x".repeat(LiveHub.textCapacity / 2)
      hub.publishLive([delta(0, half)])
      hub.publishLive([delta(0, half)])
      hub.publishLive([delta(0, "y")])
      assert.deepStrictEqual(
        (yield* take).items.map((item) => item.type),
        ["Lagged"]
      )
      hub.publishLive([delta(0, half), delta(0, half)])
      assert.deepStrictEqual(
        (yield* take).items.map((item) => item.type),
        ["Delta", "Delta"]
      )
    })
  )

  it.effect("that lost stored events is sent back to the store for them", () =>
    Effect.gen(function* () {
      const hub = LiveHub.make(session, () => 1)
      const take = yield* hub.subscribe
      hub.publishStored([note(1)])
      hub.publishLive(deltas(LiveHub.capacity))
      const batch = yield* take
      assert.isTrue(batch.missedStored)
      assert.deepStrictEqual(
        batch.items.map((item) => (item.type === "Lagged" ? item.dropped : 0)),
        [LiveHub.capacity]
      )
      assert.isFalse(
        (yield* Effect.andThen(
          Effect.sync(() => hub.publishLive([delta(1)])),
          take
        )).missedStored
      )
    })
  )

  it.effect("comes late and gets the open parts first; one that has gone is forgotten", () =>
    Effect.gen(function* () {
      const hub = LiveHub.make(session, () => 1)
      hub.setOpenParts(() => [soFar("so far")])
      assert.isFalse(hub.hasSubscribers())
      yield* Effect.scoped(
        Effect.gen(function* () {
          const take = yield* hub.subscribe
          assert.isTrue(hub.hasSubscribers())
          hub.publishLive([delta(6)])
          assert.deepStrictEqual(
            (yield* take).items.map((item) => item.type),
            ["PartSoFar", "Delta"]
          )
        })
      )
      assert.isFalse(hub.hasSubscribers())
    })
  )
})

describe("a slow follower of a session", () => {
  const words = Array.from({ length: 5_000 }, (_, index) => `w${index} `)
  const parts: ReadonlyArray<ModelPart> = [
    { type: "text-start", id: "a" },
    ...words.map((text) => ({ type: "text-delta", id: "a", text }) as const),
    { type: "text-end", id: "a" },
    { type: "finish", reason: "stop", usage: defaultUsage }
  ]
  const model = Model.of({ stream: () => Stream.rechunk(Stream.fromArray(parts), 1) })

  it.effect("loses live events and is told, and never loses a stored one", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const id = yield* sessions.create({ directory: "/project" })
      const gate = Deferred.makeUnsafe<void>()
      // It stops at the beginning of the turn, and goes on when the turn has long ended.
      const following = yield* sessions.events(id, 0).pipe(
        Stream.tap((item) => (item.type === "TurnStarted" ? Deferred.await(gate) : Effect.void)),
        // What was stored is read again first, then it is told what it has lost.
        Stream.takeUntil((item) => item.type === "Lagged"),
        Stream.runCollect,
        Effect.forkChild
      )
      yield* rounds(10)
      const input = yield* sessions.prompt(id, "go")
      yield* sessions.outcome(id, input)
      yield* Deferred.succeed(gate, undefined)
      const items = yield* Fiber.join(following)
      const sequences = items.flatMap((item) => ("after" in item ? [] : [item.sequence]))
      assert.deepStrictEqual(
        sequences,
        (yield* (yield* SessionStore).read(id, 0)).map((event) => event.sequence)
      )
      const lost = items.flatMap((item) => (item.type === "Lagged" ? [item.dropped] : []))
      assert.isAtLeast(lost[0] ?? 0, LiveHub.capacity)
      assert.isBelow(items.length, words.length)
    }).pipe(Effect.provide(TestRuntime.layerWith([], [], Layer.succeed(Model, model))))
  )

  it.effect("that keeps up gets every delta, and they make the whole text", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const id = yield* sessions.create({ directory: "/project" })
      const following = yield* sessions.events(id, 0).pipe(
        Stream.takeUntil((item) => item.type === "TurnEnded"),
        Stream.runCollect,
        Effect.forkChild
      )
      yield* rounds(10)
      yield* sessions.prompt(id, "go")
      const items = yield* Fiber.join(following)
      let text = ""
      for (const item of items) {
        if (item.type === "PartSoFar") text = item.text
        if (item.type === "Delta") text = text.slice(0, item.offset) + item.text
      }
      assert.strictEqual(text, words.join(""))
    }).pipe(Effect.provide(TestRuntime.layerWith([], [], Layer.succeed(Model, model))))
  )
})
