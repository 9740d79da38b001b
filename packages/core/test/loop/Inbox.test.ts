import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Deferred, Effect, Fiber, Schema, Stream } from "effect"
import { z } from "zod"
import { nextInputs, steers } from "../../src/loop/Inbox.ts"
import type { ModelRequest } from "../../src/model/ModelRequest.ts"
import * as Ids from "../../src/schema/Ids.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import { fold } from "../../src/session/Fold.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { ScriptedModel } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import * as Tool from "../../src/tool/Tool.ts"
import { runs } from "../support/arbitrary.ts"

/** A tool that waits until it may go on. */
const gated = (started: Deferred.Deferred<void>, gate: Deferred.Deferred<void>) =>
  Tool.make("gated", {
    description: "Waits.",
    parameters: z.object({}),
    safety: "once",
    execute: () =>
      Deferred.succeed(started, undefined).pipe(
        Effect.andThen(Deferred.await(gate)),
        Effect.as({ output: "gate passed" })
      )
  })

const rolesAndTexts = (request: ModelRequest | undefined) =>
  (request?.messages ?? []).flatMap((message) =>
    message.content.map((part) => [
      message.role,
      part.type === "text" ? part.text : part.type === "result" ? part.output : part.type
    ])
  )

describe("inputs that come while a turn runs", () => {
  it.effect("steers are delivered behind the results, in order, each as a message of its own, once", () => {
    const [started, gate] = [Deferred.makeUnsafe<void>(), Deferred.makeUnsafe<void>()]
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory: "/project" })
      const input = yield* sessions.prompt(session, "go")
      yield* Deferred.await(started)
      yield* sessions.prompt(session, "one")
      const later = yield* sessions.prompt(session, "later", { delivery: "queue" })
      yield* sessions.prompt(session, "two")
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual((yield* sessions.outcome(session, input))._tag, "completed")
      assert.strictEqual((yield* sessions.outcome(session, later))._tag, "completed")
      const { requests } = yield* ScriptedModel
      assert.deepStrictEqual(rolesAndTexts(requests()[1]).slice(-4), [
        ["assistant", "call"],
        ["tool", "gate passed"],
        ["user", "one"],
        ["user", "two"]
      ])
      const said = rolesAndTexts(requests()[2]).filter(([role, text]) => role === "user" && !text?.startsWith("<note"))
      assert.deepStrictEqual(
        said.map(([, text]) => text),
        ["go", "one", "two", "later"]
      )
    }).pipe(
      Effect.provide(
        TestRuntime.layer(
          [
            { answer: [{ call: "gated", input: {} }] },
            { answer: [{ text: "done" }] },
            { expects: ["later"], answer: [{ text: "later done" }] }
          ],
          [gated(started, gate)]
        )
      )
    )
  })

  it.effect(
    "one that is taken back before its delivery is never delivered, one after it stays; followers see all of it",
    () => {
      const [started, gate] = [Deferred.makeUnsafe<void>(), Deferred.makeUnsafe<void>()]
      return Effect.gen(function* () {
        const sessions = yield* Sessions
        const session = yield* sessions.create({ directory: "/project" })
        const following = yield* sessions.events(session, 0).pipe(
          Stream.takeUntil((item) => item.type === "TurnEnded"),
          Stream.runCollect,
          Effect.forkChild({ startImmediately: true })
        )
        const first = yield* sessions.prompt(session, "go")
        yield* Deferred.await(started)
        const second = yield* sessions.prompt(session, "not this")
        const third = yield* sessions.prompt(session, "but this")
        yield* sessions.withdraw(session, second)
        yield* sessions.withdraw(session, first)
        yield* Deferred.succeed(gate, undefined)
        assert.strictEqual((yield* sessions.outcome(session, third))._tag, "completed")
        assert.strictEqual((yield* sessions.outcome(session, second))._tag, "withdrawn")
        const request = (yield* ScriptedModel).requests()[1]
        assert.notInclude(JSON.stringify(request), "not this")
        const items = yield* Fiber.join(following)
        const told = items.flatMap((item) => {
          if (item.type === "CommandSubmitted") return [`submitted ${item.data.request._tag}`]
          if (item.type === "InputDelivered") return [`delivered ${item.data.input === first ? "first" : "third"}`]
          if (item.type === "InputWithdrawn") return ["withdrawn"]
          return item.type === "CommandIgnored" ? ["ignored"] : []
        })
        assert.deepStrictEqual(told.toSorted(), [
          "delivered first",
          "delivered third",
          "ignored",
          "submitted input",
          "submitted input",
          "submitted input",
          "submitted withdraw",
          "submitted withdraw",
          "withdrawn"
        ])
        assert.isBelow(told.indexOf("withdrawn"), told.indexOf("delivered third"))
      }).pipe(
        Effect.provide(
          TestRuntime.layer(
            [{ answer: [{ call: "gated", input: {} }] }, { expects: ["but this"], answer: [{ text: "done" }] }],
            [gated(started, gate)]
          )
        )
      )
    }
  )

  it("a withdrawal that is stored and not yet taken up keeps its input from being delivered", () => {
    const session = Ids.make.session()
    const [kept, taken] = [Ids.make.input(), Ids.make.input()]
    const parts = [{ type: "text", text: "x" }] as const
    const submitted = (request: SessionEvent.EventData<"CommandSubmitted">["request"]) =>
      SessionEvent.make("CommandSubmitted", { command: Ids.make.command(), request })
    const events = [
      submitted({ _tag: "input", input: taken, delivery: "steer", parts }),
      submitted({ _tag: "input", input: kept, delivery: "steer", parts }),
      submitted({ _tag: "withdraw", input: taken })
    ].map((event, index): SessionEvent.StoredEvent => ({
      session,
      sequence: index + 1,
      id: Ids.make.event(),
      time: 0,
      version: 1,
      ...event
    }))
    const state = fold(session, events)
    assert.deepStrictEqual(
      [steers(state), nextInputs(state)].map((inputs) => inputs.map((one) => one.input.input)),
      [[kept], [kept]]
    )
  })

  it.effect("one that another process takes back in the last moment is not delivered", () => {
    const [started, gate] = [Deferred.makeUnsafe<void>(), Deferred.makeUnsafe<void>()]
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      const store = yield* SessionStore
      const session = yield* sessions.create({ directory: "/project" })
      const first = yield* sessions.prompt(session, "go")
      yield* Deferred.await(started)
      const second = yield* sessions.prompt(session, "not this")
      // As another process does it: the owner has heard nothing of it when the gate opens.
      yield* Effect.all([
        store.submit(session, Ids.make.command(), { _tag: "withdraw", input: second }),
        Deferred.succeed(gate, undefined)
      ])
      assert.strictEqual((yield* sessions.outcome(session, first))._tag, "completed")
      assert.strictEqual((yield* sessions.outcome(session, second))._tag, "withdrawn")
    }).pipe(
      Effect.provide(
        TestRuntime.layer(
          [{ answer: [{ call: "gated", input: {} }] }, { answer: [{ text: "done" }] }],
          [gated(started, gate)]
        )
      )
    )
  })
})

/** What a person does while one step of the turn runs. */
const operation = Arbitrary.schema(Schema.Literals(["steer", "queue", "withdraw"]))
const stepsOfTurn = Arbitrary.array(Arbitrary.array(operation, { maxLength: 4 }), { minLength: 1, maxLength: 4 })

it.effect.prop(
  "whatever is sent and taken back comes at most once, in order, and has one outcome",
  { plan: stepsOfTurn },
  ({ plan }) => {
    const sent: Array<{ readonly input: Ids.InputId; readonly text: string; readonly delivery: "steer" | "queue" }> = []
    const taken = new Set<Ids.InputId>()
    const rest = [...plan]
    const act = (session: Ids.SessionId, sessions: Sessions["Service"]) =>
      Effect.forEach(rest.shift() ?? [], (operation) =>
        Effect.gen(function* () {
          const last = sent.at(-1)
          if (operation === "withdraw") {
            if (last === undefined) return
            yield* sessions.withdraw(session, last.input)
            taken.add(last.input)
            return
          }
          const text = `input ${sent.length}`
          sent.push({
            input: yield* sessions.prompt(session, text, { delivery: operation }),
            text,
            delivery: operation
          })
        })
      )
    const services: { sessions?: Sessions["Service"] } = {}
    const tool = Tool.make("act", {
      description: "Acts.",
      parameters: z.object({ step: z.number() }),
      safety: "once",
      execute: (_, { session }) =>
        Effect.suspend(() => (services.sessions === undefined ? Effect.void : act(session, services.sessions))).pipe(
          Effect.orDie,
          Effect.as({ output: "acted" })
        )
    })
    const script = [
      ...plan.map((_, step) => ({ answer: [{ call: "act", input: { step } }] })),
      ...plan.flatMap((operations) => [
        { answer: [{ text: "done" }] },
        ...operations.map(() => ({ answer: [{ text: "done" }] }))
      ])
    ]
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      services.sessions = sessions
      const { outcome, session } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "completed")
      for (const one of sent) {
        const { _tag } = yield* sessions.outcome(session, one.input)
        assert.include(taken.has(one.input) ? ["withdrawn", "completed"] : ["completed"], _tag)
      }
      const events = yield* (yield* SessionStore).read(session, 0)
      const withdrawn = new Set(events.flatMap((event) => (event.type === "InputWithdrawn" ? [event.data.input] : [])))
      const delivered = events.flatMap((event) => (event.type === "InputDelivered" ? [event.data.input] : []))
      assert.strictEqual(new Set(delivered).size, delivered.length)
      assert.isFalse(delivered.some((input) => withdrawn.has(input)))
      for (const delivery of ["steer", "queue"] as const) {
        const inOrder = sent.filter((one) => one.delivery === delivery && !withdrawn.has(one.input))
        assert.deepStrictEqual(
          delivered.filter((input) => inOrder.some((one) => one.input === input)),
          inOrder.map((one) => one.input)
        )
      }
    }).pipe(Effect.provide(TestRuntime.layer(script, [tool]), { local: true }))
  },
  { arbitrary: { runs: Math.ceil(runs / 5) } }
)
