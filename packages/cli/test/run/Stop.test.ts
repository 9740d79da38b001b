import { expect, it } from "vitest"
import { naming, type Place, place, rein, serve, start, uniqueSleep, until, ways } from "../support.ts"

const model = ["--model", ways.anthropic.model]

/** A command that takes long, and how it is found. */
const long = () => {
  const sleep = uniqueSleep()
  return { sleep, command: `${sleep}; true` }
}

/** A run in the middle of a long command. */
const inCommand = async (here: Place, environment: NodeJS.ProcessEnv, sleep: string) => {
  const run = start(here, ["run", "Wait", ...model, "--yes"], { environment })
  await until(() => naming(sleep).length > 0)
  return run
}

it("after kill -9, --continue goes on with the open turn, then with the prompt, and nothing is forgotten", async () => {
  const here = await place()
  const { command, sleep } = long()
  const server = await serve([
    [{ text: "I wait now." }, { call: { tool: "bash", input: { command } } }],
    [{ text: "I was cut off." }],
    [{ text: "I remember." }]
  ])
  const environment = ways.anthropic.environment(server.url)
  const run = await inCommand(here, environment, sleep)
  run.child.kill("SIGKILL")
  await run.ended

  const { code, stderr, stdout } = await rein(here, ["run", "Do you remember?", "--continue", "--yes"], { environment })
  expect(stderr).toMatch(/goes on with the turn that was cut off\n\* bash .* - unverified/)
  expect({ code, stdout }).toEqual({ code: 0, stdout: "I was cut off.\nI remember.\n" })
  const [, resumed, next] = server.requests.map(({ body }) => JSON.stringify(body["messages"]))
  expect(resumed).toMatch(/Wait.*I wait now\..*sleep .*not known whether it took effect/)
  expect(next).toMatch(/Wait.*I wait now\..*I was cut off\..*Do you remember\?/)
})

it("--continue without a prompt only finishes what is open", async () => {
  const here = await place()
  const { command, sleep } = long()
  const server = await serve([[{ call: { tool: "bash", input: { command } } }], [{ text: "I was cut off." }]])
  const environment = ways.anthropic.environment(server.url)
  const run = await inCommand(here, environment, sleep)
  run.child.kill("SIGKILL")
  await run.ended
  const first = await rein(here, ["run", "--continue"], { environment })
  expect(first).toMatchObject({ code: 0, stdout: "I was cut off.\n" })
  const again = await rein(here, ["run", "--continue"], { environment })
  expect(again.stderr).toMatch(/has nothing left to do/)
  expect(again.code).toBe(2)
})

it("a second Ctrl-C kills what still runs, and the turn is stored all the same", async () => {
  const here = await place()
  const { sleep } = long()
  // Stopped politely, it goes on.
  const command = `trap '' TERM INT; while :; do ${sleep}; done`
  const server = await serve([[{ call: { tool: "bash", input: { command } } }]])
  const run = await inCommand(here, ways.anthropic.environment(server.url), sleep)
  run.child.kill("SIGINT")
  await run.says("Ctrl-C again")
  run.child.kill("SIGINT")
  const { code, stderr } = await run.ended
  expect(code).toBe(130)
  expect(naming(sleep)).toEqual([])
  const id = /interrupted .* session (ses_\S+)/.exec(stderr)?.[1] ?? ""
  expect((await rein(here, ["session", "show", id])).stderr).toMatch(/last turn: interrupted/)
})
