import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Scope, Tracer } from "effect"
import * as Ids from "@rein/core/schema/Ids"
import { Processes, type RunOptions, type RunResult } from "@rein/core/process/Processes"
import * as Layer from "effect/Layer"
import { layerOf, levels } from "./levels.ts"
import { isFull, naming as living, uniqueSleep } from "./looking.ts"

const directory = mkdtempSync(join(tmpdir(), "rein-processes-"))
const environment = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" }
const session = Ids.make.session()

/** Bounds are generous: they tell "at once" from "when the sleep is over", on a busy machine too. */
const soonMillis = 4_000
const patientMillis = 10_000

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void // what the flag gives to contexts that are made behind it

/** What buffers hold that somebody still needs. */
const heldBytes = (): number => {
  collect()
  return process.memoryUsage().arrayBuffers
}

const bash = (script: string, options: Partial<RunOptions> = {}): RunOptions => ({
  command: "bash",
  args: ["--noprofile", "--norc", "-c", script],
  directory,
  environment,
  owner: { session, call: Ids.make.call() },
  ...options
})

interface Collected extends RunResult {
  readonly stdout: string
  readonly stderr: string
  readonly millis: number
}

const run = Effect.fnUntraced(function* (options: RunOptions) {
  const processes = yield* Processes
  const text = { stdout: "", stderr: "" }
  const begin = performance.now()
  const result = yield* processes.run({
    ...options,
    onOutput: (stream, bytes) => Effect.sync(() => void (text[stream] += Buffer.from(bytes).toString()))
  })
  return { ...result, ...text, millis: performance.now() - begin } satisfies Collected
})

const until = (condition: () => boolean) =>
  Effect.gen(function* () {
    for (let tries = 0; !condition(); tries++) {
      if (tries > 500) assert.fail("what was waited for did not happen in 5 s")
      yield* Effect.sleep(10)
    }
  })

/** Starts the program and interrupts the run once the program has written something. */
const interruptWhenReady = Effect.fnUntraced(function* (options: RunOptions) {
  const processes = yield* Processes
  const ready = yield* Deferred.make<void>()
  const fiber = yield* Effect.forkChild(
    processes.run({ ...options, onOutput: () => Deferred.succeed(ready, undefined) })
  )
  yield* Deferred.await(ready)
  const begin = performance.now()
  yield* Fiber.interrupt(fiber)
  return performance.now() - begin
})

/** Megabytes of output. */
const size = isFull ? 300 : 50

const isLinux = process.platform === "linux"

describe.each(levels)("NodeProcesses, %s", (level) => {
  /** With a grace so long that what ends before it was ended by TERM, on a busy machine too. */
  const patiently = Effect.provide(layerOf(level, patientMillis))

  it.layer(layerOf(level), { excludeTestServices: true })((it) => {
    it.effect("says which level holds", () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* (yield* Processes).level, level)
      })
    )

    it.effect("tells the exit code and keeps the streams apart", () =>
      Effect.gen(function* () {
        const ended = yield* run(bash("echo out; echo err >&2; exit 7"))
        assert.strictEqual(ended.exitCode, 7)
        assert.strictEqual(ended.signal, undefined)
        assert.isFalse(ended.timedOut)
        assert.isFalse(ended.leftBehind)
        assert.strictEqual(ended.stdout, "out\n")
        assert.strictEqual(ended.stderr, "err\n")
        assert.strictEqual((yield* run(bash("true"))).exitCode, 0)
      })
    )

    it.effect("tells the signal that ended the program", () =>
      Effect.gen(function* () {
        const ended = yield* run(bash("kill -KILL $$"))
        assert.strictEqual(ended.exitCode, undefined)
        assert.strictEqual(ended.signal, "SIGKILL")
      })
    )

    it.effect("keeps the order of the output", () =>
      Effect.gen(function* () {
        const processes = yield* Processes
        const order: Array<string> = []
        // The program waits for a file between two lines, so that the order of arrival is certain.
        const file = join(directory, `go-${level}`)
        yield* processes.run({
          ...bash(`echo 1; until [ -e ${file} ]; do :; done; echo 2 >&2; until [ -e ${file}2 ]; do :; done; echo 3`),
          onOutput: (stream, bytes) =>
            Effect.sync(() => {
              order.push(`${stream} ${Buffer.from(bytes).toString().trim()}`)
              writeFileSync(order.length === 1 ? file : `${file}2`, "")
            })
        })
        assert.deepStrictEqual(order, ["stdout 1", "stderr 2", "stdout 3"])
        const many = yield* run(bash("seq 1 20000"))
        assert.strictEqual(many.stdout, Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join(""))
      })
    )

    it.effect("gives exactly the environment it was given, and the mark of the owner", () =>
      Effect.gen(function* () {
        const options = bash("", {
          command: "/usr/bin/env",
          args: [],
          environment: { PATH: "/usr/bin", ODD: "a b\nc" }
        })
        const { stdout } = yield* run({ ...options, args: ["-0"] })
        const [mark, ...rest] = stdout
          .split("\0")
          .filter((entry) => entry !== "")
          .toSorted((a, b) => (a.startsWith("REIN") ? -1 : b.startsWith("REIN") ? 1 : a < b ? -1 : 1))
        assert.deepStrictEqual(rest, ["ODD=a b\nc", "PATH=/usr/bin"])
        assert.match(mark ?? "", new RegExp(`^REIN_OWNER=[0-9a-f.-]+:${options.owner.session}:${options.owner.call}:`))
      })
    )

    it.effect("closes standard input", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* run(bash("cat; echo end"))).stdout, "end\n")
      })
    )

    it.effect.skipIf(!isLinux)("has an output that can be opened by name, as often as it is run", () =>
      Effect.gen(function* () {
        const script = "echo 1; echo 2 >>/dev/stdout; echo 3 | tee /dev/stderr; echo 4 >/proc/self/fd/2"
        const runs = yield* Effect.forEach([1, 2, 3, 4], () => run(bash(script)), { concurrency: 2 })
        for (const { leftBehind, stderr, stdout } of runs) {
          assert.deepStrictEqual(
            { stdout, stderr, leftBehind },
            { stdout: "1\n2\n3\n", stderr: "3\n4\n", leftBehind: false }
          )
        }
      })
    )

    it.effect("runs in the directory", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* run(bash("pwd -P", { directory: "/" }))).stdout, "/\n")
      })
    )

    it.effect("stops the group at the timeout and keeps what was written", () =>
      Effect.gen(function* () {
        const sleep = uniqueSleep()
        const ended = yield* run(bash(`echo before; ${sleep} & ${sleep}; echo after`, { timeoutMillis: 200 }))
        assert.isTrue(ended.timedOut)
        assert.isFalse(ended.leftBehind)
        assert.strictEqual(ended.signal, "SIGTERM")
        assert.strictEqual(ended.stdout, "before\n")
        assert.deepStrictEqual(living(sleep), [])
        assert.isBelow(ended.millis, soonMillis)
      })
    )

    it.effect("stops a sleep at once when interrupted", () =>
      Effect.gen(function* () {
        const sleep = uniqueSleep()
        const millis = yield* patiently(interruptWhenReady(bash(`echo ready; ${sleep}; true`)))
        assert.deepStrictEqual(living(sleep), [])
        console.log(`interrupt of ${sleep}, ${level}: ${Math.round(millis)} ms`)
        assert.isBelow(millis, patientMillis)
      })
    )

    it.effect("kills what ignores TERM after the grace", () =>
      Effect.gen(function* () {
        const sleep = uniqueSleep()
        const millis = yield* interruptWhenReady(bash(`trap '' TERM; echo ready; while true; do ${sleep} & wait; done`))
        assert.deepStrictEqual(living(sleep), [])
        assert.isAbove(millis, 290)
        assert.isBelow(millis, soonMillis)
      })
    )

    it.effect("stops a stopped program", () =>
      Effect.gen(function* () {
        const sleep = uniqueSleep()
        const millis = yield* patiently(interruptWhenReady(bash(`${sleep} & kill -STOP $!; echo ready; wait`)))
        assert.deepStrictEqual(living(sleep), [])
        assert.isBelow(millis, patientMillis)
      })
    )

    it.effect("stops a background child that holds the pipe, and says so", () =>
      Effect.gen(function* () {
        const sleep = uniqueSleep()
        const ended = yield* run(bash(`${sleep} & echo done`))
        assert.strictEqual(ended.exitCode, 0)
        assert.isTrue(ended.leftBehind)
        assert.strictEqual(ended.stdout, "done\n")
        assert.deepStrictEqual(living(sleep), [])
        assert.isBelow(ended.millis, soonMillis)
      })
    )

    it.effect("stops a background child that writes without end", () =>
      Effect.gen(function* () {
        const ended = yield* run(bash(`yes rein-${process.pid} & echo done`))
        assert.strictEqual(ended.exitCode, 0)
        assert.isTrue(ended.leftBehind)
        assert.deepStrictEqual(living(`yes rein-${process.pid}`), [])
      })
    )

    it.effect("stops a background child that closed its output", () =>
      Effect.gen(function* () {
        const sleep = uniqueSleep()
        const ended = yield* run(bash(`nohup ${sleep} >/dev/null 2>&1 & echo done`))
        assert.isTrue(ended.leftBehind)
        assert.deepStrictEqual(living(sleep), [])
      })
    )

    it.effect("waits for a process substitution that is still writing", () =>
      Effect.gen(function* () {
        // How long it may be silent is a span of real time, which a stalled machine can exceed now and then, but not mostly.
        let whole = 0
        for (let round = 0; round < 20; round++) {
          const ended = yield* run(bash("seq 1 1000 > >(cat)"))
          if (ended.leftBehind) continue
          assert.isTrue(ended.stdout.endsWith("1000\n"))
          whole++
        }
        assert.isAtLeast(whole, 10)
      })
    )

    it.effect.skipIf(!isLinux)("finds a child that left the group, at an interrupt and at the end", () =>
      Effect.gen(function* () {
        const first = uniqueSleep()
        yield* interruptWhenReady(bash(`setsid ${first} & echo ready; wait`))
        assert.deepStrictEqual(living(first), [])

        const second = uniqueSleep()
        const ended = yield* run(bash(`setsid ${second} & echo done`))
        assert.isTrue(ended.leftBehind)
        assert.deepStrictEqual(living(second), [])

        const third = uniqueSleep()
        const daemon = yield* run(bash(`setsid ${third} >/dev/null 2>&1 & exit 0`))
        assert.isTrue(daemon.leftBehind)
        assert.deepStrictEqual(living(third), [])
      })
    )

    it.effect("stops what a session owns", () =>
      Effect.gen(function* () {
        const processes = yield* Processes
        const [mine, others] = [Ids.make.session(), Ids.make.session()]
        const [sleep, otherSleep] = [uniqueSleep(), uniqueSleep()]
        const owned = (session: Ids.SessionId, script: string) =>
          Effect.forkChild(processes.run(bash(script, { owner: { session, call: Ids.make.call() } })))
        const stopped = yield* owned(mine, `${sleep}; true`)
        const other = yield* owned(others, `${otherSleep}; true`)
        yield* until(() => living(sleep).length > 0 && living(otherSleep).length > 0)
        yield* processes.stop(mine)
        assert.strictEqual((yield* Fiber.join(stopped)).signal, "SIGTERM")
        assert.notDeepEqual(living(otherSleep), [])
        yield* Fiber.interrupt(other)
        assert.deepStrictEqual(living(otherSleep), [])
      })
    )

    it.effect("does not stop a parallel run of the same call", () =>
      Effect.gen(function* () {
        const processes = yield* Processes
        const owner = { session, call: Ids.make.call() }
        const sleep = uniqueSleep()
        const stays = yield* Effect.forkChild(processes.run(bash(`${sleep}; true`, { owner })))
        yield* until(() => living(sleep).length > 0)
        yield* interruptWhenReady(bash(`echo ready; ${uniqueSleep()}`, { owner }))
        assert.notDeepEqual(living(sleep), [])
        yield* Fiber.interrupt(stays)
      })
    )

    it.effect(`reads ${size} MB no faster than they are consumed`, () =>
      Effect.gen(function* () {
        const processes = yield* Processes
        const before = heldBytes()
        let [bytes, looked, most, parallel] = [0, 0, 0, 0]
        const ended = yield* processes.run({
          ...bash(`exec head -c ${size}000000 /dev/zero`),
          onOutput: (_, piece) =>
            Effect.gen(function* () {
              assert.strictEqual(++parallel, 1)
              if (bytes === 0) {
                // Time enough to write all of it, if nothing held it back.
                yield* Effect.sleep(500)
                if (isLinux) assert.isNotEmpty(living(`head -c ${size}000000`))
              }
              bytes += piece.length
              if (bytes >= looked + 5_000_000) {
                looked = bytes
                most = Math.max(most, heldBytes())
              }
              parallel--
            })
        })
        assert.strictEqual(ended.exitCode, 0)
        assert.isFalse(ended.leftBehind)
        assert.strictEqual(bytes, size * 1_000_000)
        assert.isBelow(most - before, 20_000_000)
        console.log(`${size} MB, ${level}: at most ${Math.round((most - before) / 1e6)} MB held in buffers`)
      })
    )

    it.effect("gives a consumer that is slower than the drain everything", () =>
      Effect.gen(function* () {
        const processes = yield* Processes
        let bytes = 0
        // Fits into the pipe: the program ends long before its output is consumed.
        const ended = yield* processes.run({
          ...bash("head -c 60000 /dev/zero; head -c 60000 /dev/zero >&2"),
          onOutput: (_, piece) => Effect.sleep(400).pipe(Effect.andThen(Effect.sync(() => (bytes += piece.length))))
        })
        assert.strictEqual(bytes, 120_000)
        assert.isFalse(ended.leftBehind)
      })
    )

    it.effect("ends the program when the consumer breaks", () =>
      Effect.gen(function* () {
        const processes = yield* Processes
        const sleep = uniqueSleep()
        const exit = yield* Effect.exit(
          processes.run({ ...bash(`echo x; ${sleep}; true`), onOutput: () => Effect.die(new Error("broken")) })
        )
        assert.isTrue(Exit.hasDies(exit))
        assert.deepStrictEqual(living(sleep), [])
      })
    )

    it.effect("tells a tracer no command, also where it cannot be started", () =>
      Effect.gen(function* () {
        const spans: Array<Tracer.NativeSpan> = []
        const tracer = Tracer.make({
          span: (options) => {
            const span = new Tracer.NativeSpan(options)
            spans.push(span)
            return span
          }
        })
        yield* Effect.flip(Effect.withTracer(run(bash("", { command: "rein-no-such-program" })), tracer))
        assert.notInclude(JSON.stringify(spans.map(({ attributes, status }) => [[...attributes], status])), "no-such")
      })
    )

    it.effect("says whether the program or its directory is missing", () =>
      Effect.gen(function* () {
        const missing = yield* Effect.flip(run(bash("", { command: "rein-no-such-program" })))
        assert.strictEqual(
          missing.message,
          "Could not start rein-no-such-program: there is no program rein-no-such-program on the PATH"
        )
        const nowhere = join(directory, "nowhere")
        const lost = yield* Effect.flip(run(bash("true", { directory: nowhere })))
        assert.strictEqual(
          lost.message,
          `Could not start bash: its directory ${nowhere} does not exist or is no directory`
        )
        const file = join(directory, "plain")
        writeFileSync(file, "")
        assert.include((yield* Effect.flip(run(bash("", { command: file })))).message, "is not executable")
        assert.include((yield* Effect.flip(run(bash("", { args: ["a\0b"] })))).message, "Could not start bash")
        const long = "x".repeat(1024 * 1024)
        assert.include((yield* Effect.flip(run(bash("", { args: [long, long, long] })))).message, "too long")
      })
    )
  })

  it.live("stops everything when its scope closes", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(layerOf(level), scope)
      const [sleep, daemon] = [uniqueSleep(), uniqueSleep()]
      const forked = (script: string) => Effect.forkChild(Effect.provideContext(run(bash(script)), context))
      const fiber = yield* forked(`${sleep}; true`)
      yield* forked(`setsid ${daemon} >/dev/null 2>&1 & ${sleep}`)
      yield* until(() => living(sleep).length > 0 && living(daemon).length > 0)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(living(sleep), [])
      if (isLinux) assert.deepStrictEqual(living(daemon), [])
      assert.strictEqual((yield* Fiber.join(fiber)).signal, "SIGTERM")
    })
  )
})
