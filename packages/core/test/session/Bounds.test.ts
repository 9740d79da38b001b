// I9: what a follower or an idle session may hold is bounded, and no stored event is ever lost.
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Deferred, Effect, Fiber, Layer, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as Ids from "../../src/schema/Ids.ts"
import type { PartSoFar } from "../../src/schema/LiveEvent.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import * as LiveHub from "../../src/session/LiveHub.ts"
import { open } from "../../src/session/OpenSession.ts"
import * as OpenSessions from "../../src/session/OpenSessions.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import * as SessionStoreMemory from "../../src/session/SessionStoreMemory.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { follow } from "../../src/session/Subscription.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import { runs } from "../support/arbitrary.ts"
import { letTimePass, rounds, until } from "../support/time.ts"
import { note, onStore, sessionWith, temporaryFolder } from "./support.ts"

/** Whole numbers up to a bound, the bound and what lies around it among them. */
const upTo = (most: number) => Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: most })))

/** What happens in a session while somebody follows it: events are stored, text comes, the follower takes some. */
const happenings = Arbitrary.array(
  Arbitrary.all({
    what: Arbitrary.schema(Schema.Literals(["stored", "text", "take"])),
    count: upTo(LiveHub.capacity + 2),
    length: upTo(3)
  }),
  { maxLength: 12 }
)

const step = Ids.make.step()
const part = Ids.make.part()

describe("a follower", () => {
  it.effect.prop(
    "gets every stored event once and in order, and the whole text, however slow it is",
    { all: happenings },
    ({ all }) =>
      Effect.gen(function* () {
        const store = yield* SessionStore
        const { session } = yield* sessionWith([])
        const opened = yield* open(session)
        yield* opened.claim
        let text = ""
        opened.live.setOpenParts((): ReadonlyArray<PartSoFar> =>
          text === ""
            ? []
            : [{ type: "PartSoFar", session, after: opened.state().sequence, step, part, kind: "text", text }]
        )
        const sequences: Array<number> = []
        let read = ""
        let isStalled = false
        let passed = Deferred.makeUnsafe<void>()
        const following = yield* follow(opened, store, 0).pipe(
          Stream.runForEach((item) =>
            Effect.suspend(() => {
              if (!("after" in item)) sequences.push(item.sequence)
              else if (item.type === "PartSoFar") read = item.text
              else if (item.type === "Delta") read = read.slice(0, item.offset) + item.text
              return isStalled ? Deferred.await(passed) : Effect.void
            })
          ),
          Effect.forkChild({ startImmediately: true })
        )
        for (const { count, length, what } of all) {
          if (what === "stored") {
            isStalled = true
            yield* opened.append(Array.from({ length: count }, (_, index) => note(`${index}`)))
          } else if (what === "text") {
            isStalled = true
            for (let index = 0; index < count; index++) {
              const piece = "x".repeat(length)
              opened.publish([{ type: "Delta", step, part, kind: "text", offset: text.length, text: piece }])
              text += piece
            }
          } else {
            isStalled = false
            Deferred.doneUnsafe(passed, Effect.void)
            yield* rounds(20)
            passed = Deferred.makeUnsafe<void>()
          }
        }
        isStalled = false
        Deferred.doneUnsafe(passed, Effect.void)
        const { sequence } = opened.state()
        yield* until(() => sequences.at(-1) === sequence && read === text)
        assert.deepStrictEqual(
          sequences,
          Array.from({ length: sequence }, (_, index) => index + 1)
        )
        yield* Fiber.interrupt(following)
        assert.isFalse(opened.live.hasSubscribers())
      }).pipe(Effect.scoped, Effect.provide(SessionStoreMemory.layerSolo, { local: true })),
    { arbitrary: { runs: Math.ceil(runs / 5) } }
  )

  it.effect.prop(
    "holds no more than its bound, whatever is published and however it takes",
    { all: happenings },
    ({ all }) =>
      Effect.gen(function* () {
        const session = Ids.make.session()
        const hub = LiveHub.make(session, () => 1)
        const take = yield* hub.subscribe
        const stored = (sequence: number): SessionEvent.StoredEvent => ({
          session,
          sequence,
          id: Ids.make.event(),
          time: 0,
          version: 1,
          ...note("x".repeat(10))
        })
        let sequence = 0
        let published = 0
        let lost = 0
        let taken = 0
        for (const { count, what } of [
          ...all,
          { count: 1, what: "stored" } as const,
          { count: 0, what: "take" } as const
        ]) {
          if (what === "stored") hub.publishStored(Array.from({ length: count }, () => stored(++sequence)))
          if (what === "text") {
            published += count
            hub.publishLive(
              Array.from({ length: count }, (_, offset) => {
                const delta = { type: "Delta", session, after: 0, step, part, kind: "text" } as const
                return { ...delta, offset, text: "x" }
              })
            )
          }
          if (what === "take" && sequence + published > 0 && sequence + published > taken + lost) {
            const { items } = yield* take
            const told = items.filter((item) => item.type === "Lagged")
            assert.isAtMost(items.length - told.length, LiveHub.capacity)
            for (const item of told) lost += item.dropped
            taken += items.filter((item) => item.type === "Delta").length
            sequence = 0
          }
        }
        // Whatever was not handed over was told of.
        assert.strictEqual(taken + lost, published)
      }),
    { arbitrary: { runs } }
  )

  it.effect("is bounded by the text of stored events, too", () =>
    Effect.gen(function* () {
      const session = Ids.make.session()
      const hub = LiveHub.make(session, () => 1)
      const take = yield* hub.subscribe
      const large = (sequence: number): SessionEvent.StoredEvent => ({
        session,
        sequence,
        id: Ids.make.event(),
        time: 0,
        version: 1,
        ...SessionEvent.make("PartFinished", {
          step,
          part: { type: "text", id: part, text: "x".repeat(LiveHub.textCapacity / 2) }
        })
      })
      for (let sequence = 1; sequence <= 3; sequence++) hub.publishStored([large(sequence)])
      assert.deepStrictEqual(yield* take, { items: [], missedStored: true })
    })
  )

  it.live("of a long log reads it page by page, and no further than it is asked for", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* onStore(
        folder,
        Effect.gen(function* () {
          const store = yield* SessionStore
          const { session } = yield* sessionWith(Array.from({ length: 3_000 }, (_, index) => `${index}`))
          let whole = 0
          const watched = SessionStore.of({
            ...store,
            read: (id, after) => {
              if (after === 0) whole++
              return store.read(id, after)
            }
          })
          const opened = yield* Effect.provideService(open(session), SessionStore, watched)
          const pages: Array<number> = []
          const sequences = yield* follow(opened, watched, 0).pipe(
            Stream.mapArray((page) => {
              pages.push(page.length)
              return page
            }),
            Stream.take(1_000),
            Stream.map((item) => ("after" in item ? 0 : item.sequence)),
            Stream.runCollect
          )
          assert.deepStrictEqual(
            sequences,
            Array.from({ length: 1_000 }, (_, index) => index + 1)
          )
          // Once to open the session; the follower itself never reads all of it.
          assert.strictEqual(whole, 1)
          assert.isAtMost(Math.max(...pages), 250)
          assert.isAtMost(
            pages.reduce((sum, page) => sum + page, 0),
            1_250
          )
        })
      )
    })
  )
})

describe("a session that nobody uses", () => {
  /** A store that counts how often a session is opened, and sessions that are given up after ten seconds. */
  const counted = (opened: Array<Ids.SessionId>) => {
    const store = Layer.provide(
      Layer.effect(
        SessionStore,
        Effect.map(SessionStore, (real) =>
          SessionStore.of({
            ...real,
            read: (id, after) => {
              if (after === 0) opened.push(id)
              return real.read(id, after)
            }
          })
        )
      ),
      TestRuntime.storeForTests
    )
    return Layer.merge(store, Layer.provide(OpenSessions.layerWith({ idleTimeToLive: "10 seconds" }), store))
  }

  it.effect("is given up after the time that its runtime was given, and opened again by need", () => {
    const opened: Array<Ids.SessionId> = []
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      const { session } = yield* TestRuntime.prompt("go")
      yield* TestClock.adjust("9 seconds")
      yield* sessions.state(session)
      assert.strictEqual(opened.length, 1)
      yield* TestClock.adjust("11 seconds")
      const later = yield* TestRuntime.prompt("go on", { session })
      assert.strictEqual(later.outcome._tag, "completed")
      assert.strictEqual(opened.length, 2)
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [{ answer: [{ text: "one" }] }, { expects: ["one", "go on"], answer: [{ text: "two" }] }],
          [],
          counted(opened)
        )
      )
    )
  })

  it.effect("stays open while a turn runs or somebody follows", () => {
    const opened: Array<Ids.SessionId> = []
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory: "/project" })
      const following = yield* Effect.forkChild(Stream.runDrain(sessions.events(session, 0)), {
        startImmediately: true
      })
      const input = yield* sessions.prompt(session, "go")
      const outcome = yield* letTimePass(yield* Effect.forkChild(sessions.outcome(session, input)))
      assert.strictEqual(outcome._tag, "completed")
      yield* TestClock.adjust("1 hour")
      yield* sessions.state(session)
      assert.strictEqual(opened.length, 1)
      yield* Fiber.interrupt(following)
      yield* TestClock.adjust("11 seconds")
      yield* sessions.state(session)
      assert.strictEqual(opened.length, 2)
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith([{ answer: [{ delayMillis: 240_000 }, { text: "late" }] }], [], counted(opened))
      )
    )
  })
})
