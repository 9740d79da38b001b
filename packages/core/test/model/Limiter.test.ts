import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Random, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as Limiter from "../../src/model/Limiter.ts"
import { Model } from "../../src/model/Model.ts"
import type { ModelRequest } from "../../src/model/ModelRequest.ts"
import * as Retry from "../../src/model/Retry.ts"
import { make as makeId } from "../../src/schema/Ids.ts"
import { ModelError, type ModelErrorReason } from "../../src/schema/ModelError.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import * as ScriptedModel from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import { letTimePass, until } from "../support/time.ts"

const session = makeId.session()

const request = (provider: string, changes: Partial<ModelRequest> = {}): ModelRequest => ({
  session,
  model: { provider, model: "m" },
  system: [],
  tools: [],
  messages: [],
  cache: { tools: false, system: false, messages: [] },
  ...changes
})

const error = (reason: ModelErrorReason) => new ModelError({ reason, message: "no" })

/** What the provider says to each request, in order; then it answers. */
const provider = (says: Array<ModelErrorReason | undefined>, account?: (model: { provider: string }) => string) => {
  let sent = 0
  const model = Model.of({
    stream: () =>
      Stream.suspend(() => {
        sent += 1
        const reason = says.shift()
        return reason === undefined
          ? Stream.fromArray([{ type: "text-start", id: "a" } as const])
          : Stream.fail(error(reason))
      }),
    ...(account === undefined ? {} : { account })
  })
  return { layer: Layer.provide(Limiter.layer, Layer.succeed(Model, model)), sent: () => sent }
}

/** The reason with which a request failed, if it did. */
const send = (asked: ModelRequest) =>
  Effect.gen(function* () {
    return yield* Stream.runDrain((yield* Model).stream(asked)).pipe(
      Effect.as(undefined),
      Effect.catchTag("ModelError", ({ reason }) => Effect.succeed(reason))
    )
  })

const limited = (retryAfterMillis: number): ModelErrorReason => ({ _tag: "RateLimited", retryAfterMillis })
const held = (retryAfterMillis: number): ModelErrorReason => ({ _tag: "RateLimited", retryAfterMillis, unsent: true })

describe("limiter", () => {
  it.effect("what limits one request holds all of the account back, one behind the other, and nobody else", () => {
    const { layer, sent } = provider([limited(10_000)])
    return Effect.gen(function* () {
      assert.deepStrictEqual(yield* send(request("a")), limited(10_000))
      assert.deepStrictEqual(yield* send(request("a")), held(10_500))
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual(yield* send(request("a")), held(7_000))
      assert.isUndefined(yield* send(request("b")))
      assert.strictEqual(sent(), 2)
      yield* TestClock.adjust("6 seconds")
      assert.isUndefined(yield* send(request("a")))
    }).pipe(Effect.provide(layer))
  })

  it.effect("providers with one account share its limits", () => {
    const { layer } = provider([limited(10_000)], ({ provider: id }) => id.slice(0, 1))
    return Effect.gen(function* () {
      yield* send(request("a1"))
      assert.deepStrictEqual(yield* send(request("a2")), held(10_500))
      assert.isUndefined(yield* send(request("b")))
    }).pipe(Effect.provide(layer))
  })

  it.effect("without a time the pauses double, until an answer comes", () => {
    const none: ModelErrorReason = { _tag: "RateLimited" }
    const { layer } = provider([none, none, undefined, none])
    return Effect.gen(function* () {
      for (const least of [2_000, 4_000, undefined, 2_000]) {
        const reason = yield* send(request("a"))
        const pause = reason?._tag === "RateLimited" ? (reason.retryAfterMillis ?? 0) : 0
        assert.isAtLeast(pause, least ?? 0)
        assert.isAtMost(pause, 2 * (least ?? 0))
        yield* TestClock.adjust("1 minute")
      }
    }).pipe(Effect.provide(layer))
  })

  it.effect("processes that are limited together do not come back together", () =>
    Effect.gen(function* () {
      const pauses = new Set<number>()
      for (let seed = 0; seed < 10; seed++) {
        const { layer } = provider([{ _tag: "RateLimited" }])
        const reason = yield* Random.withSeed(Effect.provide(send(request("a")), layer), seed)
        pauses.add(reason?._tag === "RateLimited" ? (reason.retryAfterMillis ?? 0) : 0)
      }
      assert.isAbove(pauses.size, 5)
    })
  )

  it.effect("other errors hold nobody back, nor does what a person wants now", () => {
    const { layer, sent } = provider([{ _tag: "Overloaded" }, { _tag: "Quota" }, limited(1_000)])
    return Effect.gen(function* () {
      for (let index = 0; index < 3; index++) yield* send(request("a"))
      assert.strictEqual(sent(), 3)
      assert.isUndefined(yield* send(request("a", { urgent: true })))
    }).pipe(Effect.provide(layer))
  })

  /** A runtime whose provider says this, with the limiter in front. */
  const runtime = (script: ReadonlyArray<ScriptedModel.ScriptedStep>) =>
    Layer.unwrap(
      Effect.sync(() => {
        const scripted = ScriptedModel.layer(script)
        const own = Layer.mergeAll(Layer.provide(Limiter.layer, scripted), Retry.layerWith({ attempts: 3 }))
        return Layer.merge(TestRuntime.layerWith([], [], own), scripted)
      })
    )

  const minute = { answer: [{ error: error(limited(60_000)) }] }

  it.effect("sessions wait for each other's limits, which is no attempt of theirs, and come to their end", () =>
    Effect.gen(function* () {
      const scripted = yield* ScriptedModel.ScriptedModel
      const store = yield* SessionStore
      const first = yield* Effect.forkChild(TestRuntime.prompt("a"))
      yield* until(() => scripted.closed() === 1)
      const second = yield* Effect.forkChild(TestRuntime.prompt("b"))
      const ran = yield* letTimePass(second)
      assert.strictEqual(ran.outcome._tag, "completed")
      assert.strictEqual((yield* Fiber.join(first)).outcome._tag, "completed")
      const failed = (yield* store.read(ran.session, 0)).flatMap((event) =>
        event.type === "AttemptFailed" ? [event.data] : []
      )
      assert.deepStrictEqual(
        failed.map(({ attempt, reason }) => [attempt, "unsent" in reason && reason.unsent]),
        [
          [1, true],
          [1, true]
        ]
      )
      assert.strictEqual(scripted.requests().length, 4)
    }).pipe(Effect.provide(runtime([minute, minute, { answer: [{ text: "one" }] }, { answer: [{ text: "two" }] }])))
  )

  it.effect("a person ends the wait, also one of the limiter", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory: "/project" })
      assert.isFalse(yield* sessions.retryNow(session))
      const input = yield* sessions.prompt(session, "a")
      yield* Effect.repeat(
        Effect.tap(sessions.retryNow(session), () => Effect.yieldNow),
        { until: (did) => did }
      )
      // Nobody moves the clock.
      assert.strictEqual((yield* sessions.outcome(session, input))._tag, "completed")
    }).pipe(Effect.provide(runtime([minute, { answer: [{ text: "done" }] }])))
  )
})
