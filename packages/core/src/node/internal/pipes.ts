/**
 * Pipes for the output of programs.
 *
 * Node gives its children sockets, which nobody can open by name: `echo x >/dev/stderr` fails in a program that has one.
 * A real pipe can only be had from another process. So, on Linux, a shell joins three of its own, and the pipes on both
 * sides of the one in the middle are opened through `/proc`. They are used again when their ends were seen, since nobody
 * holds them any more.
 */
import type { ChildProcess } from "node:child_process"
import { closeSync, constants, openSync } from "node:fs"
import type { Readable } from "node:stream"
import { Effect } from "effect"

/** The pipes of one program. */
export interface Pair {
  /** What the program writes into. */
  readonly into: readonly [number, number]
  readonly stdout: Readable
  readonly stderr: Readable
  /** The program has its ends, or will never have them. */
  readonly handOver: () => void
}

/** Gives each program a pair of pipes. It keeps a few for the next ones until it is closed. */
export interface Pipes {
  /** Nothing where there are none to be had. */
  readonly take: Effect.Effect<Pair | undefined>
  /** Keeps none any more. */
  readonly close: () => void
}

/** Waits for the end of whoever asked. What is redirected on the way has other numbers meanwhile. */
const script = `: | { exec 4<&0 5>&1; read -r pid rest </proc/self/stat; echo "$pid" >&3; read -r word <&3; } | :`

/** So many are kept for the next programs. */
const keptLimit = 16

// What `/proc` names is opened anew, so that the ends of a pipe share nothing but the pipe.
const reading = (path: string): number => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
const writing = (path: string): number => openSync(path, constants.O_WRONLY)

/** The two pipes of the shell's middle process, held open for reading. */
const holdTwo = (pid: string): ReadonlyArray<number> => {
  const first = reading(`/proc/${pid}/fd/4`)
  try {
    return [first, reading(`/proc/${pid}/fd/5`)]
  } catch (cause) {
    closeSync(first)
    throw cause
  }
}

const spawnShell = (): ChildProcess =>
  process.getBuiltinModule("node:child_process").spawn("/bin/sh", ["-c", script], {
    env: { PATH: "/usr/bin:/bin" },
    cwd: "/",
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "pipe"]
  })

/** Two new pipes; none where the system does not give them. */
const make = Effect.callback<ReadonlyArray<number>>((resume) => {
  if (process.platform !== "linux") return resume(Effect.succeed([]))
  let held: ReadonlyArray<number> = []
  const child = spawnShell()
  const line = child.stdio[3]
  child.once("error", () => resume(Effect.succeed([])))
  line?.on("error", () => undefined)
  line?.once("close", () => resume(Effect.succeed(held)))
  line?.once("data", (text) => {
    try {
      held = holdTwo(String(text).trim())
    } catch {
      // Sockets do, too, for most programs.
    }
    line.destroy()
  })
})

/** Starts with none: the first program waits for a shell to make them. */
export const makePipes = (): Pipes => {
  const kept: Array<number> = []
  let isClosed = false

  const keep = (held: number) => {
    if (isClosed || kept.length >= keptLimit) closeSync(held)
    else kept.push(held)
  }

  const read = (held: number): Readable => {
    const { Socket } = process.getBuiltinModule("node:net")
    const output = new Socket({ fd: reading(`/proc/self/fd/${held}`), readable: true, writable: false })
    let isAtEnd = false
    output.once("end", () => (isAtEnd = true))
    // Whoever still holds it would write into the output of the next program.
    output.once("close", () => (isAtEnd ? keep(held) : closeSync(held)))
    return output
  }

  const open = (out: number, err: number): Pair => {
    const into = [writing(`/proc/self/fd/${out}`), writing(`/proc/self/fd/${err}`)] as const
    return { into, stdout: read(out), stderr: read(err), handOver: () => into.forEach((file) => closeSync(file)) }
  }

  return {
    take: Effect.gen(function* () {
      if (kept.length < 2) (yield* make).forEach(keep)
      const [out, err] = kept.splice(0, 2)
      return out === undefined || err === undefined ? undefined : open(out, err)
    }),
    close: () => {
      isClosed = true
      kept.splice(0).forEach((file) => closeSync(file))
    }
  }
}
