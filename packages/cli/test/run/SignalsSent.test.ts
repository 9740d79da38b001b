// Signals to the real command, as a terminal, a supervisor or a closed window sends them.
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import type * as WireServer from "@rein/core/testing/WireServer"
import { expect, it } from "vitest"
import { isFull } from "../size.ts"
import { hasTerminal, naming, type Place, place, rein, serve, start, uniqueSleep, until, ways } from "../support.ts"

const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
type Signal = keyof typeof codes

/** Far more than the 300 ms and the grace of a second that are promised: the machine may be busy. */
const soonMillis = 5_000

interface Moment {
  readonly answer: (sleep: string) => WireServer.Answer
  readonly args: ReadonlyArray<string>
  readonly isAtTerminal?: true
  /** What is to be seen when the moment has come. */
  readonly isThere: (seen: { readonly stdout: string; readonly sleep: string }) => boolean
}

const moments: Readonly<Record<string, Moment>> = {
  "a stream": {
    answer: () => [{ text: "I think about it" }, { neverClose: true }],
    args: [],
    isThere: ({ stdout }) => stdout.includes("think")
  },
  "a call": {
    answer: (sleep) => [{ call: { tool: "bash", input: { command: `${sleep} & (trap : INT TERM; ${sleep}); true` } } }],
    args: ["--yes"],
    isThere: ({ sleep }) => naming(sleep).length > 1
  },
  "a question": {
    answer: (sleep) => [{ call: { tool: "bash", input: { command: sleep } } }],
    args: [],
    isAtTerminal: true,
    isThere: ({ stdout }) => stdout.includes("y = once")
  }
}

const model = ["--model", ways.anthropic.model]

/** A run in the middle of the moment, and its pid. */
const startIn = async (here: Place, { args, isAtTerminal, isThere }: Moment, url: string, sleep: string) => {
  const environment = ways.anthropic.environment(url)
  const options = { environment, isApart: true, ...(isAtTerminal === undefined ? {} : { isAtTerminal }) }
  const run = start(here, ["run", "Wait", ...model, ...args], options)
  await until(() => isThere({ stdout: run.stdout(), sleep }))
  const pid = isAtTerminal === undefined ? run.child.pid : Number(/pid (\d+)/.exec(run.stdout())?.[1])
  return { ...run, pid: pid ?? expect.fail("rein did not start") }
}

interface Case {
  readonly signal: Signal
  readonly to: "process" | "group"
  readonly moment: string
}

// Each case starts the command, and goes on with it once more in those that say so: the full run takes all of them.
const all = Object.keys(moments).flatMap((moment) =>
  (Object.keys(codes) as ReadonlyArray<Signal>).flatMap((signal) =>
    (["process", "group"] as const).map((to): Case => ({ moment, signal, to }))
  )
)
const some: ReadonlyArray<Case> = [
  { moment: "a stream", signal: "SIGINT", to: "process" },
  { moment: "a stream", signal: "SIGTERM", to: "group" },
  { moment: "a call", signal: "SIGHUP", to: "process" },
  { moment: "a call", signal: "SIGTERM", to: "group" },
  { moment: "a question", signal: "SIGINT", to: "group" },
  { moment: "a question", signal: "SIGHUP", to: "process" }
]

it("a signal while standard input is waited for", async () => {
  const run = start(await place(), ["run", ...model, "-"], { input: "open" })
  await run.says("Waiting for the prompt")
  run.child.kill("SIGTERM")
  expect((await run.ended).code).toBe(codes.SIGTERM)
})

it.runIf(isFull)("a signal while the store is locked", async () => {
  const here = await place()
  const sleep = uniqueSleep()
  const call = moments["a call"] ?? expect.fail("there is no such moment")
  const server = await serve(() => call.answer(sleep))
  const run = await startIn(here, call, server.url, sleep)
  const store = new DatabaseSync(join(here.folder, "data/rein/rein.db"), { timeout: 5_000 })
  store.exec("BEGIN EXCLUSIVE")
  run.child.kill("SIGTERM")
  expect((await run.ended).code).toBe(codes.SIGTERM)
  store.close()
  await until(() => naming(sleep).length === 0)
})

it.for(isFull ? all : some)(
  "$signal to the $to, in the middle of $moment",
  async ({ moment, signal, to }, { skip }) => {
    const one = moments[moment] ?? expect.fail("there is no such moment")
    if (one.isAtTerminal === true && !hasTerminal) skip()
    const here = await place()
    const sleep = uniqueSleep()
    const server = await serve((request) => (request.index === 0 ? one.answer(sleep) : [{ text: "I go on." }]))
    const run = await startIn(here, one, server.url, sleep)
    const began = performance.now()
    process.kill(to === "group" ? -run.pid : run.pid, signal)
    const { code } = await run.ended
    const millis = performance.now() - began
    console.log(`${signal} to the ${to} during ${moment}: exit ${code} after ${Math.round(millis)} ms`)
    expect(code).toBe(codes[signal])
    expect(millis).toBeLessThan(soonMillis)
    expect(naming(sleep)).toEqual([])
    // The watcher carries the pid of its runtime.
    await until(() => naming(`.${run.pid}.`).length === 0)

    if (!isFull && to === "process") return
    // The server refuses a history that is not valid.
    const environment = ways.anthropic.environment(server.url)
    const next = await rein(here, ["run", "Go on", "--continue"], { environment })
    expect(next).toMatchObject({ code: 0, stdout: "I go on.\n" })
    expect(JSON.stringify(server.requests[1]?.body)).toMatch(/Wait.*Go on/)
    expect(server.requests).toHaveLength(2)
  }
)
