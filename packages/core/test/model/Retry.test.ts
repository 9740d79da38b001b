import { assert, describe, it } from "@effect/vitest"
import { Effect, Random } from "effect"
import * as Retry from "../../src/model/Retry.ts"
import { ModelError, type ModelErrorReason } from "../../src/schema/ModelError.ts"

const decide = (reason: ModelErrorReason, attempt: number) =>
  Effect.flatMap(Retry.Retry, (retry) => retry.decide(new ModelError({ reason, message: "it broke" }), attempt))

const wait = (reason: ModelErrorReason, attempt: number) =>
  Effect.map(decide(reason, attempt), (decision) => (decision._tag === "again" ? decision.inMillis : -1))

const overloaded: ModelErrorReason = { _tag: "Overloaded" }

describe("retry", () => {
  it.effect("waits between 2 and 30 seconds, longer each time, whatever the dice say", () =>
    Effect.gen(function* () {
      const most = [4_000, 8_000, 16_000, 30_000]
      for (const [index, upper] of most.entries()) {
        const seen = new Set<number>()
        for (let seed = 0; seed < 200; seed++) {
          const millis = yield* Random.withSeed(wait(overloaded, index + 1), seed)
          assert.isAtLeast(millis, upper / 2)
          assert.isAtMost(millis, upper)
          seen.add(millis)
        }
        // Sessions that fail together do not come back together, not even the first time.
        assert.isAbove(seen.size, 100)
      }
    }).pipe(Effect.provide(Retry.layer))
  )

  it.effect("never waits longer than its cap", () =>
    Effect.gen(function* () {
      for (let attempt = 1; attempt < 60; attempt++) assert.isAtMost(yield* wait(overloaded, attempt), 30_000)
    }).pipe(Effect.provide(Retry.layerWith({ ...Retry.defaults, attempts: 100 })))
  )

  it.effect("gives up after five attempts", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* decide(overloaded, 4))._tag, "again")
      assert.strictEqual((yield* decide(overloaded, 5))._tag, "give-up")
    }).pipe(Effect.provide(Retry.layer))
  )

  it.effect("waits as long as the server asks for, up to its cap", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* wait({ _tag: "RateLimited", retryAfterMillis: 100 }, 1), 100)
      assert.strictEqual(yield* wait({ _tag: "Overloaded", retryAfterMillis: 900_000 }, 1), 900_000)
      assert.strictEqual(yield* wait({ _tag: "RateLimited", retryAfterMillis: 900_001 }, 1), -1)
    }).pipe(Effect.provide(Retry.layer))
  )

  it.effect("says until when a server wants it to wait, where that is too long", () =>
    Effect.gen(function* () {
      const decision = yield* decide({ _tag: "RateLimited", retryAfterMillis: 43_210_000 }, 1)
      assert.deepInclude(decision, { _tag: "give-up" })
      assert.match(decision._tag === "give-up" ? (decision.why ?? "") : "", /12 h 0 min, until 1970-01-01T12:00Z/)
    }).pipe(Effect.provide(Retry.layer))
  )

  it.effect("begins no attempt after half an hour", () =>
    Effect.gen(function* () {
      const retry = yield* Retry.Retry
      const error = new ModelError({ reason: { _tag: "RateLimited", retryAfterMillis: 600_000 }, message: "no" })
      assert.strictEqual((yield* retry.decide(error, 2, 1_200_000))._tag, "again")
      assert.strictEqual((yield* retry.decide(error, 2, 1_200_001))._tag, "give-up")
    }).pipe(Effect.provide(Retry.layer))
  )

  it("repeats only what can get better, and nothing that has had output", () => {
    const again: ReadonlyArray<ModelErrorReason> = [
      { _tag: "RateLimited" },
      overloaded,
      { _tag: "Timeout", waitingFor: "first-byte" },
      { _tag: "InvalidOutput" },
      { _tag: "Transport", phase: "before-output" },
      { _tag: "CutOff", phase: "before-output" }
    ]
    const never: ReadonlyArray<ModelErrorReason> = [
      { _tag: "ContextOverflow" },
      { _tag: "OutputLimit" },
      { _tag: "Authentication" },
      { _tag: "Quota" },
      { _tag: "InvalidRequest" },
      { _tag: "ContentFiltered" },
      { _tag: "Transport", phase: "after-output" },
      { _tag: "CutOff", phase: "after-output" },
      { _tag: "RateLimited", lasting: true },
      { _tag: "Unknown" }
    ]
    assert.isTrue(again.every(Retry.isTransient))
    assert.isFalse(never.some(Retry.isTransient))
  })

  it.effect("can be off", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* decide(overloaded, 1))._tag, "give-up")
    }).pipe(Effect.provide(Retry.layerNone))
  )
})
