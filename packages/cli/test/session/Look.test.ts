import { spawn } from "node:child_process"
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Ids from "@rein/core/schema/Ids"
import * as SessionEvent from "@rein/core/schema/SessionEvent"
import { SessionStore } from "@rein/core/session/SessionStore"
import { Effect } from "effect"
import { expect, it } from "vitest"
import * as Harness from "../../src/Harness.ts"
import { bin, type Place, place, rein, serve, ways } from "../support.ts"

/** A place with a session of a few turns, and its id. */
const withSession = async () => {
  const here = await place()
  const server = await serve(() => [{ text: "an answer" }])
  const options = { environment: ways.anthropic.environment(server.url) }
  const { stderr } = await rein(here, ["run", "first words", "--model", ways.anthropic.model], options)
  const id = /session (ses_\S+)/.exec(stderr)?.[1] ?? ""
  await rein(here, ["run", "second words", "--session", id], options)
  return { here, id, options }
}

const sequences = (stdout: string) =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { sequence: number }).sequence) // an event has one

/** Runs a line of a shell in which `$REIN` is the command. */
const shell = (here: Place, line: string) =>
  new Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const environment = { ...here.environment, REIN: `${process.execPath} ${bin}` }
    const child = spawn("bash", ["-o", "pipefail", "-c", line], { cwd: here.project, env: environment })
    const texts = { stdout: "", stderr: "" }
    child.stdout.setEncoding("utf8").on("data", (text: string) => (texts.stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (texts.stderr += text))
    child.once("close", (code) => resolve({ code, ...texts }))
  })

it("prints events as lines, bounded by --after and --limit, and says when more follow", async () => {
  const { here, id } = await withSession()
  const all = await rein(here, ["session", "events", id])
  const count = sequences(all.stdout).length
  expect(sequences(all.stdout)).toEqual(Array.from({ length: count }, (_, index) => index + 1))
  expect(all.stderr).toBe("")

  const some = await rein(here, ["session", "events", id, "--after", "3", "--limit", "2"])
  expect(sequences(some.stdout)).toEqual([4, 5])
  expect(some.stderr).toBe("More events follow: --after 5\n")

  const end = await rein(here, ["session", "events", id, "--after", String(count)])
  expect(end).toMatchObject({ code: 0, stdout: "", stderr: "" })

  const piped = await shell(here, `$REIN session events ${id} | head -n 1; echo "\${PIPESTATUS[0]}"`)
  expect(piped.stdout).toMatch(/^\{.*"sequence":1,.*\}\n0\n$/)
  expect(piped.stderr).toBe("")
})

it("shows and lists, and names sessions that are near", async () => {
  const { here, id, options } = await withSession()
  const shown = await rein(here, ["session", "show", id])
  expect(shown.stdout).toBe("an answer\nan answer\n")
  expect(shown.stderr).toMatch(
    /> first words\n> second words\nlast turn: completed\n2 steps \| tokens: 20 in, 10 out \| cost: unknown\n$/
  )
  const listed = await rein(here, ["session", "list", "--limit", "1"])
  expect(listed.stdout).toMatch(new RegExp(`^${id}  \\S+  ${here.project}\n$`))

  const near = `${id.slice(0, -1)}${id.endsWith("0") ? "1" : "0"}`
  for (const args of [
    ["session", "events", near],
    ["run", "hi", "--session", id.slice(0, -4)]
  ]) {
    const { code, stderr } = await rein(here, args, options)
    expect(stderr).toMatch(new RegExp(`There is no session .* Did you mean ${id}\\?`))
    expect(code).toBe(2)
  }
})

it("shows what stands before some damage, and does not let it hide the other sessions", async () => {
  const { here, id, options } = await withSession()
  await rein(here, ["run", "elsewhere", "--model", ways.anthropic.model], options)
  const database = new DatabaseSync(join(here.folder, "data/rein/rein.db"))
  const { sequence } = database.prepare("SELECT max(sequence) AS sequence FROM event WHERE session = 1").get() ?? {}
  database.exec(`UPDATE event SET data = '{' WHERE session = 1 AND sequence = ${String(sequence)}`)
  database.close()
  const damage = `Event ${String(sequence)} of session ${id} is damaged`
  const shown = await rein(here, ["session", "show", id])
  expect(shown).toMatchObject({ code: 2, stdout: "an answer\nan answer\n" })
  expect(shown.stderr).toContain(`> second words\nrein: ${damage}`)
  const total = await rein(here, ["stats", "--format", "json", "--by", "project"])
  expect(total.code).toBe(2)
  const [group = "", ...more] = total.stdout.trimEnd().split("\n")
  expect(JSON.parse(group)).toMatchObject({ sessions: 2, steps: 3 })
  expect(more.join()).toContain(damage)
  for (const args of [
    ["session", "questions", "--format", "json"],
    ["permission", "log", "--format", "json"],
    ["session", "request", id, "--format", "json"]
  ]) {
    const { code, stdout } = await rein(here, args)
    expect(stdout).toContain(damage)
    expect(code).toBe(2)
  }
})

it("keeps a session in its directory and with its agent", async () => {
  const { here, id } = await withSession()
  const elsewhere = await rein(here, ["run", "hi", "--session", id, "--dir", here.folder])
  expect(elsewhere.stderr).toMatch(/^rein: Session ses_\S+ works in .*project, not in .*\n$/)
  expect(elsewhere.code).toBe(2)
  const both = await rein(here, ["run", "hi", "--session", id, "--continue"])
  expect(both).toMatchObject({ code: 2, stderr: expect.stringMatching(/Give one of them\.\n$/) })
})

it("colours and hides nothing behind them when it is told to", async () => {
  const here = await place()
  const list = (environment: NodeJS.ProcessEnv) =>
    rein(here, ["session", "list", "--dir", here.folder], { environment })
  expect((await list({})).stderr).toMatch(/^No sessions in /)
  expect((await list({ FORCE_COLOR: "1" })).stderr).toBe(`\x1b[2mNo sessions in ${here.folder}.\x1b[0m\n`)
})

it("tells what a session and its subagents cost together", async () => {
  const here = await place()
  const [root, child, step] = [Ids.make.session(), Ids.make.session(), Ids.make.step()]
  const usage = { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 }
  const created = (rest: object = {}) =>
    SessionEvent.make("SessionCreated", { directory: here.project, root, agent: "build", rein: "0", ...rest })
  const turn = Ids.make.turn()
  const paid = (cost: number | "unknown") => [
    SessionEvent.make("StepStarted", { step, turn, index: 0, fingerprint: "" }),
    SessionEvent.make("StepFinished", { step, finish: "stop", usage, cost, durationMillis: 1 })
  ]
  await mkdir(join(here.folder, "data/rein"), { recursive: true, mode: 0o700 })
  await Effect.runPromise(
    Effect.gen(function* () {
      const { create } = yield* SessionStore
      yield* create(root, [created(), ...paid(1_000_000)])
      yield* create(child, [created({ parent: root }), ...paid("unknown")])
    }).pipe(Effect.provide(Harness.layerStore(join(here.folder, "data/rein"))))
  )
  const shown = await rein(here, ["session", "show", root])
  expect(shown.stderr).toContain("1 step | tokens: 1 in, 1 out | cost: $1.0000")
  expect(shown.stderr).toContain("with its subagents: 2 sessions | cost: unknown (at least $1.0000)")
})
