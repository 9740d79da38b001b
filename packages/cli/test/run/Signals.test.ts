import { Deferred, Effect } from "effect"
import { expect, it } from "vitest"
import * as Signals from "../../src/run/Signals.ts"

it("tells the first signal, and the second Ctrl-C", async () => {
  const result = await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { again, first } = yield* Signals.listenTwice
        process.emit("SIGTERM")
        process.emit("SIGINT")
        const before = Deferred.isDoneUnsafe(again)
        process.emit("SIGINT")
        return { first: yield* Deferred.await(first), before, after: Deferred.isDoneUnsafe(again) }
      })
    )
  )
  expect(result).toEqual({ first: "SIGTERM", before: false, after: true })
  expect(process.listenerCount("SIGTERM")).toBe(0)
})
