import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { z } from "zod"
import * as Agents from "../../src/agent/Agents.ts"
import type { Call, CallStatus } from "../../src/schema/Part.ts"
import * as Permission from "../../src/permission/Permission.ts"
import * as Questions from "../../src/question/Questions.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import { ToolError } from "../../src/schema/ToolError.ts"
import { isCall } from "../../src/session/History.ts"
import type { ScriptedStep } from "../../src/testing/ScriptedModel.ts"
import * as Settings from "../../src/settings/Settings.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import * as Tool from "../../src/tool/Tool.ts"
import { callOf, finished, ids, openStep, openTurn, requested, sharedHouse, started } from "../support/runtimes.ts"
import { letTimePass } from "../support/time.ts"

/** A tool that counts its runs, and what it says of a call that had begun. */
const counting = (
  safety: SessionEvent.Safety,
  runs: Array<string>,
  recover?: Effect.Effect<Tool.Recovery, ToolError>
) =>
  Tool.make("count", {
    description: "Counts.",
    parameters: z.object({ at: z.optional(z.string()) }),
    safety,
    execute: (_, { key }) =>
      Effect.sync(() => {
        runs.push(key)
        return { output: `run ${runs.length}` }
      }),
    ...(recover === undefined ? {} : { recover: () => recover })
  })

/** A runtime that finds this log, written by one that died, and goes on with it. */
const recovered = Effect.fnUntraced(function* (
  log: (all: ReturnType<typeof ids>, call: Call) => ReadonlyArray<SessionEvent.SessionEvent>,
  tools: ReadonlyArray<Tool.Tool>,
  script: ReadonlyArray<ScriptedStep> = [{ answer: [{ text: "done" }] }],
  own: Layer.Layer<never> = Layer.empty
) {
  const house = yield* sharedHouse
  const all = ids()
  const call = callOf("count")
  yield* house.store.create(all.session, log(all, call))
  const runtime = yield* house.start(script, tools, own)
  yield* runtime.sessions.resume(all.session)
  const done = yield* Effect.forkChild(runtime.sessions.outcome(all.session, all.input))
  const outcome = yield* letTimePass(done)
  const events = yield* house.store.read(all.session, 0)
  const state = yield* runtime.sessions.state(all.session)
  const results = [...state.history].flatMap((entry) => (entry.type === "step" ? entry.items.filter(isCall) : []))
  return { all, call, events, outcome, results, runtime, state }
})

const ofType = <Type extends SessionEvent.EventType>(events: ReadonlyArray<SessionEvent.StoredEvent>, type: Type) =>
  events.filter((event) => event.type === type)

describe("after a crash", () => {
  it.effect("the same turn goes on and ends once, with its input's outcome", () =>
    Effect.gen(function* () {
      const { all, events, outcome, state } = yield* recovered(openTurn, [])
      assert.strictEqual(outcome._tag, "completed")
      assert.deepStrictEqual(
        ofType(events, "TurnResumed").map((event) => (event.type === "TurnResumed" ? event.data.turn : "")),
        [all.turn]
      )
      assert.deepStrictEqual(
        ofType(events, "TurnEnded").map((event) => (event.type === "TurnEnded" ? event.data.turn : "")),
        [all.turn]
      )
      assert.strictEqual(ofType(events, "TurnStarted").length, 1)
      assert.strictEqual(ofType(events, "InputDelivered").length, 1)
      assert.strictEqual(state.lastTurn?.id, all.turn)
    })
  )

  it.effect("an input that was stored and not delivered starts its turn", () =>
    Effect.gen(function* () {
      const { events, outcome } = yield* recovered((all) => openTurn(all).slice(0, 2), [])
      assert.strictEqual(outcome._tag, "completed")
      assert.strictEqual(ofType(events, "TurnResumed").length, 0)
    })
  )

  it.effect("a call that had not started runs now, once", () =>
    Effect.gen(function* () {
      const runs: Array<string> = []
      const { call, outcome, results } = yield* recovered(
        (all, one) => [...openStep(all), requested(all, one)],
        [counting("once", runs)]
      )
      assert.strictEqual(outcome._tag, "completed")
      assert.deepStrictEqual(runs, [call.id])
      assert.deepStrictEqual(
        results.map((item) => item.result?.status),
        ["completed"]
      )
    })
  )

  for (const safety of ["read", "idempotent"] as const) {
    it.effect(`a call of safety ${safety} that had started runs again, with the same key`, () =>
      Effect.gen(function* () {
        const runs: Array<string> = []
        const { call, results } = yield* recovered(
          (all, one) => [...openStep(all), requested(all, one), started(one, safety), finished(all)],
          [counting(safety, runs)]
        )
        assert.deepStrictEqual(runs, [call.id])
        assert.deepStrictEqual(
          results.map((item) => item.result?.status),
          ["completed"]
        )
      })
    )
  }

  it.effect("a call of safety idempotent that had started and is denied by now is not said never to have run", () =>
    Effect.gen(function* () {
      const denied = Layer.provideMerge(
        Permission.layer,
        Layer.merge(
          Questions.layerNobody,
          Settings.layerValues({
            model: TestRuntime.scripted,
            rules: [{ origin: "the test", rules: [{ permission: "*", pattern: "*", action: "deny" }] }]
          })
        )
      )
      const asks = Tool.make("count", {
        description: "Asks first.",
        parameters: z.object({}),
        safety: "idempotent",
        permissions: () => Effect.succeed([{ permission: "count", patterns: ["it"], title: "count" }]),
        execute: () => Effect.succeed({ output: "ran" })
      })
      for (const [log, words] of [
        [(all: ReturnType<typeof ids>, one: Call) => [started(one, "idempotent"), finished(all)], "not known whether"],
        [(all: ReturnType<typeof ids>) => [finished(all)], "It did not run."]
      ] as const) {
        const begun = (all: ReturnType<typeof ids>, one: Call) => [
          ...openStep(all),
          requested(all, one),
          ...log(all, one)
        ]
        const { results } = yield* recovered(begun, [asks], undefined, denied)
        assert.strictEqual(results[0]?.result?.status, "declined")
        assert.include(results[0]?.result?.output, words)
      }
    })
  )

  const begunOnce = (all: ReturnType<typeof ids>, call: Call) => [
    ...openStep(all),
    requested(all, call),
    started(call, "once"),
    finished(all)
  ]

  it.effect("a call of safety once that had started never runs again; the model is told to look", () =>
    Effect.gen(function* () {
      const runs: Array<string> = []
      const { results } = yield* recovered(
        begunOnce,
        [counting("once", runs)],
        [{ expects: ["it is not known whether it took effect"], answer: [{ text: "I look" }] }]
      )
      assert.deepStrictEqual(runs, [])
      assert.deepStrictEqual(
        results.map((item) => item.result?.status),
        ["unverified"]
      )
    })
  )

  it.effect("a tool is given what it noted before the call started", () =>
    Effect.gen(function* () {
      const runs: Array<string> = []
      const noting = Tool.make("count", {
        description: "Notes how it finds things.",
        parameters: z.object({}),
        safety: "once",
        journal: () => Effect.succeed({ before: runs.length }),
        execute: () => Effect.sync(() => ({ output: `run ${runs.push("run")}` })),
        recover: (_, __, noted) =>
          Effect.succeed({ _tag: "happened" as const, result: { output: `noted ${JSON.stringify(noted)}` } })
      })
      const fresh = yield* recovered((all, call) => [...openStep(all), requested(all, call)], [noting])
      const [start] = ofType(fresh.events, "CallStarted")
      assert.deepStrictEqual(start?.type === "CallStarted" ? start.data.journal : undefined, { before: 0 })
      const begun = (all: ReturnType<typeof ids>, call: Call) => [
        ...openStep(all),
        requested(all, call),
        SessionEvent.make("CallStarted", {
          call: call.id,
          safety: "once",
          allowedBy: "a rule",
          journal: { before: 7 }
        }),
        finished(all)
      ]
      const { results } = yield* recovered(begun, [noting])
      assert.strictEqual(results[0]?.result?.output, 'noted {"before":7}')
      assert.deepStrictEqual(runs, ["run"])
    })
  )

  it.effect("a tool that cannot note anything does not start", () =>
    Effect.gen(function* () {
      const runs: Array<string> = []
      const unable = Tool.make("count", {
        description: "Cannot look.",
        parameters: z.object({}),
        safety: "once",
        journal: () => Effect.fail(new ToolError({ message: "cannot look" })),
        execute: () => Effect.sync(() => ({ output: `run ${runs.push("run")}` }))
      })
      const { events, results } = yield* recovered((all, call) => [...openStep(all), requested(all, call)], [unable])
      assert.deepStrictEqual(runs, [])
      assert.strictEqual(ofType(events, "CallStarted").length, 0)
      assert.strictEqual(results[0]?.result?.output, "cannot look")
    })
  )

  it.effect("a call that had started as once stays so, whatever its tool is by now", () =>
    Effect.gen(function* () {
      const runs: Array<string> = []
      const { results } = yield* recovered(begunOnce, [counting("read", runs)])
      assert.deepStrictEqual(runs, [])
      assert.deepStrictEqual(
        results.map((item) => item.result?.status),
        ["unverified"]
      )
    })
  )

  it.effect("a call whose tool has gone is unverified", () =>
    Effect.gen(function* () {
      const { results } = yield* recovered(begunOnce, [])
      assert.deepStrictEqual(
        results.map((item) => item.result?.status),
        ["unverified"]
      )
    })
  )

  const answers: ReadonlyArray<readonly [string, Effect.Effect<Tool.Recovery, ToolError>, CallStatus, number]> = [
    ["that it happened", Effect.succeed({ _tag: "happened", result: { output: "it was written" } }), "completed", 0],
    ["that it did not happen", Effect.succeed({ _tag: "did-not-happen" }), "completed", 1],
    ["that it cannot tell", Effect.succeed({ _tag: "unknown" }), "unverified", 0],
    ["nothing, it fails", Effect.fail(new ToolError({ message: "no file" })), "unverified", 0],
    ["nothing, it breaks", Effect.die(new Error("boom")), "unverified", 0]
  ]
  for (const [what, recovery, status, count] of answers) {
    it.effect(`a tool of safety once can say ${what}`, () =>
      Effect.gen(function* () {
        const runs: Array<string> = []
        const { results } = yield* recovered(begunOnce, [counting("once", runs, recovery)])
        assert.strictEqual(runs.length, count)
        assert.deepStrictEqual(
          results.map((item) => item.result?.status),
          [status]
        )
      })
    )
  }

  it.effect("an open step without a finish is closed as interrupted, with unknown usage", () =>
    Effect.gen(function* () {
      const { all, events, outcome, state } = yield* recovered(openStep, [])
      assert.strictEqual(outcome._tag, "completed")
      const ends = events.flatMap((event) =>
        event.type === "StepFinished" && event.data.step === all.step ? [event.data] : []
      )
      assert.deepStrictEqual(
        ends.map((end) => [end.finish, end.usage.input, end.cost]),
        [["interrupted", "unknown", "unknown"]]
      )
      assert.strictEqual(state.usage.input, "unknown")
    })
  )

  it.effect("a call of the provider itself is settled, not run", () =>
    Effect.gen(function* () {
      const runs: Array<string> = []
      const { results } = yield* recovered(
        (all, call) => [...openStep(all), requested(all, { ...call, hosted: true })],
        [counting("once", runs)]
      )
      assert.deepStrictEqual(runs, [])
      assert.deepStrictEqual(
        results.map((item) => item.result?.status),
        ["interrupted"]
      )
    })
  )
})

it.effect("a turn whose agent is gone ends as failed, and says of its started call that it may have happened", () =>
  Effect.gen(function* () {
    const house = yield* sharedHouse
    const all = ids()
    const call = callOf("count")
    yield* house.store.create(all.session, [...openStep(all), requested(all, call), started(call, "once")])
    const { sessions } = yield* house.start([], [], Agents.layerValues([]))
    yield* sessions.resume(all.session)
    const done = yield* Effect.forkChild(sessions.outcome(all.session, all.input))
    const outcome = yield* letTimePass(done)
    assert.strictEqual(outcome._tag === "failed" ? outcome.error.kind : outcome._tag, "configuration")
    const state = yield* sessions.state(all.session)
    assert.isUndefined(state.turn)
    const [result] = [...state.history]
      .flatMap((entry) => (entry.type === "step" ? entry.items.filter(isCall) : []))
      .map((item) => item.result)
    assert.strictEqual(result?.status, "interrupted")
    assert.include(result?.output, "may have taken effect")
  })
)
