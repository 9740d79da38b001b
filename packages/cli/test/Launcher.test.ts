import { cp, mkdir, rm, stat, symlink, utimes, writeFile } from "node:fs/promises"
import { spawn } from "node:child_process"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import { isFull } from "./size.ts"
import { bin, type Ended, lineOf, lives, type Place, place, serve, start, ways } from "./support.ts"

const root = join(import.meta.dirname, "../../..")

interface Running {
  readonly pid: number
  readonly kill: (signal: NodeJS.Signals) => void
  readonly ended: Promise<Ended & { readonly signal: NodeJS.Signals | null }>
}

/** Starts the launcher with a Node that says that it is an old one. */
const startOld = (here: Place, file: string, args: ReadonlyArray<string>, more: NodeJS.ProcessEnv = {}): Running => {
  const lie = 'data:text/javascript,Object.defineProperty(process, "version", { value: "v18.20.8" })'
  const child = spawn(process.execPath, ["--import", lie, file, ...args], {
    cwd: here.project,
    env: { ...here.environment, ...more },
    stdio: ["ignore", "pipe", "pipe"]
  })
  onTestFinished(() => void child.kill("SIGKILL"))
  const texts = { stdout: "", stderr: "" }
  child.stdout.setEncoding("utf8").on("data", (text: string) => (texts.stdout += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (texts.stderr += text))
  const ended = new Promise<Ended & { signal: NodeJS.Signals | null }>((resolve) =>
    child.once("close", (code, signal) => resolve({ code, signal, ...texts }))
  )
  return { pid: child.pid ?? 0, kill: (signal) => void child.kill(signal), ended }
}

/** A command that runs long, and its process group. */
const inCommand = async (here: Place) => {
  const server = await serve([[{ call: { tool: "bash", input: { command: "echo $$ > pid; sleep 300" } } }]])
  const args = ["run", "Wait", "--model", ways.anthropic.model, "--yes"]
  const run = startOld(here, bin, args, ways.anthropic.environment(server.url))
  const group = Number(await lineOf(join(here.project, "pid")))
  onTestFinished(() => {
    if (lives(group)) process.kill(-group, "SIGKILL")
  })
  return { run, group }
}

it("hands over to the checkout's own Node where the running one is too old, with exit code and output", async () => {
  const here = await place()
  expect(await startOld(here, bin, ["--version"]).ended).toMatchObject({ code: 0, stdout: "rein v0.1.0\n", stderr: "" })
  expect(await startOld(here, bin, ["run", "hi"]).ended).toMatchObject({ code: 2, stdout: "" })
})

it.each([["SIGINT", 130], ...(isFull ? [["SIGTERM", 143] as const] : [])] as const)(
  "passes %s on, and leaves no process",
  async (signal, expected) => {
    const { group, run } = await inCommand(await place())
    run.kill(signal)
    const { code, stderr } = await run.ended
    expect(stderr).toMatch(/\ninterrupted \| 1 step/)
    expect(code).toBe(expected)
    expect(lives(group)).toBe(false)
  }
)

it("ends the work when it is killed itself", async () => {
  const { group, run } = await inCommand(await place())
  run.kill("SIGKILL")
  // Its output stays open for as long as the one lives that it handed over to.
  const { stderr } = await run.ended
  expect(stderr).toMatch(/\ninterrupted \| 1 step/)
  expect(lives(group)).toBe(false)
})

it("says what to do where there is no other Node", async () => {
  const here = await place()
  const alone = join(here.folder, "some/packages/cli/bin/rein.js")
  await mkdir(join(alone, ".."), { recursive: true })
  await writeFile(join(here.folder, "package.json"), '{"type":"module"}')
  await cp(bin, alone)
  const { code, stderr, stdout } = await startOld(here, alone, ["--version"]).ended
  expect(stderr).toMatch(/^rein: this is Node v18\.20\.8 .* needs 22\.19 or newer.*npm ci.*\n$/)
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
})

/** A checkout of its own, whose bundle says what it is; its sources are this one's. */
const checkout = async () => {
  const here = await place()
  const copy = join(here.folder, "checkout")
  for (const folder of ["cli", "core", "permission", "providers", "tools"]) {
    await cp(join(root, "packages", folder, "src"), join(copy, "packages", folder, "src"), { recursive: true })
    await cp(join(root, "packages", folder, "package.json"), join(copy, "packages", folder, "package.json"))
  }
  await cp(bin, join(copy, "packages/cli/bin/rein.js"))
  await cp(join(root, "package-lock.json"), join(copy, "package-lock.json"))
  await symlink(join(root, "node_modules"), join(copy, "node_modules"))
  const bundle = join(copy, "packages/cli/dist/bundle/main.cjs")
  await mkdir(join(bundle, ".."), { recursive: true })
  await writeFile(bundle, 'console.log("from the bundle")')
  const later = new Date(Date.now() + 60_000)
  await utimes(bundle, later, later)
  const run = () =>
    new Promise<string>((resolve) => {
      let text = ""
      const child = spawn(process.execPath, [join(copy, "packages/cli/bin/rein.js"), "--version"], {
        cwd: here.folder,
        env: here.environment,
        stdio: ["ignore", "pipe", "inherit"]
      })
      child.stdout.setEncoding("utf8").on("data", (piece: string) => (text += piece))
      child.once("close", () => resolve(text))
    })
  return { copy, bundle, run, later }
}

it("runs the bundle while it is newer than every source, and the source when it is not", async () => {
  const { bundle, copy, later, run } = await checkout()
  expect(await run()).toBe("from the bundle\n")
  const changed = join(copy, "packages/permission/src/Rules.ts")
  await utimes(changed, later, later)
  expect(await run()).toBe("rein v0.1.0\n")
  await utimes(changed, 1, 1)
  expect(await run()).toBe("from the bundle\n")
  await rm(bundle)
  expect(await run()).toBe("rein v0.1.0\n")
})

it("works from any directory through a link, as npm makes one", async () => {
  const here = await place()
  const link = join(here.folder, "rein")
  await symlink(bin, link)
  const child = spawn(process.execPath, [link, "session", "list"], { cwd: here.folder, env: here.environment })
  let text = ""
  child.stderr.setEncoding("utf8").on("data", (piece: string) => (text += piece))
  await new Promise((resolve) => child.once("close", resolve))
  expect(text).toBe(`No sessions in ${here.folder}.\n`)
})

it.runIf(isFull)("runs through npm in the directory where npm was called", async () => {
  const here = await place()
  const child = spawn(process.execPath, [join(root, "scripts/rein.ts"), "session", "list"], {
    cwd: root,
    env: { ...here.environment, INIT_CWD: here.project }
  })
  let text = ""
  child.stderr.setEncoding("utf8").on("data", (piece: string) => (text += piece))
  await new Promise((resolve) => child.once("close", resolve))
  expect(text).toBe(`No sessions in ${here.project}.\n`)
})

it("keeps compiled code in a folder that is the user's alone, and does without where there can be none", async () => {
  const here = await place()
  const { NODE_COMPILE_CACHE: _, ...environment } = here.environment
  const own: Place = { ...here, environment }
  expect((await start(own, ["--version"]).ended).code).toBe(0)
  const cache = await stat(join(here.folder, "cache/rein/compiled"))
  expect(cache.mode & 0o777).toBe(0o700)
  const none = await start(own, ["--version"], { environment: { XDG_CACHE_HOME: "/proc/x" } }).ended
  expect(none).toMatchObject({ code: 0, stdout: "rein v0.1.0\n", stderr: "" })
})
