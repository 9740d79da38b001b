import { assert, describe, it } from "@effect/vitest"
import * as Agents from "@rein/core/agent/Agents"
import { Processes, type RunResult } from "@rein/core/process/Processes"
import * as Settings from "@rein/core/settings/Settings"
import { Glob, Grep } from "@rein/tools"
import { Effect, Layer } from "effect"
import { project } from "./search.ts"
import { contextIn, refusal, use } from "./support.ts"

/** A ripgrep that says this and ends like this, whatever it is asked. */
const ends = (output: string, result: Partial<RunResult>, errors = "") =>
  Layer.mergeAll(
    Settings.layer,
    Agents.layer,
    Layer.succeed(
      Processes,
      Processes.of({
        run: ({ onOutput }) =>
          Effect.gen(function* () {
            // In pieces of one byte: a reader must not need whole lines.
            for (const byte of Buffer.from(output)) yield* onOutput?.("stdout", Uint8Array.of(byte)) ?? Effect.void
            yield* onOutput?.("stderr", Buffer.from(errors)) ?? Effect.void
            return { exitCode: 0, signal: undefined, timedOut: false, leftBehind: false, ...result }
          }),
        stop: () => Effect.void,
        level: Effect.succeed("tracked")
      })
    )
  )

const context = contextIn(project({ "a.txt": "" }))
const glob = Effect.flatMap(Glob.make, (tool) =>
  Effect.map(use(tool, { pattern: "*" }, context), ({ output }) => output)
)
const grep = Effect.flatMap(Grep.make, (tool) =>
  Effect.map(use(tool, { pattern: "x", path: "a.txt" }, context), ({ output }) => output)
)
const match = "./a.txt\u00001:€x\n"

describe("what a search says when ripgrep", () => {
  it.effect("could not read everything", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* grep,
        "a.txt\n    1\t€x\n[Some files could not be read or searched, and were left out.]"
      )
    }).pipe(Effect.provide(ends(match, { exitCode: 2 })))
  )

  it.effect("could not read everything, and found nothing", () =>
    Effect.gen(function* () {
      assert.include(yield* glob, "matches")
      assert.include(yield* glob, "could not be read or searched")
    }).pipe(Effect.provide(ends("", { exitCode: 2 })))
  )

  it.effect("took too long", () =>
    Effect.gen(function* () {
      assert.include(yield* glob, "a.txt\n[The search was stopped after 60 s")
    }).pipe(Effect.provide(ends("./a.txt\0./b", { exitCode: undefined, signal: "SIGTERM", timedOut: true })))
  )

  it.effect("was killed", () =>
    Effect.gen(function* () {
      const message = yield* refusal(yield* Grep.make, { pattern: "x" }, context)
      assert.include(message, "SIGSEGV")
    }).pipe(Effect.provide(ends(match, { exitCode: undefined, signal: "SIGSEGV" })))
  )

  it.effect("refused its arguments for another reason than the pattern", () =>
    Effect.gen(function* () {
      const message = yield* refusal(yield* Grep.make, { pattern: "x" }, context)
      assert.include(message, "unrecognized flag")
      assert.notInclude(message, "literal")
    }).pipe(Effect.provide(ends("", { exitCode: 2 }, "rg: unrecognized flag --new")))
  )
})
