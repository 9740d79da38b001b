// Whether an owner lives: by its process on this machine, by its heartbeat elsewhere.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import * as NodeOwnership from "../../src/node/NodeOwnership.ts"
import { heartbeatLimitMillis, Ownership } from "../../src/session/Ownership.ts"
import { until } from "../support/time.ts"

const old = heartbeatLimitMillis * 10

it.live("this process lives, whatever its heartbeat says", () =>
  Effect.gen(function* () {
    const { isAlive, self } = yield* Ownership
    assert.strictEqual(self.pid, process.pid)
    assert.isTrue(yield* isAlive({ ...self, id: "another runtime in this process" }, old))
  }).pipe(Effect.provide(NodeOwnership.layer))
)

it.live("a later process with the same pid is somebody else", () =>
  Effect.gen(function* () {
    const { isAlive, self } = yield* Ownership
    assert.isFalse(yield* isAlive({ ...self, started: "1" }, 0))
  }).pipe(Effect.provide(NodeOwnership.layer))
)

it.live("a process that has ended is dead at once", () =>
  Effect.gen(function* () {
    const { isAlive, self } = yield* Ownership
    const child = spawn(process.execPath, ["-e", ""])
    yield* Effect.promise(() => once(child, "close"))
    assert.isFalse(yield* isAlive({ ...self, pid: child.pid ?? 0 }, 0))
  }).pipe(Effect.provide(NodeOwnership.layer))
)

it.live.runIf(process.platform === "linux")("a process that has ended, and whose parent has not noticed, is dead", () =>
  Effect.gen(function* () {
    const { isAlive, self } = yield* Ownership
    const line = "cat <&3 & echo $!; exec sleep 60"
    const parent = yield* Effect.acquireRelease(
      Effect.sync(() => spawn("bash", ["-c", line], { stdio: ["ignore", "pipe", "inherit", "pipe"] })),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    const pid = Number(String(yield* Effect.promise(() => once(parent.stdout ?? parent, "data"))))
    const fields = () => {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
      return stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    }
    // What the shell turns into looks after no child; only then that one ends.
    yield* until(() => readFileSync(`/proc/${parent.pid}/comm`, "latin1") === "sleep\n")
    parent.stdio[3]?.destroy()
    yield* until(() => fields()[0] === "Z")
    // The 22nd of all, of which two stand before.
    assert.isFalse(yield* isAlive({ ...self, pid, started: fields()[22 - 3] ?? "" }, 0))
  }).pipe(Effect.scoped, Effect.provide(NodeOwnership.layer))
)

it.live("elsewhere the heartbeat decides", () =>
  Effect.gen(function* () {
    const { isAlive, self } = yield* Ownership
    const other = { ...self, host: "elsewhere", boot: "another" }
    assert.isTrue(yield* isAlive(other, heartbeatLimitMillis - 1))
    assert.isFalse(yield* isAlive(other, heartbeatLimitMillis))
  }).pipe(Effect.provide(NodeOwnership.layer))
)

it.live("a machine that has got another name is the same", () =>
  Effect.gen(function* () {
    const { isAlive, self } = yield* Ownership
    assert.isTrue(yield* isAlive({ ...self, host: "elsewhere" }, old))
  }).pipe(Effect.provide(NodeOwnership.layer))
)
