// Points around layers: each is passed in its place, and an effect that does not come about has no "after".
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Blobs from "../../src/blob/Blobs.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { make as makeId } from "../../src/schema/Ids.ts"
import * as Failpoints from "../../src/testing/Failpoints.ts"
import * as ScriptedModel from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"

it.effect("a turn passes the points of its store, blobs and model in order", () =>
  Effect.gen(function* () {
    const passed: Array<string> = []
    const at = (point: string) => void passed.push(point)
    const own = Layer.mergeAll(
      Layer.provide(Failpoints.store(at), TestRuntime.storeForTests),
      Layer.provide(Failpoints.blobs(at), Blobs.layerMemory),
      Layer.provide(Failpoints.model(at), ScriptedModel.layer([{ answer: [{ text: "done" }] }]))
    )
    const ran = yield* Effect.provide(TestRuntime.prompt("go"), TestRuntime.layerWith([], [], own))
    assert.strictEqual(ran.outcome._tag, "completed")
    const chosen = [
      "store create, before",
      "store submit input, before",
      "store submit input, after",
      "store claim, before",
      "store claim, after",
      "blob put, before",
      "store append EpochStarted, before",
      "store append StepStarted, after",
      "model request, before",
      "model request, first part",
      "store append TurnEnded, before",
      "store append TurnEnded, after"
    ]
    const places = chosen.map((point) => passed.indexOf(point))
    assert.notInclude(places, -1)
    assert.deepStrictEqual(
      places,
      places.toSorted((a, b) => a - b)
    )
  })
)

it.effect("what fails has no point after it", () =>
  Effect.gen(function* () {
    const passed: Array<string> = []
    const store = Layer.provide(
      Failpoints.store((point) => void passed.push(point)),
      TestRuntime.storeForTests
    )
    yield* Effect.flip(
      Effect.provide(
        Effect.flatMap(SessionStore, (one) => one.claim(makeId.session())),
        store
      )
    )
    assert.deepStrictEqual(passed, ["store claim, before"])
  })
)
