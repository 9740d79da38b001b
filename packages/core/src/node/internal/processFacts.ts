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

/** The namespace in which this process's pids mean something. */
export const pidNamespace = (): string | undefined =>
  orUndefined(() => readlinkSync("/proc/self/ns/pid").replace(/\D/g, ""))
