/** Tells by the operating system whether the owner of a claim still lives. */
import { readFile, readlink } from "node:fs/promises"
import { hostname } from "node:os"
import { promisify } from "node:util"
import { type Cause, Effect, Layer } from "effect"
import { uuidV7Unsafe } from "effect/crypto/SecureRandom"
import { saysGone, startInStat } from "./internal/processFacts.ts"
import { heartbeatLimitMillis, type Owner, Ownership } from "../session/Ownership.ts"

const unknown = "unknown"

/** What an attempt gives, or `undefined`: everything here is looked up where it may not exist. */
const lookUp = (attempt: () => Promise<string>): Effect.Effect<string | undefined> =>
  Effect.orElseSucceed(Effect.tryPromise(attempt), () => undefined)

const trimmed = async (text: Promise<string>): Promise<string> => (await text).trim()

const output = async (command: string, args: ReadonlyArray<string>): Promise<string> =>
  // A fixed locale: the text is compared with what another process got.
  (
    await promisify(process.getBuiltinModule("node:child_process").execFile)(command, [...args], {
      env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C" }
    })
  ).stdout.trim()

/**
 * This start of this machine. On Linux with the process namespace, since pids mean something only within one. Not the
 * host's name, and on macOS not the time of the start: both change while the machine runs, e.g. after a sleep.
 */
const boot: Effect.Effect<string> = Effect.gen(function* () {
  if (process.platform !== "linux") {
    return (yield* lookUp(() => output("sysctl", ["-n", "kern.bootsessionuuid"]))) || unknown
  }
  const id = yield* lookUp(() => trimmed(readFile("/proc/sys/kernel/random/boot_id", "utf8")))
  const namespace = yield* lookUp(() => readlink("/proc/self/ns/pid"))
  return id === undefined ? unknown : `${id} ${namespace ?? unknown}`
})

/** When a process began, in whatever unit the system counts; `undefined` when it does not run any more. Fails when nobody can say. */
const startOf = (pid: number): Effect.Effect<string | undefined, Cause.UnknownError> =>
  process.platform === "linux"
    ? Effect.tryPromise(() =>
        readFile(`/proc/${pid}/stat`, "utf8").then(startInStat, (cause: unknown) =>
          saysGone(cause) ? undefined : Promise.reject(cause)
        )
      )
    : Effect.map(
        lookUp(() => output("ps", ["-o", "lstart=", "-p", String(pid)])),
        (text) => text || undefined
      )

/** Whom nobody can see, e.g. for too many open files, is not taken over. */
const isRunning = ({ pid, started }: Owner): Effect.Effect<boolean> =>
  Effect.orElseSucceed(
    Effect.map(startOf(pid), (now) => now === started),
    () => true
  )

const make = Effect.gen(function* () {
  const self: Owner = {
    id: uuidV7Unsafe(),
    host: hostname(),
    boot: yield* boot,
    pid: process.pid,
    started: (yield* Effect.orElseSucceed(startOf(process.pid), () => undefined)) ?? unknown
  }

  const canSee = (owner: Owner): boolean =>
    owner.boot === self.boot && owner.boot !== unknown && owner.started !== unknown

  return Ownership.of({
    self,
    isAlive: (owner, heartbeatAgeMillis) =>
      canSee(owner) ? isRunning(owner) : Effect.succeed(heartbeatAgeMillis < heartbeatLimitMillis)
  })
})

/** This process as an owner. */
export const layer: Layer.Layer<Ownership> = Layer.effect(Ownership, make)
