import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import { lineOf, lives, type Place, place, rein, serve, start, ways } from "../support.ts"

const model = ["--model", ways.anthropic.model]

const long = "echo $$ > pid; sleep 300"

/** A run in the middle of a long command, and the command's process group. */
const inCommand = async (here: Place, environment: NodeJS.ProcessEnv) => {
  const run = start(here, ["run", "Wait", ...model, "--yes"], { environment })
  const group = Number(await lineOf(join(here.project, "pid")))
  onTestFinished(() => {
    if (lives(group)) process.kill(-group, "SIGKILL")
  })
  return { ...run, group }
}

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143]
] as const)("%s ends the turn, stores that, leaves nothing and exits with %i", async (signal, expected) => {
  const here = await place()
  const server = await serve([[{ text: "Waiting." }, { call: { tool: "bash", input: { command: long } } }]])
  const run = await inCommand(here, ways.anthropic.environment(server.url))
  const began = Date.now()
  run.child.kill(signal)
  const { code, stderr } = await run.ended
  expect(Date.now() - began).toBeLessThan(5_000)
  expect(code).toBe(expected)
  expect(lives(run.group)).toBe(false)
  expect(stderr).toMatch(/\* bash echo .* - interrupted/)
  expect(stderr).toMatch(/\ninterrupted \| 1 step/)
  const id = /session (ses_\S+)/.exec(stderr)?.[1] ?? ""
  expect((await rein(here, ["session", "show", id])).stderr).toMatch(/last turn: interrupted/)
  expect(server.requests).toHaveLength(1)
})

it("after kill -9, --continue goes on with the open turn, then with the prompt, and nothing is forgotten", async () => {
  const here = await place()
  const server = await serve([
    [{ text: "I wait now." }, { call: { tool: "bash", input: { command: long } } }],
    [{ text: "I was cut off." }],
    [{ text: "I remember." }]
  ])
  const environment = ways.anthropic.environment(server.url)
  const run = await inCommand(here, environment)
  run.child.kill("SIGKILL")
  await run.ended

  const { code, stderr, stdout } = await rein(here, ["run", "Do you remember?", "--continue", "--yes"], { environment })
  expect(stderr).toMatch(/goes on with the turn that was cut off\n\* bash echo .* - unverified/)
  expect({ code, stdout }).toEqual({ code: 0, stdout: "I was cut off.\nI remember.\n" })
  const [, resumed, next] = server.requests.map(({ body }) => JSON.stringify(body["messages"]))
  expect(resumed).toMatch(/Wait.*I wait now\..*sleep 300.*not known whether it took effect/)
  expect(next).toMatch(/Wait.*I wait now\..*I was cut off\..*Do you remember\?/)
})

it("--continue without a prompt only finishes what is open", async () => {
  const here = await place()
  const server = await serve([[{ call: { tool: "bash", input: { command: long } } }], [{ text: "I was cut off." }]])
  const environment = ways.anthropic.environment(server.url)
  const run = await inCommand(here, environment)
  run.child.kill("SIGKILL")
  await run.ended
  const first = await rein(here, ["run", "--continue"], { environment })
  expect(first).toMatchObject({ code: 0, stdout: "I was cut off.\n" })
  const again = await rein(here, ["run", "--continue"], { environment })
  expect(again.stderr).toMatch(/has nothing left to do/)
  expect(again.code).toBe(2)
})

/** Stopped politely, it goes on. */
const stubborn = "trap '' TERM INT; echo $$ > pid; while :; do sleep 300; done"

it("a second Ctrl-C kills what still runs, and the turn is stored all the same", async () => {
  const here = await place()
  const server = await serve([[{ call: { tool: "bash", input: { command: stubborn } } }]])
  const run = await inCommand(here, ways.anthropic.environment(server.url))
  run.child.kill("SIGINT")
  await run.says("Ctrl-C again")
  run.child.kill("SIGINT")
  const { code, stderr } = await run.ended
  expect(code).toBe(130)
  expect(lives(run.group)).toBe(false)
  const id = /interrupted .* session (ses_\S+)/.exec(stderr)?.[1] ?? ""
  expect((await rein(here, ["session", "show", id])).stderr).toMatch(/last turn: interrupted/)
})
