/** Finds and stops what a program has started: its process group, and on Linux whatever carries its mark. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import { Effect } from "effect"
import { statFields } from "./processFacts.ts"
import { markOfDead } from "./runtimeMark.ts"

/** What to stop. */
export interface Target {
  /** Process groups, by the pid of their leader. */
  readonly groups: ReadonlyArray<number>
  /** An assignment in the environment of every process that is meant, e.g. `REIN_OWNER=…`; the beginning of one is enough. */
  readonly mark: string
  /** PID namespaces that belong to them, as `/proc/PID/ns/pid` names them. */
  readonly namespaces?: ReadonlyArray<string>
  /** Called before each look: the first process of a namespace does not notice by itself that it is the last one. */
  readonly onLook?: () => void
}

/** Waits in real time: other programs do not follow the test clock. */
export const pause = (millis: number): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    // A longer delay would overflow and fire at once.
    const timer = setTimeout(() => resume(Effect.void), Math.min(millis, 2 ** 31 - 1))
    return Effect.sync(() => clearTimeout(timer))
  })

/** False when there is nobody to signal. */
const signal = (pid: number, name: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(pid, name)
  } catch (cause) {
    // EPERM: there is somebody, who is not ours to signal (a program of another user, or a zombie on macOS).
    return name !== 0 && (cause as NodeJS.ErrnoException).code === "EPERM"
  }
}

/** The group of a process that is not dead already; zombies are dead. */
const groupOf = (pid: string): number | undefined => {
  const [state, , group] = statFields(readFileSync(`/proc/${pid}/stat`, "latin1"))
  return state === "Z" || state === "X" ? undefined : Number(group)
}

const carries = (pid: string, mark: string): boolean =>
  `\0${readFileSync(`/proc/${pid}/environ`, "latin1")}`.includes(`\0${mark}`)

const belongs = (pid: string, { groups, mark, namespaces = [] }: Target): boolean => {
  try {
    const group = groupOf(pid)
    if (group === undefined) return false
    if (groups.includes(group) || carries(pid, mark)) return true
    return namespaces.length > 0 && namespaces.includes(readlinkSync(`/proc/${pid}/ns/pid`)) // guard: I5 core/test/process/canaries.test.ts
  } catch {
    // It ended meanwhile, or belongs to another user.
    return false
  }
}

/** Pids to signal, negative for a whole group. Without /proc the marked ones cannot be found. */
const living = (target: Target): ReadonlyArray<number> => {
  if (process.platform !== "linux") return target.groups.map((group) => -group).filter((group) => signal(group, 0))
  const groups = target.groups.map((group) => -group).filter((group) => signal(group, 0))
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && belongs(name, target))
    .map(Number)
  // A group of zombies alone can be signalled and is not alive. A whole group at once leaves nobody the time to fork.
  return processes.length === 0 ? [] : [...groups, ...processes]
}

const isAlive = (group: number): boolean => {
  if (!signal(-group, 0)) return false
  if (process.platform !== "linux") return true
  return readdirSync("/proc").some((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      return groupOf(name) === group
    } catch {
      return false
    }
  })
}

/** How long a process may be busy with dying: it closes its files a moment before it is dead. */
const dyingMillis = 100

/** Does anything of the group stay alive? Takes time only where something does. */
export const isLeft = Effect.fnUntraced(function* (group: number) {
  for (let waited = 0; isAlive(group); waited += 10) {
    if (waited >= dyingMillis) return true
    yield* pause(10)
  }
  return false
})

/** How long a killed process may take to vanish, e.g. one that waits for a disk. */
const killLimitMillis = 1_000

/** Looks again and again, less and less often, signalling newcomers, until nothing is left or the time is over. */
const sweep = Effect.fnUntraced(function* (target: Target, name: NodeJS.Signals, limitMillis: number) {
  const signalled = new Set<number>()
  const end = performance.now() + limitMillis
  for (let delay = 2; ; delay = Math.min(delay * 2, 50)) {
    target.onLook?.()
    const rest = living(target)
    for (const pid of rest) {
      if (signalled.has(pid)) continue
      signalled.add(pid)
      signal(pid, name)
      // A stopped process would never see the signal.
      signal(pid, "SIGCONT")
    }
    if (rest.length === 0 || performance.now() >= end) return { isGone: rest.length === 0, found: signalled.size > 0 }
    yield* pause(delay)
  }
})

/**
 * TERM, and KILL for what is left after the grace; returns when nothing is left, and says whether there was anything.
 *
 * Processes in the groups are certain. Those that left them (`setsid`) are
 * found by the mark, on Linux, unless they also changed their environment.
 */
export const stop = Effect.fnUntraced(function* (target: Target, graceMillis: number) {
  const { found, isGone } = yield* sweep(target, "SIGTERM", graceMillis)
  if (!isGone) yield* sweep(target, "SIGKILL", killLimitMillis)
  return found
})

/** The marks of dead runtimes that some process still carries. Only on Linux. */
const marksOfDead = (): ReadonlySet<string> => {
  const marks = new Set<string>()
  if (process.platform !== "linux") return marks
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue
    try {
      const mark = markOfDead(readFileSync(`/proc/${name}/environ`, "latin1"))
      if (mark !== undefined) marks.add(mark)
    } catch {
      // It ended meanwhile, or belongs to another user.
    }
  }
  return marks
}

/** Stops what runtimes have left that died together with their watchers. */
export const sweepDead = (graceMillis: number): Effect.Effect<void> =>
  Effect.suspend(() =>
    Effect.forEach(marksOfDead(), (mark) => stop({ groups: [], mark }, graceMillis), { discard: true })
  )
