import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import * as WireServer from "@rein/core/testing/WireServer"
import { onTestFinished } from "vitest"

export const bin = join(import.meta.dirname, "../bin/rein.js")

/** A folder of its own for a test: a project, and everything that would lie in the person's home. */
export interface Place {
  readonly folder: string
  readonly project: string
  readonly environment: NodeJS.ProcessEnv
}

export const place = async (): Promise<Place> => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "rein-cli-test-")))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const project = join(folder, "project")
  await mkdir(project)
  const environment = {
    PATH: process.env["PATH"],
    HOME: folder,
    TMPDIR: folder,
    // Otherwise each place would compile the bundle anew.
    NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
    XDG_DATA_HOME: join(folder, "data"),
    XDG_CONFIG_HOME: join(folder, "config"),
    XDG_STATE_HOME: join(folder, "state"),
    XDG_CACHE_HOME: join(folder, "cache")
  }
  return { folder, project, environment }
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** What was written so far. */
  readonly stdout: () => string
  /** Waits until this was written to standard error. */
  readonly says: (text: string) => Promise<void>
}

export interface StartOptions {
  readonly environment?: NodeJS.ProcessEnv
  /** Written to standard input, which is then closed; `"open"` leaves it open; by default there is none. */
  readonly input?: string
  /** In a process group of its own. */
  readonly isApart?: boolean
  /** At a terminal; then both streams are one. */
  readonly isAtTerminal?: boolean
}

/** Gives a command a terminal; its input stays open as long as this lives. */
const terminal = "/usr/bin/script"

export const hasTerminal = existsSync(terminal) && process.platform === "linux"

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`

/** At a terminal the pid of `rein` is told by the first line. */
const lineOfCommand = (words: ReadonlyArray<string>, isAtTerminal = false): readonly [string, ...Array<string>] =>
  isAtTerminal
    ? [terminal, "-qefc", `echo "pid $$"; exec ${words.map(quoted).join(" ")}`, "/dev/null"]
    : [words[0] ?? "", ...words.slice(1)]

/** Starts `rein` in the place's project. */
export const start = (place: Place, args: ReadonlyArray<string>, options: StartOptions = {}): Started => {
  const [command, ...words] = lineOfCommand([process.execPath, bin, ...args], options.isAtTerminal)
  const input = options.input ?? (options.isAtTerminal === true ? "open" : undefined)
  const child = spawn(command, words, {
    detached: options.isApart === true,
    cwd: place.project,
    env: { ...place.environment, ...options.environment },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"]
  })
  onTestFinished(() => void child.kill("SIGKILL"))
  // Whoever refuses an input need not read all of it.
  child.stdin?.on("error", () => undefined)
  if (input !== undefined && input !== "open") child.stdin?.end(input)
  const texts = { stdout: "", stderr: "" }
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (texts.stdout += text))
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (texts.stderr += text))
  const says = async (text: string) => {
    while (!texts.stderr.includes(text)) await pause(5)
  }
  const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, ...texts })))
  return { child, ended, says, stdout: () => texts.stdout }
}

export const rein = (place: Place, args: ReadonlyArray<string>, options?: StartOptions): Promise<Ended> =>
  start(place, args, options).ended

/** A model server for the test. */
export const serve = async (script: WireServer.Script, split?: WireServer.Split): Promise<WireServer.Server> => {
  const server = await WireServer.start({ script, key: "test-key", ...(split === undefined ? {} : { split }) })
  onTestFinished(() => server.close())
  return server
}

/** How a wire is asked: the model's name, and the environment that leads to the server. */
export const ways = {
  anthropic: {
    model: "anthropic/some-model",
    environment: (url: string) => ({ ANTHROPIC_API_KEY: "test-key", ANTHROPIC_BASE_URL: url })
  },
  "chat-completions": {
    model: "openai-compatible/some-model",
    environment: (url: string) => ({ OPENAI_API_KEY: "test-key", OPENAI_BASE_URL: `${url}/v1` })
  }
} as const

/** Waits for a file with a whole line, and gives that. */
export const lineOf = async (path: string): Promise<string> => {
  for (;;) {
    const text = existsSync(path) ? readFileSync(path, "utf8") : ""
    if (text.endsWith("\n")) return text.trim()
    await pause(20)
  }
}

/** What lives on this machine and names the text in its command line. */
export const naming = (text: string): ReadonlyArray<string> =>
  execFileSync("ps", ["-axww", "-o", "pid=,stat=,args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(text) && !/^\s*\d+ Z/.test(line))

/** A sleep that nobody else sleeps, to find it again. */
let sleeps = 0
export const uniqueSleep = () => `sleep 5${process.pid}.${++sleeps}`

/** Looks until it is so; the test's own timeout bounds it. */
export const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await pause(50)
}

const isOfGroup = (pid: string, group: number): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
    // Behind the name in parentheses: state, parent, group.
    const [state, , found] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    return Number(found) === group && state !== "Z" && state !== "X"
  } catch {
    return false
  }
}

/** Does anything of this process group live? A zombie does not: it waits for somebody to take note of its end. */
export const lives = (group: number): boolean => {
  try {
    process.kill(-group, 0)
  } catch {
    return false
  }
  return process.platform !== "linux" || readdirSync("/proc").some((pid) => isOfGroup(pid, group))
}
