// From spawn to the first full request of `rein run`, beside a bare script that does one fetch; then CPU and memory of a run of 40 steps.
import { execFileSync, spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { createAgent, Model } from "@rein/core"
import { sqlite } from "@rein/core/node"
import * as WireServer from "@rein/core/testing/WireServer"
import { Layer } from "effect"
import { bundle, bundleFolder } from "../scripts/bundle.ts"
import { median } from "./support/measure.ts"
import { stepping } from "./support/model.ts"

const rounds = 11
const storedSessions = 100
const projectFiles = 1_000
const longSteps = 40
/** At most this many times the bare script. */
const target = 1.4

const folder = mkdtempSync(join(tmpdir(), "rein-cold-start-"))
const project = join(folder, "project")
const data = join(folder, "data")
const bin = join(import.meta.dirname, "../packages/cli/bin/rein.js")

/** Makes the bundle older or newer than the sources, so that the command runs these or that. */
const date = (seconds: number): void => utimesSync(join(bundleFolder, "main.cjs"), seconds, seconds)
const useBundle = () => date(Date.now() / 1000)
const useSource = () => date(1)

const git = (...args: ReadonlyArray<string>) =>
  execFileSync("git", ["-c", "user.name=bench", "-c", "user.email=bench@localhost", ...args], { cwd: project })

const makeProject = () => {
  mkdirSync(project)
  writeFileSync(
    join(project, "AGENTS.md"),
    "Write small functions. Run the tests before you say that you are done.\n".repeat(40)
  )
  for (let index = 0; index < projectFiles; index++) {
    const directory = join(project, "src", String(index % 20))
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, `file${index}.ts`), `export const value${index} = ${index}\n`)
  }
  git("init", "--quiet")
  git("add", ".")
  git("commit", "--quiet", "-m", "start")
}

const makeStore = async () => {
  await using agent = createAgent({
    model: { ref: { provider: "bench", model: "steps" }, layer: Layer.succeed(Model.Model, stepping(1)) },
    store: sqlite(join(data, "rein/rein.db"))
  })
  for (let index = 0; index < storedSessions; index++) await agent.run(`prompt ${index}`)
}

const environment = (url: string, cache: string): NodeJS.ProcessEnv => ({
  PATH: process.env["PATH"],
  HOME: folder,
  XDG_DATA_HOME: data,
  XDG_CACHE_HOME: join(folder, cache),
  ANTHROPIC_API_KEY: "bench",
  ANTHROPIC_BASE_URL: url
})

interface Program {
  readonly args: ReadonlyArray<string>
  /** Where compiled code is kept. */
  readonly cache?: string
  /** Runs before the program starts. */
  readonly before?: () => void
  /** Runs when the request is there. */
  readonly onRequest?: () => void
}

const rein = (...more: ReadonlyArray<string>): ReadonlyArray<string> => [
  bin,
  "run",
  "Say hello",
  "--model",
  "anthropic/bench",
  "--dir",
  project,
  ...more
]

interface Started {
  /** Milliseconds until the whole request was there. */
  readonly wall: number
  /** Milliseconds that its main thread worked until then: what a busy machine changes least. */
  readonly cpu: number
}

/** From the scheduler's books, on Linux. */
const cpuOf = (pid: number): number =>
  process.platform === "linux"
    ? Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6
    : Number.NaN

const startOnce = async ({ args, before, cache = "cache", onRequest }: Program): Promise<Started> => {
  before?.()
  let arrived = Number.NaN
  let cpu = Number.NaN
  const server = await WireServer.start({
    strict: false,
    script: () => {
      arrived = performance.now()
      cpu = cpuOf(child.pid ?? 0)
      onRequest?.()
      return [{ text: "hello" }]
    }
  })
  const began = performance.now()
  const child = spawn(process.execPath, args, { env: environment(server.url, cache), stdio: "ignore" })
  const code = await new Promise((resume) => child.once("close", resume))
  await server.close()
  if (code !== 0 || Number.isNaN(arrived)) throw new Error(`${args.join(" ")} ended with ${code} or made no request`)
  return { wall: arrived - began, cpu }
}

/** Is the prompt of the newest session in the store? Read while the program still waits for its answer. */
const isInputStored = (): void => {
  const database = new DatabaseSync(join(data, "rein/rein.db"), { readOnly: true })
  const found = database
    .prepare(
      "SELECT count(*) AS n FROM event WHERE type = 'CommandSubmitted' AND data LIKE '%Say hello%' AND session = (SELECT max(key) FROM session)"
    )
    .get()
  database.close()
  if (found?.["n"] !== 1) throw new Error("the request came before its input was stored")
}

const row = (name: string, value: string, ratio = "", more = "") =>
  console.log(`  ${name.padEnd(44)} ${value.padStart(12)} ${ratio.padStart(8)} ${more.padStart(14)}`)
const millis = (value: number): string => `${value.toFixed(0)} ms`

const coldStart = async () => {
  const script = join(folder, "fetch.mjs")
  // What the command sends, so that both send as much.
  writeFileSync(
    script,
    `const body = JSON.stringify({ model: "bench", max_tokens: 1, messages: [{ role: "user", content: "x".repeat(20_000) }] })
const response = await fetch(process.env.ANTHROPIC_BASE_URL + "/v1/messages", { method: "POST", headers: { "content-type": "application/json" }, body })
await response.text()`
  )
  const programs: Readonly<Record<string, Program>> = {
    "bare fetch script": { args: [script] },
    "rein run, bundle": { args: rein(), before: useBundle, onRequest: isInputStored },
    "rein run, source": { args: rein(), before: useSource, onRequest: isInputStored }
  }
  const first = await startOnce({ args: rein(), cache: "first", before: useBundle })
  const seen: Record<string, Array<Started>> = {}
  for (let round = 0; round <= rounds; round++) {
    for (const [name, program] of Object.entries(programs)) {
      const taken = await startOnce(program)
      if (round > 0) (seen[name] ??= []).push(taken)
    }
  }
  const medians = Object.entries(seen).map(([name, all]) => ({
    name,
    wall: median(all.map((one) => one.wall)),
    cpu: median(all.map((one) => one.cpu))
  }))
  const floor = medians[0]?.wall ?? Number.NaN
  console.log(
    `\nFrom spawn to the first full request (medians of ${rounds}; target ${target}x), and CPU of the main thread`
  )
  for (const { cpu, name, wall } of [...medians, { name: "rein run, bundle, the very first time", ...first }])
    row(name, millis(wall), `${(wall / floor).toFixed(2)}x`, `${millis(cpu)} CPU`)
}

/** CPU in milliseconds and peak memory in MiB of a living process, from the system's own books. */
const booksOf = (pid: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  const fields = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number)
  // In ticks of 10 ms: its own user and system time.
  const cpu = ((fields[11] ?? 0) + (fields[12] ?? 0)) * 10
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024
  return { cpu, peak }
}

const longRun = async () => {
  if (process.platform !== "linux")
    return console.log("\nCPU and memory of a long run are read from /proc, on Linux only.")
  useBundle()
  let books: ReturnType<typeof booksOf> | undefined
  const server = await WireServer.start({
    script: ({ index }) => {
      if (index + 1 < longSteps)
        return [{ text: "I look. " }, { call: { tool: "read", input: { path: `src/${index % 20}/file${index}.ts` } } }]
      books = booksOf(child.pid ?? 0)
      return [{ text: "done" }]
    }
  })
  const child = spawn(process.execPath, rein(), { env: environment(server.url, "cache"), stdio: "ignore" })
  await new Promise((resume) => child.once("close", resume))
  await server.close()
  console.log(`\nA run of ${server.requests.length} steps, each with a call of read (until the last request)`)
  row("CPU of the process", millis(books?.cpu ?? Number.NaN))
  row("peak memory", `${books?.peak.toFixed(0)} MiB`)
}

try {
  makeProject()
  await makeStore()
  await bundle()
  await coldStart()
  await longRun()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
