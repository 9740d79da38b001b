import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Stream } from "effect"
import { Permission } from "../../src/permission/Permission.ts"
import * as SystemPrompt from "../../src/context/SystemPrompt.ts"
import * as Ids from "../../src/schema/Ids.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import { SessionStore, StoreError } from "../../src/session/SessionStore.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { inputOutcome, lastText } from "../../src/session/SessionState.ts"
import { defaultUsage, ScriptedModel } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import { echo, hang } from "../support/tools.ts"
import { ids, openStep, sharedHouse } from "../support/runtimes.ts"
import { letTimePass, rounds, until } from "../support/time.ts"

/** The usual store with something changed. */
const storeWith = (change: (store: SessionStore["Service"]) => Partial<SessionStore["Service"]>) =>
  Layer.provide(
    Layer.effect(
      SessionStore,
      Effect.map(SessionStore, (store) => SessionStore.of({ ...store, ...change(store) }))
    ),
    TestRuntime.storeForTests
  )

const full = new StoreError({ reason: { _tag: "Full" }, message: "The disk is full." })

const create = Effect.flatMap(Sessions, (sessions) => sessions.create({ directory: "/project" }))

const read = (session: Ids.SessionId) => Effect.flatMap(SessionStore, (store) => store.read(session, 0))

it.effect("an input that the session has never got is an error, and a session that appears later can be opened", () =>
  Effect.gen(function* () {
    const sessions = yield* Sessions
    const id = Ids.make.session()
    assert.strictEqual((yield* Effect.flip(sessions.state(id)))._tag, "StoreError")
    yield* sessions.create({ directory: "/project", id })
    assert.strictEqual((yield* sessions.state(id)).directory, "/project")
    const error = yield* Effect.flip(sessions.outcome(id, Ids.make.input()))
    assert.strictEqual(error._tag, "InputNotFound")
  }).pipe(Effect.provide(TestRuntime.layer([])))
)

describe("prompt", () => {
  it.effect("is acknowledged only when the input is stored", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* create
      const error = yield* Effect.flip(sessions.prompt(session, "hello"))
      assert.strictEqual(error._tag, "StoreError")
      assert.strictEqual(error.message, "The disk is full.")
      assert.deepStrictEqual(
        (yield* read(session)).map((event) => event.type),
        ["SessionCreated"]
      )
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [],
          [],
          storeWith(() => ({ submit: () => Effect.fail(full) }))
        )
      )
    )
  )

  it.effect("is in the store when it succeeds", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* create
      const input = yield* sessions.prompt(session, "hello")
      const stored = (yield* read(session)).flatMap((event) =>
        event.type === "CommandSubmitted" && event.data.request._tag === "input" ? [event.data.request] : []
      )
      assert.deepStrictEqual(
        stored.map((one) => [one.input, one.parts]),
        [[input, [{ type: "text", text: "hello" }]]]
      )
      yield* sessions.outcome(session, input)
    }).pipe(Effect.provide(TestRuntime.layer([{ answer: [{ text: "hi" }] }])))
  )

  it.effect("twice under one CommandId is one input", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* create
      const command = Ids.make.command()
      const all = yield* Effect.all(
        [1, 2, 3].map(() => sessions.prompt(session, "hello", { command })),
        { concurrency: "unbounded" }
      )
      yield* sessions.outcome(session, all[0] ?? Ids.make.input())
      const later = yield* sessions.prompt(session, "hello", { command })
      assert.strictEqual(new Set([...all, later]).size, 1)
      assert.strictEqual((yield* ScriptedModel).requests().length, 1)
    }).pipe(Effect.provide(TestRuntime.layer([{ answer: [{ text: "hi" }] }])))
  )

  it.effect("without any text is refused", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* create
      for (const input of ["", " \n", [], [{ type: "text", text: " " } as const]]) {
        const error = yield* Effect.flip(sessions.prompt(session, input))
        assert.strictEqual(error.message, "The input is empty: give it some text or a file.")
      }
    }).pipe(Effect.provide(TestRuntime.layer([])))
  )

  it.effect("of a file with a blank text sends the file alone", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* create
      const file = { type: "file", mediaType: "image/png", source: { type: "base64", data: "AA==" } } as const
      const input = yield* sessions.prompt(session, [{ type: "text", text: " " }, file])
      yield* sessions.outcome(session, input)
      const content = (yield* ScriptedModel).requests()[0]?.messages.at(-1)?.content
      assert.deepStrictEqual(
        content?.map((one) => one.type),
        ["file"]
      )
    }).pipe(Effect.provide(TestRuntime.layer([{ answer: [{ text: "hi" }] }])))
  )

  it.effect("to a session that does not exist says so", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const nobody = Ids.make.session()
      for (const attempt of [
        Effect.flip(sessions.prompt(nobody, "hello")),
        Effect.flip(sessions.status(nobody)),
        Effect.flip(sessions.fork(nobody)),
        Effect.flip(sessions.resume(nobody)),
        Effect.flip(Stream.runDrain(sessions.events(nobody, 0)))
      ]) {
        assert.strictEqual((yield* attempt).message, `There is no session ${nobody} in this store.`)
      }
    }).pipe(Effect.provide(TestRuntime.layer([])))
  )
})

describe("withdraw", () => {
  it.effect("after the delivery is ignored, and the log says so", () => {
    const started = Deferred.makeUnsafe<void>()
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* create
      const input = yield* sessions.prompt(session, "go")
      yield* Deferred.await(started)
      yield* sessions.withdraw(session, input)
      yield* rounds(20)
      const types = (yield* read(session)).map((event) => event.type)
      assert.include(types, "CommandIgnored")
      assert.notInclude(types, "InputWithdrawn")
      yield* sessions.interrupt(session)
      assert.strictEqual((yield* sessions.outcome(session, input))._tag, "interrupted")
    }).pipe(Effect.provide(TestRuntime.layer([{ answer: [{ call: "hang", input: {} }] }], [hang(started)])))
  })

  it.effect("of an idle session, late, is ignored too", () =>
    Effect.gen(function* () {
      const { session } = yield* TestRuntime.prompt("go")
      const sessions = yield* Sessions
      yield* sessions.withdraw(session, Ids.make.input())
      yield* rounds(20)
      assert.strictEqual((yield* read(session)).at(-1)?.type, "CommandIgnored")
      assert.deepStrictEqual((yield* sessions.state(session)).withdrawals, [])
    }).pipe(Effect.provide(TestRuntime.layer([{ answer: [{ text: "done" }] }])))
  )
})

describe("several runtimes", () => {
  it.effect("on one store: whoever waits gets the outcome, whoever owns the turn", () =>
    Effect.gen(function* () {
      const started = Deferred.makeUnsafe<void>()
      const house = yield* sharedHouse
      const owner = yield* house.start([{ answer: [{ call: "hang", input: {} }] }], [hang(started)])
      const other = yield* house.start([])
      const session = yield* owner.sessions.create({ directory: "/project" })
      const input = yield* owner.sessions.prompt(session, "go")
      yield* Deferred.await(started)
      const waiting = yield* Effect.forkChild(other.sessions.outcome(session, input))
      yield* rounds(20)
      assert.isUndefined(waiting.pollUnsafe())
      assert.strictEqual((yield* other.sessions.status(session)).doing._tag, "calling")
      yield* other.sessions.interrupt(session)
      assert.strictEqual((yield* letTimePass(waiting))._tag, "interrupted")
      assert.strictEqual(other.scripted.requests().length, 0)
    })
  )

  it.effect("on one store: a steer that another one sends is delivered by the owner", () =>
    Effect.gen(function* () {
      const house = yield* sharedHouse
      const owner = yield* house.start(
        [
          { answer: [{ delayMillis: 1_000 }, { call: "echo", input: { text: "x" } }] },
          { expects: ["and this"], answer: [{ text: "both" }] }
        ],
        [echo()]
      )
      const other = yield* house.start([])
      const session = yield* owner.sessions.create({ directory: "/project" })
      yield* owner.sessions.prompt(session, "go")
      yield* until(() => owner.scripted.requests().length === 1)
      const second = yield* other.sessions.prompt(session, "and this")
      const done = yield* Effect.forkChild(other.sessions.outcome(session, second))
      assert.strictEqual((yield* letTimePass(done))._tag, "completed")
    })
  )

  it.effect("on one store: an input that comes while the owner gives its claim up is not forgotten", () =>
    Effect.gen(function* () {
      const house = yield* sharedHouse
      const other = yield* house.start([])
      let prompted: Ids.InputId | undefined
      // Another process prompts in the last moment before the release, and this one hears nothing of it by itself.
      const slow = Layer.provide(
        Layer.effect(
          SessionStore,
          Effect.map(SessionStore, (store) =>
            SessionStore.of({
              ...store,
              changes: () => Effect.void,
              release: (fence) =>
                Effect.gen(function* () {
                  if (prompted === undefined) prompted = yield* Effect.orDie(other.sessions.prompt(fence.root, "again"))
                  yield* store.release(fence)
                })
            })
          )
        ),
        house.storeLayer
      )
      const owner = yield* house.start(
        [{ answer: [{ text: "one" }] }, { expects: ["again"], answer: [{ text: "two" }] }],
        [],
        slow
      )
      const session = yield* owner.sessions.create({ directory: "/project" })
      const first = yield* owner.sessions.prompt(session, "go")
      yield* owner.sessions.outcome(session, first)
      yield* rounds(200)
      const state = yield* owner.sessions.state(session)
      assert.deepStrictEqual(inputOutcome(state, prompted ?? Ids.make.input()), { _tag: "completed" })
    })
  )

  it.effect("with different stores do not touch each other", () =>
    Effect.gen(function* () {
      const one = yield* (yield* sharedHouse).start([{ expects: ["for one"], answer: [{ text: "1" }] }])
      const two = yield* (yield* sharedHouse).start([{ expects: ["for two"], answer: [{ text: "2" }] }])
      const session = Ids.make.session()
      yield* one.sessions.create({ directory: "/project", id: session })
      assert.strictEqual((yield* Effect.flip(two.sessions.get(session)))._tag, "StoreError")
      yield* two.sessions.create({ directory: "/project", id: session })
      const inputs = [
        yield* one.sessions.prompt(session, "for one"),
        yield* two.sessions.prompt(session, "for two")
      ] as const
      yield* one.sessions.outcome(session, inputs[0])
      yield* two.sessions.outcome(session, inputs[1])
      assert.strictEqual(lastText(yield* one.sessions.state(session)), "1")
      assert.strictEqual(lastText(yield* two.sessions.state(session)), "2")
      yield* one.close
      assert.strictEqual((yield* two.sessions.status(session)).doing._tag, "idle")
    })
  )
})

describe("a layer that breaks", () => {
  it.effect("before the turn has begun does not keep it from running", () =>
    Effect.gen(function* () {
      const { outcome } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "completed")
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [{ answer: [{ text: "done" }] }],
          [],
          Layer.succeed(
            SystemPrompt.SystemPrompt,
            SystemPrompt.SystemPrompt.of({
              sections: () => Effect.succeed([]),
              firstNote: () => Effect.die(new Error("boom"))
            })
          )
        )
      )
    )
  )

  it.effect("in the permission service ends the turn as failed, not the process; the history stays valid", () =>
    Effect.gen(function* () {
      const { outcome, session } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag === "failed" ? outcome.error.kind : outcome._tag, "defect")
      const later = yield* TestRuntime.prompt("again", { session })
      assert.strictEqual(later.outcome._tag, "completed")
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [
            { answer: [{ call: "echo", input: { text: "x" } }] },
            { expects: [/The runtime broke on echo: Error: boom/, "again"], answer: [{ text: "done" }] }
          ],
          [echo()],
          Layer.succeed(Permission, Permission.of({ authorize: () => Effect.die(new Error("boom")) }))
        )
      )
    )
  )

  it.effect("in the store tells whoever waits; the input stays", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* create
      const input = yield* sessions.prompt(session, "go")
      const error = yield* Effect.flip(sessions.outcome(session, input))
      assert.match(error.message, /boom/)
      assert.strictEqual((yield* sessions.status(session)).waiting, 1)
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [],
          [],
          storeWith(() => ({ append: () => Effect.die(new Error("boom")) }))
        )
      )
    )
  )

  for (const what of ["append", "claim"] as const) {
    it.effect(`never: a disk too full to ${what} is an error for whoever waits, and a later try goes on`, () => {
      let isFull = true
      const orFull = <A>(works: Effect.Effect<A, StoreError>) =>
        Effect.suspend(() => (isFull ? Effect.fail(full) : works))
      return Effect.gen(function* () {
        const sessions = yield* Sessions
        const session = yield* create
        const input = yield* sessions.prompt(session, "go")
        const error = yield* Effect.flip(sessions.outcome(session, input))
        assert.strictEqual(error._tag === "StoreError" ? error.reason._tag : error._tag, "Full")
        isFull = false
        assert.strictEqual((yield* sessions.outcome(session, input))._tag, "completed")
      }).pipe(
        Effect.provide(
          TestRuntime.layerWith(
            [{ answer: [{ text: "done" }] }],
            [],
            storeWith((store) =>
              what === "append"
                ? { append: (...all) => orFull(store.append(...all)) }
                : { claim: (session) => orFull(store.claim(session)) }
            )
          )
        )
      )
    })
  }
})

describe("fork", () => {
  const script = [{ answer: [{ text: "one" }] }, { expects: ["go", "one", "more"], answer: [{ text: "two" }] }]

  it.effect("goes on from a copy; what was used before is not counted again", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const { session } = yield* TestRuntime.prompt("go")
      const fork = yield* sessions.fork(session)
      assert.strictEqual((yield* sessions.state(fork)).usage.input, 0)
      assert.strictEqual((yield* sessions.state(fork)).cost, 0)
      const later = yield* TestRuntime.prompt("more", { session: fork })
      assert.strictEqual(later.outcome._tag, "completed")
      assert.deepStrictEqual(later.state.usage, defaultUsage)
      assert.strictEqual(lastText(yield* sessions.state(session)), "one")
      const { parent, root } = yield* sessions.get(fork)
      assert.deepStrictEqual([parent, root], [undefined, fork])
      assert.strictEqual(later.state.root, fork)
    }).pipe(Effect.provide(TestRuntime.layer(script)))
  )

  it.effect("of a fork, and at an earlier point", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const { session } = yield* TestRuntime.prompt("go")
      const second = yield* sessions.fork(yield* sessions.fork(session))
      const state = yield* sessions.state(second)
      assert.strictEqual(state.root, second)
      assert.strictEqual(state.usage.input, 0)
      assert.strictEqual(lastText(state), "one")
      assert.strictEqual(state.directory, "/project")
      const later = yield* TestRuntime.prompt("more", { session: second })
      assert.deepStrictEqual([later.outcome._tag, later.state.usage], ["completed", defaultUsage])
      for (const at of [-1, 0, 1, 2]) {
        const early = yield* sessions.state(yield* sessions.fork(session, at))
        assert.deepStrictEqual([early.history.length, early.waiting.length, early.turn], [0, 0, undefined])
      }
    }).pipe(Effect.provide(TestRuntime.layer(script)))
  )

  it.effect("in the middle of a turn ends the copy of the turn, and runs nothing", () => {
    const started = Deferred.makeUnsafe<void>()
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* create
      const input = yield* sessions.prompt(session, "go")
      yield* Deferred.await(started)
      const fork = yield* sessions.fork(session)
      assert.deepStrictEqual(yield* sessions.outcome(fork, input), { _tag: "interrupted" })
      const { doing, waiting } = yield* sessions.status(fork)
      assert.deepStrictEqual([doing._tag, waiting], ["idle", 0])
      assert.strictEqual((yield* sessions.status(session)).doing._tag, "calling")
      const later = yield* TestRuntime.prompt("what now", { session: fork })
      assert.strictEqual(later.outcome._tag, "completed")
      yield* sessions.interrupt(session)
      yield* sessions.outcome(session, input)
    }).pipe(
      Effect.provide(
        TestRuntime.layer(
          [
            { answer: [{ call: "hang", input: {} }] },
            { expects: ["belongs to the session that this one was forked from"], answer: [{ text: "done" }] }
          ],
          [hang(started)]
        )
      )
    )
  })

  it.effect("of a session that was compacted or reverted has the same history", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const house = yield* SessionStore
      const all = ids()
      const note = (text: string) => SessionEvent.make("NoteAdded", { kind: "x", text })
      const [created] = openStep(all)
      yield* house.create(all.session, [
        ...(created === undefined ? [] : [created]),
        note("a"),
        note("b"),
        note("c"),
        SessionEvent.make("Compacted", { summary: "s", keepFrom: 3, why: "" }),
        note("d"),
        note("e"),
        SessionEvent.make("Reverted", { to: 6 })
      ])
      const texts = (session: Ids.SessionId) =>
        Effect.map(sessions.state(session), (state) =>
          [...state.history].map((entry) => ("text" in entry ? entry.text : entry.type))
        )
      assert.deepStrictEqual(yield* texts(all.session), ["s", "b", "c", "d"])
      const fork = yield* sessions.fork(all.session)
      assert.deepStrictEqual(yield* texts(fork), ["s", "b", "c", "d"])
      assert.deepStrictEqual(yield* texts(yield* sessions.fork(fork)), ["s", "b", "c", "d"])
    }).pipe(Effect.provide(TestRuntime.layer([])))
  )
})

describe("a session that a newer version wrote to", () => {
  it.effect("can be read, and says why it can only be read", () => {
    const session = Ids.make.session()
    const newer: SessionEvent.StoredEvent = {
      session,
      sequence: 2,
      id: Ids.make.event(),
      time: 0,
      version: 7,
      type: "Unknown",
      data: { type: "Dreamt", data: {} }
    }
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      yield* sessions.create({ directory: "/project", id: session })
      const sentence = /can only be read here: it holds a "Dreamt" event \(version 7\) that a newer Rein wrote/
      assert.match((yield* Effect.flip(sessions.prompt(session, "go"))).message, sentence)
      assert.match((yield* Effect.flip(sessions.fork(session))).message, sentence)
      assert.match((yield* Effect.flip(sessions.resume(session))).message, sentence)
      assert.match((yield* Effect.flip(sessions.withdraw(session, Ids.make.input()))).message, sentence)
      assert.strictEqual((yield* sessions.status(session)).doing._tag, "idle")
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [],
          [],
          storeWith((store) => ({
            read: (id, after) =>
              Effect.map(store.read(id, after), (events) => (after < 2 ? [...events, newer] : events))
          }))
        )
      )
    )
  })
})

describe("status", () => {
  it.effect("says what the session does and waits for", () => {
    const started = Deferred.makeUnsafe<void>()
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* create
      assert.strictEqual((yield* sessions.status(session)).doing._tag, "idle")
      const input = yield* sessions.prompt(session, "go")
      yield* Deferred.await(started)
      yield* sessions.prompt(session, "later", { delivery: "queue" })
      const status = yield* sessions.status(session)
      assert.deepStrictEqual(
        [status.doing._tag, status.calls.map((call) => call.tool), status.waiting, status.steps],
        ["calling", ["hang"], 1, 1]
      )
      yield* sessions.interrupt(session)
      yield* sessions.outcome(session, input)
    }).pipe(
      Effect.provide(
        TestRuntime.layer([{ answer: [{ call: "hang", input: {} }] }, { answer: [{ text: "done" }] }], [hang(started)])
      )
    )
  })
})
