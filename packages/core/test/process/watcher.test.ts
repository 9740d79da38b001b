import { type ChildProcess, spawn } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as NodeProcesses from "@rein/core/node/NodeProcesses"

const isLinux = process.platform === "linux"

const host = join(import.meta.dirname, "../support/processHost.ts")

/** Pids of living processes with such a command line. */
const where = (isMeant: (commandLine: string) => boolean): ReadonlyArray<number> =>
  readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .filter((pid) => {
      try {
        const isZombie = /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"))
        return !isZombie && isMeant(readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ").trim())
      } catch {
        return false
      }
    })
    .map(Number)

/** The programs themselves, not the shells that name them. */
const living = (program: string) => where((commandLine) => commandLine === program)

/** Looks every few milliseconds; the test's own timeout bounds it. */
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resume) => setTimeout(resume, 10))
}

/** A sleep that nobody else sleeps, to find it again. */
let sleeps = 0
const uniqueSleep = () => `sleep 4${process.pid}.${++sleeps}`

interface Host {
  readonly child: ChildProcess
  readonly pid: number
  readonly watcher: () => ReadonlyArray<number>
}

const start = (commands: ReadonlyArray<string>): Host => {
  const child = spawn(process.execPath, ["--conditions=@rein/source", host, ...commands], {
    stdio: ["ignore", "inherit", "inherit"],
    detached: true
  })
  const pid = child.pid ?? assert.fail("the host did not start")
  return { child, pid, watcher: () => watchersOf(pid) }
}

const watchersOf = (host: number) =>
  where((commandLine) => commandLine.includes("rein-watcher") && commandLine.includes(`.${host}.`))

/** Far more than it takes on a quiet machine, far less than what is stopped would sleep. */
const patience = { timeout: 30_000 }

/** What a command starts that sleeps; each must be found living before and gone afterwards. */
const shapes: Readonly<Record<string, (sleep: string) => string>> = {
  "a program": (sleep) => `${sleep}; true`,
  "a background child": (sleep) => `${sleep} & wait`,
  "a background child that outlives its shell": (sleep) => `(${sleep} &) ; sleep 600`,
  "a program under nohup": (sleep) => `nohup ${sleep} >/dev/null 2>&1 & wait`,
  "a program in a session of its own": (sleep) => `setsid ${sleep} & sleep 600`,
  "a daemon that forked twice": (sleep) => `setsid bash -c '(${sleep} >/dev/null 2>&1 &)' & sleep 600`,
  "a program that ignores TERM": (sleep) => `trap '' TERM; ${sleep}; true`,
  "a stopped program": (sleep) => `${sleep} & until [ "$(cat /proc/$!/comm)" = sleep ]; do :; done; kill -STOP $!; wait`
}

describe.runIf(isLinux)("after SIGKILL of the runtime", () => {
  for (const [what, shape] of Object.entries(shapes)) {
    it(`${what} is stopped, and the watcher is gone`, patience, async () => {
      const sleep = uniqueSleep()
      const { pid, watcher } = start([shape(sleep)])
      await until(() => living(sleep).length > 0)
      assert.strictEqual(watcher().length, 1)
      process.kill(pid, "SIGKILL")
      await until(() => living(sleep).length === 0)
      await until(() => watcher().length === 0)
    })
  }

  it("programs that fork while they are stopped do not get away", patience, async () => {
    const sleep = uniqueSleep()
    const breed = `breed() { while :; do (${sleep} &) ; /bin/sleep 0.01; done; }; trap '' TERM; breed & breed & wait`
    const { pid } = start([breed])
    await until(() => living(sleep).length > 10)
    process.kill(pid, "SIGKILL")
    await until(() => living(sleep).length === 0)
  })

  it("all of many programs are stopped", patience, async () => {
    const count = process.env["REIN_TEST_FULL"] === undefined ? 100 : 500
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

  it("the next runtime stops what is left when the watcher died with it", patience, async () => {
    const [sleep, daemon] = [uniqueSleep(), uniqueSleep()]
    const { pid, watcher } = start([`${sleep}; true`, `setsid ${daemon} & sleep 600`])
    await until(() => living(sleep).length > 0 && living(daemon).length > 0)
    process.kill(pid, "SIGSTOP")
    for (const one of watcher()) process.kill(one, "SIGKILL")
    process.kill(pid, "SIGKILL")
    await until(() => watcher().length === 0)
    const mine = uniqueSleep()
    const next = start([`${mine}; true`])
    await until(() => living(sleep).length === 0 && living(daemon).length === 0)
    await until(() => living(mine).length > 0)
    next.child.kill("SIGKILL")
    await until(() => living(mine).length === 0)
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
    assert.isBelow(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]), 2_048, "KiB")
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
