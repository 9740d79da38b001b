/** What Linux tells of processes. */
import { readFileSync, readlinkSync } from "node:fs"

/** The fields of `/proc/PID/stat` from the third on: state, parent, group, ... The name before them may hold anything. */
export const statFields = (stat: string): ReadonlyArray<string> => stat.slice(stat.lastIndexOf(")") + 2).split(" ")

/** When a process began, in clock ticks since the start of the machine; `undefined` for one that has ended. */
export const startInStat = (stat: string): string | undefined => {
  const fields = statFields(stat)
  // A zombie has ended; only its parent has not noticed.
  return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[22 - 3]
}

const orUndefined = <A>(look: () => A): A | undefined => {
  try {
    return look()
  } catch {
    return undefined
  }
}

/** When a process began; `undefined` when it does not run, or where there is no `/proc`. */
export const startOf = (pid: number): string | undefined =>
  orUndefined(() => startInStat(readFileSync(`/proc/${pid}/stat`, "latin1")))

/** Does this error of looking at a process say that there is none? Any other, e.g. of too many open files, says nothing. */
export const saysGone = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "code" in cause && (cause.code === "ENOENT" || cause.code === "ESRCH")

/** Has the process ended that began then? No, where nobody can say. */
export const hasEnded = (pid: number, start: string): boolean => {
  try {
    return startInStat(readFileSync(`/proc/${pid}/stat`, "latin1")) !== start
  } catch (cause) {
    return saysGone(cause)
  }
}

/** The namespace in which this process's pids mean something. */
export const pidNamespace = (): string | undefined =>
  orUndefined(() => readlinkSync("/proc/self/ns/pid").replace(/\D/g, ""))
