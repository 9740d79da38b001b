// Real programs that try to get away, on each level that can be had here.
import { execFileSync } from "node:child_process"
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Processes, type RunOptions } from "@rein/core/process/Processes"
import * as Ids from "@rein/core/schema/Ids"
import { allLevels, layerOf } from "./levels.ts"
import { isFull, living, naming, patience, shapes, uniqueSleep, until } from "./looking.ts"

const directory = mkdtempSync(join(tmpdir(), "rein-canaries-"))

const bash = (script: string): RunOptions => ({
  command: "bash",
  args: ["--noprofile", "--norc", "-c", script],
  directory,
  environment: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
  owner: { session: Ids.make.session(), call: Ids.make.call() }
})

/** Starts a script that does not end, waits until `isThere`, and interrupts it. */
const interruptWhen = Effect.fnUntraced(function* (script: string, isThere: () => boolean) {
  const processes = yield* Processes
  const fiber = yield* Effect.forkChild(processes.run(bash(`${script}\nsleep 600`)))
  yield* Effect.promise(() => until(isThere))
  yield* Fiber.interrupt(fiber)
})

/** How many bytes a pipe has; none, too, when there are none yet. */
const tryRead = (file: number): number => {
  try {
    return readSync(file, Buffer.alloc(4_096))
  } catch {
    return 0
  }
}

describe.runIf(process.platform === "linux").each(allLevels)("what a program starts, %s,", (level) => {
  const held = Object.entries(shapes).filter(([, { escapes }]) => level === "contained" || escapes === undefined)

  it.layer(layerOf(level), { excludeTestServices: true })((it) => {
    for (const [what, { script }] of held) {
      it.effect(`ends with an interrupt: ${what}`, () =>
        Effect.gen(function* () {
          const sleep = uniqueSleep()
          yield* interruptWhen(script(sleep), () => living(sleep).length > 0)
          assert.deepStrictEqual(naming(sleep), [])
        })
      )
    }

    it.effect("ends with the program, which is said", () =>
      Effect.gen(function* () {
        const processes = yield* Processes
        const left = yield* Effect.forEach(
          held,
          Effect.fnUntraced(function* ([what, { script }]) {
            const sleep = uniqueSleep()
            const { exitCode, leftBehind } = yield* processes.run(bash(`${script(sleep)}\nexit 3`))
            return { what, exitCode, leftBehind, living: naming(sleep) }
          }),
          { concurrency: 3 }
        )
        assert.deepStrictEqual(
          left,
          held.map(([what]) => ({ what, exitCode: 3, leftBehind: true, living: [] }))
        )
      })
    )

    it.effect("gets away by no forking", () =>
      Effect.gen(function* () {
        const sleep = uniqueSleep()
        const breed = `breed() { while :; do (${sleep} &) ; /bin/sleep 0.01; done; }; trap '' TERM; breed & breed &`
        yield* interruptWhen(breed, () => living(sleep).length > 10)
        assert.deepStrictEqual(naming(sleep), [])
      })
    )

    it.effect("gets away by no moving from process to process", () =>
      Effect.gen(function* () {
        const pipe = join(directory, `held-${level}`)
        execFileSync("mkfifo", [pipe])
        const held = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK)
        const hop = `exec 9>${pipe}; trap '' TERM; hop() { echo >&9; setsid bash -c hop & }; export -f hop; hop & hop & hop & hop &`
        yield* interruptWhen(hop, () => tryRead(held) > 0)
        // The end is seen at once when nobody holds the pipe, an error when somebody does.
        while (readSync(held, Buffer.alloc(4_096)) > 0);
        closeSync(held)
      })
    )

    it.effect("may signal its own group", () =>
      Effect.gen(function* () {
        const processes = yield* Processes
        const { exitCode } = yield* processes.run(bash("trap 'exit 4' INT; kill -INT 0"))
        assert.strictEqual(exitCode, 4)
      })
    )

    it.effect(
      "ends however many there are",
      () =>
        Effect.gen(function* () {
          const count = isFull ? 500 : 100
          const sleep = uniqueSleep()
          yield* interruptWhen(`for i in $(seq ${count}); do ${sleep} & done`, () => living(sleep).length >= count)
          assert.deepStrictEqual(naming(sleep), [])
        }),
      patience.timeout
    )

    it.effect.runIf(level === "contained")("gets TERM and the grace, however it got away", () =>
      Effect.gen(function* () {
        const [sleep, file] = [uniqueSleep(), join(directory, `parting-${level}`)]
        const parting = `bash -c 'trap "echo parting >${file}; exit" TERM; ${sleep} & wait'`
        yield* interruptWhen(`env -i setsid ${parting} &`, () => living(sleep).length > 0)
        assert.deepStrictEqual(naming(sleep), [])
        assert.strictEqual(readFileSync(file, "utf8"), "parting\n")
        // Its grace must last as long as a slow machine takes to run it.
      }).pipe(Effect.provide(layerOf(level, 20_000)))
    )
  })
})
