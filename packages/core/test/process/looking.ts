// What the tests of processes share: what lives on this machine, and programs that are found again.
import { readdirSync, readFileSync } from "node:fs"

/** The command lines of all processes that live. */
const commandLines = (): ReadonlyArray<readonly [number, string]> =>
  readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return []
    try {
      const isZombie = /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"))
      const commandLine = readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ").trim()
      return isZombie ? [] : [[Number(pid), commandLine] as const]
    } catch {
      return []
    }
  })

const where = (isMeant: (commandLine: string) => boolean): ReadonlyArray<number> =>
  commandLines().flatMap(([pid, commandLine]) => (isMeant(commandLine) ? [pid] : []))

/** The programs themselves, not the shells that name them. */
export const living = (program: string) => where((commandLine) => commandLine === program)

/** Everything that names the text, shells and namespaces too. */
export const naming = (text: string) => where((commandLine) => commandLine.includes(text))

/** The watchers of a runtime. */
export const watchersOf = (runtime: number) =>
  where((commandLine) => commandLine.includes("rein-watcher") && commandLine.includes(`.${runtime}.`))

/** Looks again and again, not so often that looking is most of the work; the test's own timeout bounds it. */
export const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resume) => setTimeout(resume, 40))
}

/** A sleep that nobody else sleeps, to find it again. */
let sleeps = 0
export const uniqueSleep = () => `sleep 3${process.pid}.${++sleeps}`

/** Far more than it takes on a quiet machine, far less than what is stopped would sleep. */
export const patience = { timeout: 30_000 }

export const isFull = process.env["REIN_TEST_FULL"] !== undefined

/** What a command can leave behind that sleeps, and whether only a namespace holds it. */
export const shapes: Readonly<Record<string, { readonly script: (sleep: string) => string; readonly escapes?: true }>> =
  {
    "a background child that holds the output": { script: (sleep) => `${sleep} &` },
    "a background child of a shell that is gone": { script: (sleep) => `(${sleep} &)` },
    "a child under nohup": { script: (sleep) => `nohup ${sleep} >/dev/null 2>&1 &` },
    "a child without environment": { script: (sleep) => `env -i ${sleep} &` },
    "a child in a session of its own": { script: (sleep) => `setsid ${sleep} &` },
    "a daemon that forked twice": { script: (sleep) => `setsid bash -c '(${sleep} >/dev/null 2>&1 &)' &` },
    "a child that ignores TERM": { script: (sleep) => `(trap '' TERM; ${sleep}) &` },
    "a stopped child": {
      script: (sleep) => `${sleep} & until [ "$(cat /proc/$!/comm)" = sleep ]; do :; done; kill -STOP $!`
    },
    "a child in a session of its own without environment": {
      script: (sleep) => `env -i setsid ${sleep} &`,
      escapes: true
    }
  }
