import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import type { Model } from "@rein/core/model/Model"
import * as Retry from "@rein/core/model/Retry"
import { Watchdog } from "@rein/core/model/Watchdog"
import { ModelError } from "@rein/core/schema/ModelError"
import type { SessionState } from "@rein/core/session/SessionState"
import * as ScriptedModel from "@rein/core/testing/ScriptedModel"
import * as TestRuntime from "@rein/core/testing/TestRuntime"
import * as Tool from "@rein/core/tool/Tool"
import { Effect, Layer } from "effect"
import { z } from "zod"
import * as Recording from "../../src/recording/Recording.ts"
import { script } from "../../src/testing/CassetteScript.ts"

/** A tool whose output differs in each run. */
const look = Tool.make("look", {
  description: "Looks.",
  parameters: z.object({ at: z.string() }),
  safety: "read",
  execute: ({ at }, { call, directory }) =>
    Effect.succeed({ output: `${directory} ${call} took ${at.length} ms, at ${at}` })
})

const steps: ReadonlyArray<ScriptedModel.ScriptedStep> = [
  { answer: [{ error: new ModelError({ reason: { _tag: "Overloaded", retryAfterMillis: 0 }, message: "busy" }) }] },
  // Given up by the watchdog, and asked again.
  { answer: [{ end: "never" }] },
  {
    answer: [
      { reasoning: "hm", signature: "s" },
      { call: "look", input: { at: "/there/x" } },
      { call: "look", input: {} }
    ]
  },
  { answer: (request) => [{ text: `It said: ${ScriptedModel.lastResult(request, "look")}` }, { end: "cut" }] },
  { answer: [{ text: "Done in /there." }] }
]

const limits = Layer.succeed(Watchdog, { firstMillis: 300 })
const retry = Retry.layerWith({ ...Retry.defaults, baseMillis: 0, capMillis: 0 })

const run = <E>(model: Layer.Layer<Model, E>, directory: string) =>
  TestRuntime.prompt("Look, on 2026-11-21", { directory }).pipe(
    Effect.provide(Layer.provide(TestRuntime.layerWith([], [look], Layer.merge(model, retry)), limits))
  )

/** The history as it would be in any directory and with any ids. */
const history = (state: SessionState, directory: string) =>
  JSON.parse(
    JSON.stringify([...state.history])
      .replaceAll(directory, "DIRECTORY")
      .replaceAll(/[a-z]{3}_[0-9a-f-]{36}/g, "ID")
      .replaceAll(/\d+ ms/g, "TIME")
  )

it.live(
  "a session with retries, silence, a cut and calls goes the same way from its recording, and from its script",
  () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "rein-recording-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true }))
      )
      const file = join(folder, "session.jsonl")
      const model = Layer.provide(Recording.record(file, { directory: "/there" }), ScriptedModel.layer(steps))
      const recorded = yield* run(model, "/there")
      assert.strictEqual(recorded.outcome._tag, "completed")

      const replayed = yield* run(Recording.replay(file, { directory: "/here/it/is" }), "/here/it/is")
      assert.deepStrictEqual(replayed.outcome, recorded.outcome)
      assert.deepStrictEqual(history(replayed.state, "/here/it/is"), history(recorded.state, "/there"))

      const scripted = yield* run(ScriptedModel.layer(script(file, { directory: "/else" })), "/else")
      assert.deepStrictEqual(history(scripted.state, "/else"), history(recorded.state, "/there"))
    })
)
