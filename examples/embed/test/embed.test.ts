import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { TestRuntime } from "@rein/core/testing"
import { Effect, Stream } from "effect"
import { assert, it } from "vitest"
import { turnAsServerSentEvents } from "../handlerEffect.ts"

it("streams a turn over server-sent events from plain JavaScript", async () => {
  const check = fileURLToPath(new URL("../check.mjs", import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@rein/source", check])
  assert.include(stdout, "Order 7 is on its way.")
})

it("streams the same from Effect", async () => {
  const body = Effect.gen(function* () {
    const events = yield* turnAsServerSentEvents("hello")
    return yield* events.pipe(Stream.decodeText, Stream.mkString)
  })
  const text = await Effect.runPromise(Effect.provide(body, TestRuntime.layer([{ answer: [{ text: "good day" }] }])))
  assert.include(text, "event: TurnEnded")
  assert.include(text, "good day")
})
