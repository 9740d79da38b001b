/**
 * Stops what a runtime has started when the runtime dies without a chance to do so itself.
 *
 * One small `/bin/sh` waits at the end of a pipe; when the runtime is gone, however it went, the pipe ends. It is told
 * which groups run, and finds on Linux what has left them by the mark. If it dies itself, another one is started.
 */
import type { ChildProcess } from "node:child_process"

/** What the runtime tells its watcher. It never waits for an answer. */
export interface Watcher {
  /** A program is about to start; from its first one on there is a watcher. */
  readonly start: () => void
  readonly add: (group: number) => void
  readonly remove: (group: number) => void
  /** Everything was stopped; nothing is left to watch. */
  readonly close: () => void
}

/**
 * Signals sent to the group of the runtime must not end it, so it ignores them, besides having a group of its own.
 * Half a second between TERM and KILL leaves time for the search within two. Of the ways to name a signal and a group
 * only this one is known to every shell.
 */
const script = `
trap '' HUP INT TERM
mark=$1
groups=' '
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) case $groups in *" $group "*) groups="\${groups%%" $group "*} \${groups#*" $group "}" ;; esac ;;
    .) exit 0 ;;
  esac
done
marked() {
  for file in $(grep -alF -- "$mark" /proc/[0-9]*/environ 2>/dev/null); do
    pid=\${file#/proc/}
    echo "\${pid%/environ}"
  done
}
stop() {
  for group in $groups; do kill -s "$1" -- "-$group" && kill -s CONT -- "-$group"; done
  for pid in $(marked); do kill -s "$1" "$pid" && kill -s CONT "$pid"; done
}
stop TERM 2>/dev/null
sleep 0.5
for round in 1 2 3 4 5; do stop KILL 2>/dev/null; [ -z "$(marked)" ] && exit 0; sleep 0.1; done
`

/** After so many deaths in a row within the time of one, there will be no watcher. */
const restartLimit = 20
const calmMillis = 1_000

/** `mark` is the beginning of an environment entry. */
export const makeWatcher = (mark: string): Watcher => {
  const groups = new Set<number>()
  let shell: ChildProcess | undefined
  let isClosed = false
  let restarts = 0
  let lastStart = 0

  const say = (line: string) => void shell?.stdin?.write(`${line}\n`)

  const start = () => {
    const now = performance.now()
    restarts = now - lastStart < calmMillis ? restarts + 1 : 0
    lastStart = now
    if (restarts > restartLimit) return
    const { spawn } = process.getBuiltinModule("node:child_process")
    const child = spawn("/bin/sh", ["-c", script, "rein-watcher", mark], {
      // Its own environment must not carry the mark: it would stop itself.
      env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" },
      cwd: "/",
      detached: true,
      stdio: ["pipe", "ignore", "ignore"]
    })
    shell = child
    // Neither may keep a runtime's process from ending, or end it.
    child.unref()
    child.stdin.on("error", () => undefined)
    ;(child.stdin as unknown as { readonly unref?: () => void }).unref?.() // a pipe is a socket, which the type does not tell
    child.once("error", () => undefined)
    child.once("exit", () => {
      if (shell !== child) return
      shell = undefined
      if (!isClosed) start()
    })
    for (const group of groups) say(`+ ${group}`)
  }

  return {
    start: () => {
      if (shell === undefined && !isClosed) start()
    },
    add: (group) => {
      groups.add(group)
      say(`+ ${group}`)
    },
    remove: (group) => {
      groups.delete(group)
      say(`- ${group}`)
    },
    close: () => {
      isClosed = true
      say(".")
      shell?.stdin?.end()
    }
  }
}
