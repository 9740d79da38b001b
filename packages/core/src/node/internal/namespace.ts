/**
 * Runs a program in a PID namespace of its own: when the first process of a namespace ends, the system kills all others
 * in it, whatever they did to get away.
 *
 * That first process is a small shell. It runs the program, tells how it ended, and goes when nobody else is left, when it
 * is told to look again and nobody is, or when nobody is there to tell it. It looks twice, since its end is the end of all.
 */
import { accessSync, closeSync, constants, existsSync, fstatSync, openSync, statSync } from "node:fs"
import { constants as os } from "node:os"
import { delimiter, join, resolve } from "node:path"
import type { Readable, Writable } from "node:stream"
import { Deferred, Effect } from "effect"
import type { Program } from "../../process/Processes.ts"

/** What starts a program in a namespace. */
export interface Namespace {
  readonly command: string
  readonly args: ReadonlyArray<string>
}

/**
 * The program runs in the foreground: in the background a shell would let it ignore SIGINT. Signals to the group do not
 * end this shell, since the system keeps from the first process of a namespace what that does not catch; some shells catch
 * SIGINT, unless they are to ignore it.
 * Its own output goes nowhere, since some shells tell of a killed program; hence also the brackets, which are no process more.
 */
const init = `
exec 4>&1 5>&2 >/dev/null 2>&1
trap '' INT
echo started >&3
(trap - INT; exec "$@" </dev/null >&4 2>&5 3>&- 4>&- 5>&-)
code=$?
exec 4>&- 5>&-
echo "$code" >&3
alone() {
  living=0
  for file in /proc/[0-9]*/stat; do
    read -r line <"$file" || continue
    case \${line##*)} in ' Z'* | ' X'*) ;; *) living=$((living + 1)) ;; esac
  done
  [ "$living" = 1 ]
}
until alone && alone; do
  read -r line || exit
done
`

/** Mounts stay shared with everybody else: only the processes are kept apart. */
const common = ["--pid", "--fork", "--kill-child", "--propagation", "unchanged", "--mount-proc"]
const ways = {
  privileged: common,
  // Inside of a user namespace a command can no longer become another user, so nobody gets this unasked.
  user: ["--user", "--map-current-user", ...common]
} as const

/** The ways that may work here, to be tried in this order. */
export const candidates = (withUserNamespace: boolean): ReadonlyArray<Namespace> => {
  const command = ["/usr/bin/unshare", "/bin/unshare"].find((path) => existsSync(path))
  if (process.platform !== "linux" || command === undefined) return []
  return (withUserNamespace ? [ways.privileged, ways.user] : [ways.privileged]).map((args) => ({ command, args }))
}

/** How the program was reported to have ended. */
export interface Reported {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
}

/** What the first process of a namespace tells, and can be told. */
export interface Init {
  /** Does the program run? False when the namespace could not be made. */
  readonly started: Deferred.Deferred<boolean>
  /** Nothing when the namespace ended without a report: then it was killed. */
  readonly reported: Deferred.Deferred<Reported | undefined>
  /** Looks again whether anything is left, and lets the namespace end if not. */
  readonly look: () => void
  /** The namespace as `/proc/PID/ns/pid` names it. Its number is nobody else's until it is released. */
  readonly namespace: () => string | undefined
  readonly release: () => void
}

/** What shells add to the environment of whatever they start. */
const shellsOwn = ["PWD", "OLDPWD", "SHLVL", "_"]

/** The command line of a program in a namespace. */
export const argsOf = ({ args }: Namespace, file: string, program: Program): ReadonlyArray<string> => {
  const own = shellsOwn.filter((name) => program.environment[name] === undefined)
  return [...args, "--", "/bin/sh", "-c", `unset ${own.join(" ")}${init}`, "rein-init", file, ...program.args]
}

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** The file of a program, as the system would find it: a shell would prefer its own commands. */
export const fileOf = ({ command, directory, environment }: Program): string | undefined => {
  if (command.includes("/")) return [resolve(directory, command)].find(isProgram)
  return (environment["PATH"] ?? "/usr/bin:/bin")
    .split(delimiter)
    .map((entry) => join(resolve(directory, entry), command))
    .find(isProgram)
}

const signalNames = new Map(Object.entries(os.signals).map(([name, number]) => [number as number, name]))

/** A shell tells a signal as 128 and its number; a program that chooses such a code itself cannot be told apart. */
const reportOf = (code: number): Reported => {
  const signal = code > 128 ? signalNames.get(code - 128) : undefined
  return signal === undefined ? { exitCode: code, signal } : { exitCode: undefined, signal }
}

/** Holds the namespace that `pid` has made: the system gives the number of one that is gone to the next one at once. */
const hold = (pid: number): number | undefined => {
  try {
    return openSync(`/proc/${pid}/ns/pid_for_children`, "r") // guard: I5 core/test/process/namespace.test.ts
  } catch {
    return undefined
  }
}

/** Listens to the first process of a namespace that `pid` has made. */
export const listen = (pid: number, control: Writable, report: Readable): Init => {
  const started = Deferred.makeUnsafe<boolean>()
  const reported = Deferred.makeUnsafe<Reported | undefined>()
  let held: number | undefined
  let rest = ""
  const understand = (line: string) => {
    if (line === "started") {
      held = hold(pid)
      Deferred.doneUnsafe(started, Effect.succeed(true))
    } else {
      Deferred.doneUnsafe(reported, Effect.succeed(reportOf(Number(line))))
    }
  }
  report.setEncoding("latin1").on("data", (text: string) => {
    const lines = (rest + text).split("\n")
    rest = lines.pop() ?? ""
    lines.forEach(understand)
  })
  report.once("close", () => {
    Deferred.doneUnsafe(started, Effect.succeed(false))
    Deferred.doneUnsafe(reported, Effect.succeed(undefined))
  })
  // It may end while it is told something, and `close` follows an error.
  for (const stream of [control, report]) stream.on("error", () => undefined)
  return {
    started,
    reported,
    look: () => void control.write("\n"),
    namespace: () => (held === undefined ? undefined : `pid:[${fstatSync(held).ino}]`),
    release: () => {
      if (held !== undefined) closeSync(held)
      held = undefined
    }
  }
}
