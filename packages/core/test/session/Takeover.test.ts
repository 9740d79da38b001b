// An owner dies, and somebody else goes on: inputs come exactly once and in order, and whoever waits gets the outcome.
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, type Scope } from "effect"
import { TestClock } from "effect/testing"
import { z } from "zod"
import * as NodeOwnership from "../../src/node/NodeOwnership.ts"
import type { ModelRequest } from "../../src/model/ModelRequest.ts"
import { InputId, make as makeId, type SessionId } from "../../src/schema/Ids.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { fenced } from "../../src/session/StoreRules.ts"
import { ScriptedModel, type ScriptedStep } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import * as Tool from "../../src/tool/Tool.ts"
import { sharedHouse } from "../support/runtimes.ts"
import { letTimePass, rounds, until } from "../support/time.ts"
import { hang } from "../support/tools.ts"
import { blobsIn, created, onStore, storeIn, temporaryFolder } from "./support.ts"

/** What people said in a request, message by message. */
const saidIn = (request: ModelRequest | undefined): ReadonlyArray<string> =>
  (request?.messages ?? []).flatMap((message) =>
    message.role === "user"
      ? [message.content.map((part) => (part.type === "text" ? part.text : "")).join("|")].filter(
          (text) => !text.startsWith("<note")
        )
      : []
  )

describe("whoever waits for an outcome", () => {
  it.effect("takes the turn over when its owner has died, and looks for that at most once a second", () =>
    Effect.gen(function* () {
      const house = yield* sharedHouse
      const owner = yield* house.start([{ answer: [{ end: "never" }] }])
      let looks = 0
      const waiter = yield* house.start(
        [{ expects: ["go"], answer: [{ text: "done" }] }],
        [],
        Layer.empty,
        (store) => ({
          claim: (session) =>
            Effect.suspend(() => {
              looks++
              return store.claim(session)
            })
        })
      )
      const session = yield* owner.sessions.create({ directory: "/project" })
      const input = yield* owner.sessions.prompt(session, "go")
      yield* until(() => owner.scripted.requests().length === 1)
      const waiting = yield* Effect.forkChild(waiter.sessions.outcome(session, input))
      for (let second = 0; second < 10; second++) {
        yield* TestClock.adjust("1 second")
        yield* rounds(5)
      }
      assert.isUndefined(waiting.pollUnsafe())
      assert.isAtMost(looks, 11)
      assert.isAtLeast(looks, 9)
      yield* owner.die
      assert.strictEqual((yield* letTimePass(waiting))._tag, "completed")
      const events = yield* house.store.read(session, 0)
      assert.strictEqual(events.filter((event) => event.type === "TurnResumed").length, 1)
      assert.strictEqual(events.filter((event) => event.type === "TurnEnded").length, 1)
    })
  )

  it.effect("does not look while the owner lives, once nobody waits any more", () =>
    Effect.gen(function* () {
      const started = Deferred.makeUnsafe<void>()
      const house = yield* sharedHouse
      const owner = yield* house.start([{ answer: [{ call: "hang", input: {} }] }], [hang(started)])
      const other = yield* house.start([])
      const session = yield* owner.sessions.create({ directory: "/project" })
      const input = yield* owner.sessions.prompt(session, "go")
      yield* Deferred.await(started)
      const waiting = yield* Effect.forkChild(other.sessions.outcome(session, input))
      yield* rounds(10)
      waiting.interruptUnsafe()
      yield* rounds(10)
      yield* owner.die
      for (let second = 0; second < 5; second++) yield* TestClock.adjust("1 second")
      yield* rounds(20)
      assert.notInclude(
        (yield* house.store.read(session, 0)).map((event) => event.type),
        "TurnResumed"
      )
    })
  )

  it.effect(
    "gets it also where the owner learns only from its store, in the middle of a call, that it was overtaken",
    () =>
      Effect.gen(function* () {
        let isTaken = false
        const act = Tool.make("act", {
          description: "Acts.",
          parameters: z.object({}),
          safety: "once",
          execute: () =>
            Effect.sync(() => {
              isTaken = true
              return { output: "acted" }
            })
        })
        const house = yield* sharedHouse
        const script = [{ answer: [{ call: "act", input: {} }] }, { answer: [{ text: "done" }] }]
        const { sessions } = yield* house.start(script, [act], Layer.empty, (store) => ({
          // Another one had it for a moment, and gave it up without a word.
          append: (session, fence, after, events) => {
            const append = store.append(session, fence, after, events)
            return Effect.suspend(() => (isTaken ? Effect.fail(fenced(session)) : append))
          },
          claim: (session) => {
            isTaken = false
            return store.claim(session)
          }
        }))
        const session = yield* sessions.create({ directory: "/project" })
        const input = yield* sessions.prompt(session, "go")
        const waiting = yield* Effect.forkChild(sessions.outcome(session, input))
        assert.strictEqual((yield* letTimePass(waiting))._tag, "completed")
        const events = yield* house.store.read(session, 0)
        const results = events.flatMap((event) => (event.type === "CallSettled" ? [event.data.result.status] : []))
        assert.deepStrictEqual(results, ["unverified"])
      })
  )

  it.effect("goes on with what the dead owner has stored, also where nobody has told of it", () =>
    Effect.gen(function* () {
      const started = Deferred.makeUnsafe<void>()
      const goesOn = Deferred.makeUnsafe<void>()
      const house = yield* sharedHouse
      const owner = yield* house.start(
        [{ answer: [{ call: "hang", input: {} }] }],
        [hang(started)],
        Layer.empty,
        (store) => ({
          append: (...all) => Effect.andThen(Deferred.await(goesOn), store.append(...all))
        })
      )
      const other = yield* house.start([{ answer: [{ text: "done" }] }], [], Layer.empty, () => ({
        changes: () => Effect.void
      }))
      const session = yield* owner.sessions.create({ directory: "/project" })
      const input = yield* owner.sessions.prompt(session, "go")
      // It sees an input that waits, and an owner.
      const waiting = yield* Effect.forkChild(other.sessions.outcome(session, input))
      yield* rounds(50)
      yield* Deferred.succeed(goesOn, undefined)
      yield* Deferred.await(started)
      yield* owner.die
      for (let second = 0; second < 5; second++) yield* Effect.andThen(TestClock.adjust("1 second"), rounds(50))
      const types = (yield* house.store.read(session, 0)).map(({ type }) => type)
      assert.isDefined(waiting.pollUnsafe())
      for (const type of ["TurnStarted", "InputDelivered", "TurnResumed", "TurnEnded"] as const) {
        assert.strictEqual(types.filter((one) => one === type).length, 1, type)
      }
    })
  )

  it.effect("in a runtime that was overtaken gets the outcome of the one that goes on", () =>
    Effect.gen(function* () {
      const house = yield* sharedHouse
      const first = yield* house.start([{ answer: [{ delayMillis: 60_000 }, { text: "too late" }] }])
      const second = yield* house.start([{ answer: [{ text: "done" }] }])
      const session = yield* first.sessions.create({ directory: "/project" })
      const input = yield* first.sessions.prompt(session, "go")
      const waiting = yield* Effect.forkChild(first.sessions.outcome(session, input))
      yield* until(() => first.scripted.requests().length === 1)
      // Suspended, say, for so long that the others think it dead; then it wakes up and finds the session taken.
      yield* first.die
      yield* second.sessions.resume(session)
      assert.strictEqual((yield* letTimePass(waiting))._tag, "completed")
      assert.strictEqual(second.scripted.requests().length, 1)
    })
  )
})

const script = fileURLToPath(new URL("../support/mortal.ts", import.meta.url))

/** A process with a plan; it is gone at the latest with the scope. */
const mortal = (folder: string, session: SessionId, plan: string): Effect.Effect<ChildProcess, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, ["--conditions=@rein/source", script, folder, session, plan], {
        stdio: ["ignore", "pipe", "inherit"]
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

const deathOf = (child: ChildProcess) => Effect.promise(async () => (await once(child, "exit"))[1] as string)

const newSession = Effect.fnUntraced(function* (folder: string) {
  const session = makeId.session()
  yield* onStore(
    folder,
    Effect.flatMap(SessionStore, (store) => store.create(session, [created(session)]))
  )
  return session
})

const runtimeOn = (folder: string, script: ReadonlyArray<ScriptedStep>) =>
  TestRuntime.layerWith(script, [], Layer.merge(Layer.provide(storeIn(folder), NodeOwnership.layer), blobsIn(folder)))

const inputs = Effect.fnUntraced(function* (session: SessionId) {
  const events = yield* (yield* SessionStore).read(session, 0)
  return events.flatMap((event) =>
    event.type === "CommandSubmitted" && event.data.request._tag === "input" ? [event.data.request.input] : []
  )
})

describe("two real processes on one SQLite file", () => {
  it.live("inputs of a process that was killed before their delivery come exactly once and in order", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const session = yield* newSession(folder)
      assert.strictEqual(yield* deathOf(yield* mortal(folder, session, "submit")), "SIGKILL")
      yield* Effect.gen(function* () {
        const sessions = yield* Sessions
        const all = yield* inputs(session)
        const outcomes = yield* Effect.forEach(all, (input) => sessions.outcome(session, input), { concurrency: 3 })
        assert.deepStrictEqual(
          outcomes.map((one) => one._tag),
          ["completed", "completed", "completed"]
        )
        const requests = (yield* ScriptedModel).requests()
        assert.deepStrictEqual(requests.map(saidIn), [
          ["one", "two"],
          ["one", "two", "three"]
        ])
      }).pipe(Effect.provide(runtimeOn(folder, [{ answer: [{ text: "1" }] }, { answer: [{ text: "2" }] }])))
    })
  )

  it.live(
    "steers of a process that was killed after their delivery are in the next request, once, behind the results",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const session = yield* newSession(folder)
        assert.strictEqual(yield* deathOf(yield* mortal(folder, session, "deliver")), "SIGKILL")
        yield* Effect.gen(function* () {
          const sessions = yield* Sessions
          const all = yield* inputs(session)
          for (const input of all) assert.strictEqual((yield* sessions.outcome(session, input))._tag, "completed")
          const requests = (yield* ScriptedModel).requests()
          assert.deepStrictEqual(requests.map(saidIn), [
            ["go", "one", "two"],
            ["go", "one", "two", "three"]
          ])
          assert.deepStrictEqual(
            requests[0]?.messages.slice(-4).map((message) => message.role),
            ["assistant", "tool", "user", "user"]
          )
          const events = yield* (yield* SessionStore).read(session, 0)
          const ofType = (type: string) => events.filter((event) => event.type === type).length
          assert.deepStrictEqual(
            [ofType("InputDelivered"), ofType("TurnStarted"), ofType("TurnResumed"), ofType("TurnEnded")],
            [4, 2, 1, 2]
          )
        }).pipe(Effect.provide(runtimeOn(folder, [{ answer: [{ text: "1" }] }, { answer: [{ text: "2" }] }])))
      })
  )

  it.live("an owner that is killed while somebody else waits for its outcome is taken over", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const session = yield* newSession(folder)
      const child = yield* mortal(folder, session, "wait")
      const [line] = yield* Effect.promise(() => once(child.stdout ?? process.stdin, "data"))
      const input = InputId.make(String(line).split(" ")[0] ?? "")
      yield* Effect.gen(function* () {
        const sessions = yield* Sessions
        const waiting = yield* Effect.forkChild(sessions.outcome(session, input), { startImmediately: true })
        // It has looked, and the owner lives.
        assert.strictEqual((yield* sessions.status(session)).doing._tag, "thinking")
        child.kill("SIGKILL")
        assert.strictEqual((yield* Fiber.join(waiting))._tag, "completed")
      }).pipe(Effect.provide(runtimeOn(folder, [{ expects: ["go"], answer: [{ text: "done" }] }])))
    })
  )
})
