// A session can be switched to another model at any time, by an event, and everybody's steps stay in it.
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Stream } from "effect"
import * as Agents from "../../src/agent/Agents.ts"
import type { ModelRef } from "../../src/schema/ModelRef.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import type { SessionId } from "../../src/schema/Ids.ts"
import { ScriptedModel } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import { problems } from "../support/history.ts"
import { z } from "zod"
import * as Tool from "../../src/tool/Tool.ts"
import { echo } from "../support/tools.ts"

const other: ModelRef = { provider: "scripted", model: "other", options: { reasoning: "high" } }

const said = (text: string) => ({ answer: [{ text }] })

const eventsOf = (session: SessionId) => Effect.flatMap(SessionStore, (store) => store.read(session, 0))

/** Why each epoch began, and with which model. */
const epochs = (session: SessionId) =>
  Effect.map(eventsOf(session), (events) =>
    events.flatMap((event) => (event.type === "EpochStarted" ? [[event.data.reason, event.data.model.model]] : []))
  )

/** Ends when the gate opens. */
const waiting = (gate: Deferred.Deferred<void>) =>
  Tool.make("wait", {
    description: "Waits.",
    parameters: z.object({}),
    safety: "read",
    execute: () => Effect.as(Deferred.await(gate), { output: "waited" })
  })

const requests = Effect.map(ScriptedModel, (model) => model.requests())

describe("a session is switched to another model", () => {
  it.effect("while nothing runs, and back; the events say from which one to which", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const { session } = yield* TestRuntime.prompt("one")
      yield* sessions.switchModel(session, other)
      yield* sessions.idle(session)
      assert.deepStrictEqual((yield* sessions.state(session)).switches, [])
      yield* TestRuntime.prompt("two", { session })
      yield* sessions.switchModel(session, TestRuntime.scripted)
      yield* TestRuntime.prompt("three", { session })

      const switched = (yield* eventsOf(session)).flatMap((event) =>
        event.type === "ModelSwitched" ? [[event.data.from, event.data.to]] : []
      )
      assert.deepStrictEqual(switched, [
        [TestRuntime.scripted, other],
        [other, TestRuntime.scripted]
      ])
      assert.deepStrictEqual(yield* epochs(session), [
        ["first", "script"],
        ["model", "other"],
        ["model", "script"]
      ])
      const asked = yield* requests
      assert.deepStrictEqual(
        asked.map(({ model }) => model),
        [TestRuntime.scripted, other, TestRuntime.scripted]
      )
      // Each answer is told with the model that gave it.
      const answered = asked[2]?.messages.flatMap((message) =>
        message.role === "assistant" ? [message.from?.model] : []
      )
      assert.deepStrictEqual(answered, ["script", "other"])
    }).pipe(Effect.provide(TestRuntime.layer([said("a"), said("b"), said("c")])))
  )

  it.effect("between two steps of a turn, which goes on as the same turn", () => {
    const gate = Deferred.makeUnsafe<void>()
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory: "/project" })
      const running = yield* Effect.forkChild(TestRuntime.prompt("go", { session }))
      yield* sessions.events(session, 0).pipe(
        Stream.takeUntil((event) => event.type === "CallStarted"),
        Stream.runDrain
      )
      yield* sessions.switchModel(session, other)
      yield* Deferred.succeed(gate, undefined)
      const { outcome } = yield* Fiber.join(running)
      assert.strictEqual(outcome._tag, "completed")
      const asked = yield* requests
      assert.deepStrictEqual(
        asked.map(({ model }) => model.model),
        ["script", "other"]
      )
      assert.deepStrictEqual(
        asked.flatMap(({ messages }) => problems(messages)),
        []
      )
      const turns = (yield* eventsOf(session)).filter((event) => event.type === "TurnStarted")
      assert.lengthOf(turns, 1)
    }).pipe(
      Effect.provide(TestRuntime.layer([{ answer: [{ call: "wait", input: {} }] }, said("done")], [waiting(gate)]))
    )
  })

  it.effect("also when its agent has a model of its own; a fork goes on with the one that was switched to", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const { session } = yield* TestRuntime.prompt("one")
      yield* sessions.switchModel(session, other)
      yield* TestRuntime.prompt("two", { session })
      yield* TestRuntime.prompt("three", { session: yield* sessions.fork(session) })
      assert.deepStrictEqual(
        (yield* requests).map(({ model }) => model.model),
        ["own", "other", "other"]
      )
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [said("a"), said("b"), said("c")],
          [echo()],
          Agents.layerValues([{ ...Agents.build, model: { provider: "scripted", model: "own" } }])
        )
      )
    )
  )
})
