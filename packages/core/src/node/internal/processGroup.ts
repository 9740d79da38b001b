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
const groupOf = (pid: number): number | undefined => {
  const [state, , group] = statFields(readFileSync(`/proc/${pid}/stat`, "latin1"))
  return state === "Z" || state === "X" ? undefined : Number(group)
}

const carries = (pid: number, mark: string): boolean =>
  `\0${readFileSync(`/proc/${pid}/environ`, "latin1")}`.includes(`\0${mark}`)

/** A thread can be asked for by its number, too, though it is in no list. */
const isProcess = (pid: number): boolean => readFileSync(`/proc/${pid}/status`, "latin1").includes(`\nTgid:\t${pid}\n`)

const isMeant = (pid: number, { groups, mark, namespaces = [] }: Target): boolean => {
  const group = groupOf(pid)
  if (group === undefined) return false
  if (groups.includes(group) || carries(pid, mark)) return true
  return namespaces.length > 0 && namespaces.includes(readlinkSync(`/proc/${pid}/ns/pid`)) // guard: I5 core/test/process/canaries.test.ts
}

const belongs = (pid: number, target: Target): boolean => {
  try {
    return pid !== process.pid && isMeant(pid, target) && isProcess(pid)
  } catch {
    // It ended meanwhile, or belongs to another user.
    return false
  }
}

/** The pid that was given out last; 0 where nobody tells. */
const lastPid = (): number => {
  try {
    return Number(readFileSync("/proc/loadavg", "latin1").trim().split(" ").at(-1))
  } catch {
    return 0
  }
}

/** So many births are followed in one look. */
const birthLimit = 4_096

/**
 * Visits everything that lives, or of it what has started after a pid. Also what is born meanwhile: a program that forks
 * and goes, again and again, is never where a list had it, but it is always the newest.
 */
const forEachPid = (visit: (pid: number) => void, after = 0): void => {
  let seen = lastPid()
  // The numbers have begun from below again.
  const isAround = seen < after
  for (const name of readdirSync("/proc")) if (isAround ? Number(name) > 0 : Number(name) > after) visit(Number(name))
  for (let births = 0; births < birthLimit && seen < lastPid(); births++) visit(++seen) // guard: I5 core/test/process/canaries.test.ts
}

/** Does anything of the target live that started after this pid? */
const isAlive = (target: Target, after: number): boolean => {
  if (process.platform !== "linux") return target.groups.some((group) => signal(-group, 0))
  if (lastPid() === after) return false
  let found = false
  forEachPid((pid) => (found ||= belongs(pid, target)), after)
  return found
}

/** How long a process may be busy with dying: it closes its files a moment before it is dead. */
const dyingMillis = 100

/** Does anything stay alive that a program has started, which was the first of the target? Takes time only where something does. */
export const isLeft = Effect.fnUntraced(function* (target: Target, program: number) {
  for (let waited = 0; isAlive(target, program); waited += 10) {
    if (waited >= dyingMillis) return true
    yield* pause(10)
  }
  return false
})

/** How long a killed process may take to vanish, e.g. one that waits for a disk. */
const killLimitMillis = 1_000

/** Signals whatever lives and was not signalled yet, and says whether anything lives. */
const look = (target: Target, name: NodeJS.Signals, signalled: Set<number>): boolean => {
  const send = (pid: number) => {
    if (signalled.has(pid)) return
    signalled.add(pid)
    signal(pid, name)
    // A stopped process would never see the signal.
    signal(pid, "SIGCONT")
  }
  if (process.platform !== "linux") {
    const groups = target.groups.filter((group) => signal(-group, 0))
    groups.forEach((group) => send(-group))
    return groups.length > 0
  }
  let living = false
  forEachPid((pid) => {
    if (!belongs(pid, target)) return
    // A whole group at once leaves nobody the time to fork. A group of zombies alone is not alive.
    if (!living) target.groups.forEach((group) => send(-group))
    living = true
    send(pid)
  })
  return living
}

/** For a moment a process that becomes another program belongs to nobody. */
const looksForNothing = 2

/** Looks again and again, less and less often, signalling newcomers, until nothing is left or the time is over. */
const sweep = Effect.fnUntraced(function* (target: Target, name: NodeJS.Signals, limitMillis: number) {
  const signalled = new Set<number>()
  const end = performance.now() + limitMillis
  for (let delay = 2, nothing = 0; ; delay = Math.min(delay * 2, 50)) {
    target.onLook?.()
    nothing = look(target, name, signalled) ? 0 : nothing + 1
    if (nothing === looksForNothing || performance.now() >= end) {
      return { isGone: nothing > 0, found: signalled.size > 0 }
    }
    yield* pause(nothing > 0 ? 2 : delay)
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

/** What carries the marks of dead runtimes, with the groups in which it is: nobody else gets into those. Only on Linux. */
const leftByDead = (): ReadonlyArray<Target> => {
  if (process.platform !== "linux") return []
  const found = new Map<string, Set<number>>()
  const own = groupOf(process.pid)
  forEachPid((pid) => {
    try {
      const mark = markOfDead(readFileSync(`/proc/${pid}/environ`, "latin1"))
      const group = mark === undefined ? undefined : groupOf(pid)
      if (mark === undefined || group === undefined) return
      const groups = found.get(mark) ?? new Set<number>()
      // This runtime may itself be what a dead one has started.
      found.set(mark, group === own ? groups : groups.add(group))
    } catch {
      // It ended meanwhile, or belongs to another user.
    }
  })
  return [...found].map(([mark, groups]) => ({ mark, groups: [...groups] }))
}

/** Stops what runtimes have left that died together with their watchers. */
export const sweepDead = (graceMillis: number): Effect.Effect<void> =>
  Effect.suspend(() => Effect.forEach(leftByDead(), (target) => stop(target, graceMillis), { discard: true }))
