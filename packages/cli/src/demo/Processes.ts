/** What a killed program has started, and its end. */
import { readdir, readFile } from "node:fs/promises"
import { Effect } from "effect"
import { capture, type ProgramError } from "./Programs.ts"
import { environment } from "./Project.ts"

interface Entry {
  readonly pid: number
  readonly parent: number
  readonly group: number
}

const isEnded = (state: string): boolean => state.startsWith("Z") || state.startsWith("X")

const fromProc = async (): Promise<ReadonlyArray<Entry>> => {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid): Promise<ReadonlyArray<Entry>> => {
      // It may have ended since it was listed.
      const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "")
      // The name before the last parenthesis may hold anything; then come state, parent and group.
      const [state = "Z", parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      return stat === "" || isEnded(state) ? [] : [{ pid: Number(pid), parent: Number(parent), group: Number(group) }]
    })
  )
  return found.flat()
}

const fromPs = (): Effect.Effect<ReadonlyArray<Entry>, ProgramError> => {
  const args = ["-A", "-o", "pid=,ppid=,pgid=,stat="]
  return Effect.map(capture({ command: "ps", args, directory: "/", environment: environment() }), ({ output }) =>
    output
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state = "Z"]) => !isEnded(state))
      .map(([pid, parent, group]) => ({ pid: Number(pid), parent: Number(parent), group: Number(group) }))
  )
}

const all = Effect.suspend(() => (process.platform === "linux" ? Effect.promise(fromProc) : fromPs()))

/** The process groups of what a program has started: each command of `rein` leads its own. */
export const groupsBelow = (pid: number): Effect.Effect<ReadonlyArray<number>, ProgramError> =>
  Effect.map(all, (entries) => [...new Set(entries.filter(({ parent }) => parent === pid).map(({ group }) => group))])

const looks = 100
const lookEvery = "20 millis"

const kill = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL")
  } catch {
    // It has ended by itself.
  }
}

/** Waits until nothing of the groups lives, kills what does after two seconds, and says whether it is gone. */
export const untilGone = Effect.fnUntraced(function* (groups: ReadonlyArray<number>) {
  for (let look = 0; look < 2 * looks; look++) {
    const left = (yield* all).filter(({ group }) => groups.includes(group))
    if (left.length === 0) return true
    if (look === looks) for (const { pid } of left) kill(pid)
    yield* Effect.sleep(lookEvery)
  }
  return false
})
