// The real command with a pipe for a person.
import { rm, writeFile } from "node:fs/promises"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { type Place, place, rein, serve, start, until, ways } from "../support.ts"

const model = ["--model", ways.anthropic.model]

const messages = (body: Readonly<Record<string, unknown>> | undefined): string => JSON.stringify(body?.["messages"])

/** A chat whose person types what the test wants, when it wants. */
const talk = (here: Place, environment: NodeJS.ProcessEnv, args: ReadonlyArray<string> = model) => {
  const started = start(here, ["chat", ...args], { environment, input: "open" })
  return { ...started, type: (line: string) => void started.child.stdin?.write(`${line}\n`) }
}

/** A command that waits until the test lets it go on. */
const held = (here: Place) => ({
  call: {
    tool: "bash",
    input: { command: "echo begun > begun; while [ ! -e go ]; do sleep 0.02; done; echo went on" }
  },
  letGo: () => writeFile(join(here.project, "go"), "")
})

it("talks, asks, steers between two steps, queues, tells the status, and ends with its input", async () => {
  const here = await place()
  const { call, letGo } = held(here)
  const server = await serve([
    [{ text: "Good day." }],
    [{ text: "I wait for it." }, { call }],
    [{ text: "Short then." }],
    [{ text: "And the last." }]
  ])
  const { child, ended, says, type } = talk(here, ways.anthropic.environment(server.url))
  type("hello")
  await says("completed | 1 step")
  type("wait for it")
  await says("follow): ")
  type("maybe")
  type("y")
  await server.request(1)
  await says("? bash: echo begun")
  type("/status")
  await says("runs bash echo begun")
  await says("why:     I wait for it.")
  type("be short")
  type("/queue and then say the last")
  type("/nothing")
  await says("There is no command /nothing.")
  await letGo()
  await says("* the model gets: and then say the last")
  child.stdin?.end()
  const { code, stderr, stdout } = await ended
  expect({ code, stdout }).toEqual({ code: 0, stdout: "Good day.\nI wait for it.\nShort then.\nAnd the last.\n" })
  expect(stderr).toMatch(/\* bash .* - ok\n(.*\n)*\* the model gets: be short\n/)
  expect(messages(server.requests[2]?.body)).toMatch(/went on.*be short/)
  expect(messages(server.requests[2]?.body)).not.toContain("the last")
  expect(messages(server.requests[3]?.body)).toMatch(/Short then\..*and then say the last/)
})

it("Ctrl-C interrupts and takes back what waits, again leaves; --continue goes on", async () => {
  const here = await place()
  const { call, letGo } = held(here)
  const server = await serve([[{ text: "I wait." }, { call }], [{ text: "I remember." }]])
  const environment = ways.anthropic.environment(server.url)
  const { child, ended, says, type } = talk(here, environment, [...model, "--yes"])
  type("wait")
  await says("* session")
  await server.request(0)
  type("/queue something else")
  await says("* for a turn of its own")
  child.kill("SIGINT")
  await says("* taken back: something else")
  await says("interrupted | 1 step")
  child.kill("SIGINT")
  const first = await ended
  expect(first.code).toBe(130)
  await letGo()

  const again = talk(here, environment, ["--continue", "--yes"])
  again.type("do you remember?")
  await again.says("completed | 1 step")
  again.type("/quit")
  expect(await again.ended).toMatchObject({ code: 0, stdout: "I remember.\n" })
  expect(messages(server.requests[1]?.body)).toMatch(/I wait\..*You were interrupted here.*do you remember/)
  expect(server.requests).toHaveLength(2)
})

it("n with a reason lets the model go on, a bare n with none ends the turn; /withdraw takes a line back", async () => {
  const here = await place()
  const remove = (what: string) => ({ call: { tool: "bash", input: { command: `rm ${what}` } } })
  const server = await serve([[remove("x")], [{ text: "Then not." }], [remove("y")]])
  const { child, ended, says, type } = talk(here, ways.anthropic.environment(server.url))
  type("do it")
  await says("follow): ")
  type("n")
  await says("empty: stop here): ")
  type("leave it alone")
  await says("completed | 2 steps")
  type("do it again")
  await says(
    `? bash: rm y\n  why: no rule allows \`rm y\`\n  write ${here.project}/y\n  s and p save: nothing: this can only be allowed once\n  y = once`
  )
  type("/withdraw")
  await says("nothing waits")
  type("/queue later")
  type("/withdraw")
  await says("* taken back: later")
  type("n")
  type("")
  await says("denied: a person rejected a call | 1 step")
  child.stdin?.end()
  expect(await ended).toMatchObject({ code: 10, stdout: "Then not.\n" })
  expect(messages(server.requests[1]?.body)).toContain("leave it alone")
  expect(server.requests).toHaveLength(3)
})

it("reads a pipe to its end; a question that nobody can answer any more is rejected", async () => {
  const here = await place()
  const call = { tool: "bash", input: { command: "rm x" } }
  const server = await serve([[{ call }], [{ text: "Not allowed." }]])
  const { code, stderr, stdout } = await rein(here, ["chat", ...model], {
    environment: ways.anthropic.environment(server.url),
    input: "do it\n"
  })
  expect({ code, stdout }).toEqual({ code: 0, stdout: "Not allowed.\n" })
  expect(stderr).toContain("The input was closed before anybody answered")
  const [, session = ""] = /\* session (\S+)/.exec(stderr) ?? []
  const events = await rein(here, ["session", "events", session])
  // The prompt, and one answer.
  expect(events.stdout.match(/"CommandSubmitted"/g)).toHaveLength(2)
})

it("refuses a session that another process works on, and /quit says that it stops a turn", async () => {
  const here = await place()
  const { call } = held(here)
  const server = await serve([[{ call }]])
  const environment = ways.anthropic.environment(server.url)
  const { ended, says, type } = talk(here, environment, [...model, "--yes"])
  type("wait")
  await until(() => existsSync(join(here.project, "begun")))
  const second = await rein(here, ["chat", "--continue"], { environment, input: "hello\n" })
  expect(second).toMatchObject({ code: 2, stdout: "" })
  expect(second.stderr).toMatch(/^rein: Session \S+ is in use by process \d+/)
  type("/quit")
  await says("* stopping")
  expect(await ended).toMatchObject({ code: 0 })
  expect(server.requests).toHaveLength(1)
})

it("ends with a sentence when its store breaks in the middle of a turn", async () => {
  const here = await place()
  const { call, letGo } = held(here)
  const server = await serve([[{ call }], [{ text: "Never stored." }]])
  const { child, ended, type } = talk(here, ways.anthropic.environment(server.url), [...model, "--yes"])
  type("wait")
  child.stdin?.end()
  await until(() => existsSync(join(here.project, "begun")))
  await rm(join(here.folder, "data", "rein", "rein.db"))
  await letGo()
  const { code, stderr } = await ended
  expect(code).toBe(2)
  expect(stderr).toMatch(/rein: .*rein\.db/)
})

it("without a model says which to name, and `rein` alone is the chat", async () => {
  const here = await place()
  const { code, stderr } = await rein(here, [], { input: "" })
  expect(code).toBe(2)
  expect(stderr).toMatch(/^rein: No model is chosen\./)
})

it("asks the model again at once when the person does not want to wait", async () => {
  const here = await place()
  const server = await serve([[{ error: { status: 429, headers: { "retry-after": "600" } } }], [{ text: "Here." }]])
  const { child, ended, says, type } = talk(here, ways.anthropic.environment(server.url))
  type("hello")
  await says("Again in 600.0 s.")
  type("/status")
  await says("/retry asks the model again at once")
  type("/retry")
  await says("completed | 1 step")
  type("/retry")
  await says("* nothing waits to ask the model again")
  child.stdin?.end()
  expect(await ended).toMatchObject({ code: 0, stdout: "Here.\n" })
})
