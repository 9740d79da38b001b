import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync, realpathSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { onTestFinished } from "vitest"
import * as NodeProcesses from "@rein/core/node/NodeProcesses"
import type { Level } from "@rein/core/process/Processes"
import { levels } from "./levels.ts"
import { isFull, living, naming, patience, shapes, uniqueSleep, until, watchersOf } from "./looking.ts"

const isLinux = process.platform === "linux"

const hostFile = join(import.meta.dirname, "../support/processHost.ts")

interface Host {
  readonly child: ChildProcess
  readonly pid: number
  readonly watcher: () => ReadonlyArray<number>
}

const start = (commands: ReadonlyArray<string>, level: Level = "tracked"): Host => {
  const child = spawn(process.execPath, ["--conditions=@rein/source", hostFile, level, ...commands], {
    stdio: ["ignore", "inherit", "inherit"],
    detached: true
  })
  const pid = child.pid ?? assert.fail("the host did not start")
  onTestFinished(() => void child.kill("SIGKILL"))
  return { child, pid, watcher: () => watchersOf(pid) }
}

/** Every shape with a sleep of its own, in a command that goes on by itself. */
const canaries = (level: Level) =>
  Object.entries(shapes)
    .filter(([, { escapes }]) => level === "contained" || escapes === undefined)
    .map(([what, { script }]) => ({ what, script, sleep: uniqueSleep() }))

describe.runIf(isLinux).each(levels)("after SIGKILL of a runtime, %s,", (level) => {
  it("nothing lives that its programs have started, and the watcher is gone", patience, async () => {
    const all = canaries(level)
    const { pid, watcher } = start(
      all.map(({ script, sleep }) => `${script(sleep)}\nsleep 600`),
      level
    )
    await until(() => all.every(({ sleep }) => living(sleep).length > 0))
    assert.strictEqual(watcher().length, 1)
    process.kill(pid, "SIGKILL")
    const began = performance.now()
    await until(() => all.every(({ sleep }) => naming(sleep).length === 0))
    console.log(`after SIGKILL of the runtime nothing lives, ${level}: ${Math.round(performance.now() - began)} ms`)
    await until(() => watcher().length === 0)
  })

  it("and of its watcher, the next runtime stops what is left", patience, async () => {
    const all = canaries(level)
    const { pid, watcher } = start(
      all.map(({ script, sleep }) => `${script(sleep)}\nsleep 600`),
      level
    )
    await until(() => all.every(({ sleep }) => living(sleep).length > 0))
    // Stopped, it cannot start another watcher meanwhile.
    process.kill(pid, "SIGSTOP")
    for (const one of watcher()) process.kill(one, "SIGKILL")
    process.kill(pid, "SIGKILL")
    await until(() => watcher().length === 0)
    const mine = uniqueSleep()
    const next = start([`${mine}; true`], level)
    await until(() => all.every(({ sleep }) => naming(sleep).length === 0))
    await until(() => living(mine).length > 0)
    next.child.kill("SIGKILL")
    await until(() => naming(mine).length === 0)
  })
})

describe.runIf(isLinux)("after SIGKILL of the runtime", () => {
  it("programs that fork while they are stopped do not get away", patience, async () => {
    const sleep = uniqueSleep()
    const breed = `breed() { while :; do (${sleep} &) ; /bin/sleep 0.01; done; }; trap '' TERM; breed & breed & wait`
    const { pid } = start([breed])
    await until(() => living(sleep).length > 10)
    process.kill(pid, "SIGKILL")
    await until(() => living(sleep).length === 0)
  })

  it("all of many programs are stopped", patience, async () => {
    const count = isFull ? 500 : 100
    const sleep = uniqueSleep()
    const { pid, watcher } = start([`for i in $(seq ${count}); do ${sleep} & done; wait`])
    await until(() => living(sleep).length >= count)
    assert.strictEqual(watcher().length, 1)
    process.kill(pid, "SIGKILL")
    await until(() => living(sleep).length === 0)
  })

  it("a signal to the group of the runtime does not reach the watcher", patience, async () => {
    const sleep = uniqueSleep()
    const { pid, watcher } = start([`${sleep}; true`])
    await until(() => living(sleep).length > 0)
    process.kill(-pid, "SIGKILL")
    await until(() => living(sleep).length === 0)
    await until(() => watcher().length === 0)
  })

  it("a watcher that was killed has a successor, which knows what runs", patience, async () => {
    const sleep = uniqueSleep()
    const { pid, watcher } = start([`${sleep}; true`])
    await until(() => living(sleep).length > 0)
    const [first] = watcher()
    process.kill(first ?? assert.fail("there is no watcher"), "SIGKILL")
    await until(() => watcher().some((one) => one !== first))
    process.kill(pid, "SIGKILL")
    await until(() => living(sleep).length === 0)
  })

  it("the programs of another runtime that lives are let alone", patience, async () => {
    const [one, other] = [uniqueSleep(), uniqueSleep()]
    const [first, second] = [start([`${one}; true`]), start([`${other}; true`])]
    await until(() => living(one).length > 0 && living(other).length > 0)
    first.child.kill("SIGKILL")
    await until(() => living(one).length === 0)
    assert.isAbove(living(other).length, 0)
    second.child.kill("SIGKILL")
    await until(() => living(other).length === 0)
  })
})

describe.runIf(isLinux)("the watcher", () => {
  it("is one small shell", patience, async () => {
    const sleep = uniqueSleep()
    const { child, watcher } = start([`${sleep}; true`, `${sleep}; true`])
    await until(() => living(sleep).length > 0)
    const [pid, ...others] = watcher()
    assert.deepStrictEqual(others, [])
    const status = readFileSync(`/proc/${pid}/status`, "utf8")
    const kibibytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1])
    console.log(`the watcher takes ${kibibytes} KiB`)
    // Where `sh` is bash, that alone takes three.
    assert.isBelow(kibibytes, realpathSync("/bin/sh").endsWith("bash") ? 4_096 : 2_048)
    child.kill("SIGKILL")
    await until(() => living(sleep).length === 0)
  })

  it.live("does not come before a program, and goes with the layer", () =>
    Effect.gen(function* () {
      yield* Effect.provide(Effect.void, NodeProcesses.layer)
      assert.deepStrictEqual(watchersOf(process.pid), [])
    })
  )
})
