import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { expect, it } from "vitest"
import { type Ended, place, rein, serve, ways } from "../support.ts"

const parse = (text: string): ReadonlyArray<Readonly<Record<string, unknown>>> =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>) // each line of --format json is an object

const last = ({ stdout }: Ended) => parse(stdout).at(-1)

it("prints the stored events and one result, and nothing else on standard output, also with a warning", async () => {
  const here = await place()
  // It cannot be read, which is a warning.
  await mkdir(join(here.project, "AGENTS.md"))
  const server = await serve([
    [{ text: "I try. \x1b[2J\x9b\u202e" }, { call: { tool: "bash", input: { command: "touch made" } } }],
    [{ text: "It was declined." }, { usage: { input: 1200, output: 7 } }]
  ])
  const args = ["run", "Make it", "--model", ways.anthropic.model, "--format", "json"]
  const run = await rein(here, args, { environment: ways.anthropic.environment(server.url) })
  expect(run.stderr).toMatch(/^rein: warn: .*AGENTS\.md was left out/)
  expect(run.stdout).toMatch(/^[\x20-\x7e\n]+$/)

  const lines = parse(run.stdout)
  const result = lines.at(-1)
  const events = lines.slice(0, -1)
  expect(events[0]).toMatchObject({ type: "SessionCreated", sequence: 1 })
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1))
  expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(["PartFinished", "CallSettled", "TurnEnded"]))
  expect(result).toMatchObject({
    type: "Result",
    schemaVersion: 1,
    session: events[0]?.["session"],
    outcome: { _tag: "denied" },
    exitCode: 10,
    text: "It was declined.",
    declined: [{ tool: "bash", permission: "bash", patterns: ["touch made"] }],
    steps: 2,
    cost: "unknown"
  })
  expect(result).toHaveProperty("usage.output")
  expect(run.code).toBe(10)

  const stored = await rein(here, ["session", "events", String(result?.["session"])])
  expect(stored).toMatchObject({ code: 0, stderr: "" })
  expect(parse(stored.stdout)).toEqual(events)
})

it("stops after --max-steps and a closing answer, with the outcome and the exit code of a budget", async () => {
  const here = await place()
  const server = await serve(() => [{ call: { tool: "read", input: { path: "." } } }])
  const args = ["run", "Look", "--model", ways.anthropic.model, "--max-steps", "2", "--format", "json"]
  const run = await rein(here, args, { environment: ways.anthropic.environment(server.url) })
  expect(last(run)).toMatchObject({ outcome: { _tag: "budget-exhausted", limit: "steps" }, exitCode: 11, steps: 3 })
  expect(run.code).toBe(11)
  expect(server.requests).toHaveLength(3)
})

it("obeys --allow, --deny and --ask, also with --yes, and a denied call is no declined ask", async () => {
  const here = await place()
  const bash = (command: string) => ({ call: { tool: "bash", input: { command } } })
  const server = await serve((request) =>
    request.index % 2 === 1 ? [{ text: "Done." }] : [bash("echo one"), bash("echo two"), bash("echo three")]
  )
  const run = (...flags: ReadonlyArray<string>) =>
    rein(here, ["run", "Do it", "--model", ways.anthropic.model, ...flags], {
      environment: ways.anthropic.environment(server.url)
    })
  const yes = await run("--yes", "--deny", "bash:echo two", "--ask", "bash:echo th*")
  expect(yes.stderr).toMatch(/echo one - ok\n/)
  expect(yes.stderr).toMatch(/echo two - declined: .*a rule of the command line denies it/)
  expect(yes.stderr).toMatch(/echo three - declined: .*nobody could be asked/)
  expect(yes.code).toBe(10)
  const allow = await run("--allow", "bash:echo *", "--deny", "bash:echo t*")
  expect(allow.stderr.match(/echo \w+ - (ok|declined)/g)?.toSorted()).toEqual([
    "echo one - ok",
    "echo three - declined",
    "echo two - declined"
  ])
  expect(allow.code).toBe(0)
})

it("gives programs an object also when there is no outcome", async () => {
  const here = await place()
  const run = (...args: ReadonlyArray<string>) => rein(here, ["run", "hi", "--format", "json", ...args])
  const [flag, model, key] = await Promise.all([
    run("--nope"),
    run("--model", "gpt"),
    run("--model", ways.anthropic.model)
  ])
  expect(last(flag)).toMatchObject({
    type: "Error",
    schemaVersion: 1,
    exitCode: 2,
    message: expect.stringMatching(/--nope/)
  })
  expect(last(model)).toMatchObject({ type: "Error", exitCode: 2, message: expect.stringMatching(/"gpt" is no model/) })
  expect([flag.code, model.code]).toEqual([2, 2])
  // Without a key the turn itself fails, and its events are stored.
  expect(last(key)).toMatchObject({
    type: "Result",
    exitCode: 1,
    outcome: { _tag: "failed", error: { kind: "model" } }
  })
})
