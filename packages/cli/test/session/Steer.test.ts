import { expect, it } from "vitest"
import { place, rein, serve, start, ways } from "../support.ts"

const sessionIn = async (here: Awaited<ReturnType<typeof place>>) =>
  /ses_\S+/.exec((await rein(here, ["session", "list"])).stdout)?.[0] ?? ""

it("another process steers a running turn: its model reads it as the user's, before the next step", async () => {
  const here = await place()
  let release = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  const server = await serve([
    // Not answered before the steer is stored.
    [{ after: released }, { text: "I look." }, { call: { tool: "bash", input: { command: "echo seen" } } }],
    [{ text: "Both done." }]
  ])
  const environment = ways.anthropic.environment(server.url)
  const run = start(here, ["run", "Do one thing", "--model", ways.anthropic.model, "--yes"], { environment })
  await server.request(0)
  const steer = await rein(here, ["session", "steer", await sessionIn(here), "And another"])
  expect(steer).toMatchObject({ code: 0, stdout: "" })
  expect(steer.stderr).toMatch(/before its next step/)
  release()
  expect(await run.ended).toMatchObject({ code: 0, stdout: "I look.\nBoth done.\n" })
  expect(server.requests).toHaveLength(2)
  expect(JSON.stringify(server.requests[0]?.body)).not.toContain("And another")
  expect(server.requests[1]?.body["messages"]).toMatchObject([
    {},
    {},
    { role: "user", content: [{ type: "tool_result" }, { type: "text", text: "And another" }] }
  ])
})

it("keeps what nobody reads now, and says how it goes on", async () => {
  const here = await place()
  const server = await serve([[{ text: "one" }], [{ text: "two" }]])
  const environment = ways.anthropic.environment(server.url)
  await rein(here, ["run", "first", "--model", ways.anthropic.model], { environment })
  const session = await sessionIn(here)
  const steer = await rein(here, ["session", "steer", session, "second"])
  expect(steer.stderr).toMatch(/No turn is open.*rein run --session ses_/)
  expect(server.requests).toHaveLength(1)
  const on = await rein(here, ["run", "--session", session], { environment })
  expect(on).toMatchObject({ code: 0, stdout: "two\n" })
  expect(JSON.stringify(server.requests[1]?.body)).toMatch(/first.*one.*second/)
})

it.each([
  ["ses_none", "hello", /no session ses_none/],
  ["nonsense", "hello", /no session nonsense/],
  ["ses_none", " ", /text is empty/]
])("refuses session %j with text %j in a sentence", async (session, text, expected) => {
  const { code, stderr } = await rein(await place(), ["session", "steer", session, text])
  expect(stderr).toMatch(expected)
  expect(code).toBe(2)
})
