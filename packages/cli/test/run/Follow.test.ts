import { join } from "node:path"
import { make as makeId, type SessionId } from "@rein/core/schema/Ids"
import { SessionStore } from "@rein/core/session/SessionStore"
import { Effect } from "effect"
import { expect, it } from "vitest"
import { layerStore } from "../../src/Harness.ts"
import { place, rein, serve, start, ways } from "../support.ts"

type Place = Awaited<ReturnType<typeof place>>

const onStore = <A, E>(here: Place, use: (store: SessionStore["Service"]) => Effect.Effect<A, E>) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.provide(Effect.flatMap(SessionStore, use), layerStore(join(here.folder, "data/rein")), { local: true })
    )
  )

const inputsOf = (here: Place, session: SessionId) =>
  onStore(here, (store) => store.read(session, 0)).then((events) =>
    events.filter((event) => event.type === "CommandSubmitted" && event.data.request._tag === "input")
  )

/** A run whose model answers when it is told to. */
const running = async () => {
  const here = await place()
  let release = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  const server = await serve([
    [{ after: released }, { text: "I look. " }, { call: { tool: "bash", input: { command: "echo seen" } } }],
    [{ text: "Done." }],
    [{ text: "And more." }]
  ])
  const environment = ways.anthropic.environment(server.url)
  const run = start(here, ["run", "Do it", "--model", ways.anthropic.model, "--yes"], { environment })
  await server.request(0)
  const [info] = await onStore(here, (store) => store.list())
  const session = info?.id ?? makeId.session()
  return { environment, here, release, run, server, session }
}

it("refuses a session that another process works on, and says who that is and what can be done", async () => {
  const { environment, here, release, run, session } = await running()
  for (const args of [["--continue"], ["--session", session], ["--session", session, "more", "--yes"]]) {
    const { code, stderr, stdout } = await rein(here, ["run", ...args], { environment })
    expect(stderr).toMatch(new RegExp(`process ${run.child.pid} on \\S+ since 20\\d\\d-`))
    expect(stderr).toContain(`rein session steer ${session}`)
    expect(stderr).toContain("--follow")
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
  }
  expect(await inputsOf(here, session)).toHaveLength(1)
  release()
  expect(await run.ended).toMatchObject({ code: 0 })
})

it("follows it to its end, with the same outcome, and can say something to it", async () => {
  const { environment, here, release, run, server, session } = await running()
  const watching = start(here, ["run", "--continue", "--follow", "-"], { environment, input: "And another thing" })
  const silent = start(here, ["run", "--session", session, "--follow", "--format", "json"], { environment })
  await watching.says("* follows process")
  await silent.says("* follows process")
  while ((await inputsOf(here, session)).length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
  release()
  expect(await run.ended).toMatchObject({ code: 0, stdout: "I look. \nDone.\n" })
  const ended = await watching.ended
  expect(ended).toMatchObject({ code: 0, stdout: "I look. \nDone.\n" })
  expect(ended.stderr).toMatch(/\* bash echo seen - ok[^]*completed \| 1 step /)
  expect(JSON.stringify(server.requests[1]?.body)).toContain("And another thing")
  const lines = (await silent.ended).stdout.trim().split("\n")
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ type: "Result", session, exitCode: 0, text: "Done." })
  expect(server.requests).toHaveLength(2)
})

it("ends when the process that it follows has died, and tells how to go on", async () => {
  const { environment, here, run, session } = await running()
  const watching = start(here, ["run", "--continue", "--follow"], { environment })
  await watching.says("* follows process")
  run.child.kill("SIGKILL")
  const { code, stderr } = await watching.ended
  expect(stderr).toContain(`rein run --session ${session}`)
  expect(code).toBe(1)
})

it("stops following at Ctrl-C, and the turn goes on", async () => {
  const { environment, here, release, run } = await running()
  const watching = start(here, ["run", "--continue", "--follow"], { environment })
  await watching.says("* follows process")
  watching.child.kill("SIGINT")
  expect(await watching.ended).toMatchObject({ code: 130 })
  release()
  expect(await run.ended).toMatchObject({ code: 0 })
})

it("has nothing to follow where nobody works, and runs nothing", async () => {
  const here = await place()
  const server = await serve(() => [{ text: "one" }])
  const environment = ways.anthropic.environment(server.url)
  await rein(here, ["run", "first", "--model", ways.anthropic.model], { environment })
  const alone = await rein(here, ["run", "--continue", "--follow"], { environment })
  expect(alone.stderr).toMatch(/No process works on session ses_/)
  expect(alone.code).toBe(2)
  const nameless = await rein(here, ["run", "x", "--follow"], { environment })
  expect(nameless.stderr).toMatch(/--follow needs --continue or --session/)
  expect(nameless.code).toBe(2)
  expect(server.requests).toHaveLength(1)
})

it("waits for the turn that begins right after its own, because of what somebody else has sent", async () => {
  const { here, release, run, server, session } = await running()
  const parts = [{ type: "text", text: "and then this" }] as const
  const input = { _tag: "input", input: makeId.input(), delivery: "queue", parts } as const
  await onStore(here, (store) => store.submit(session, makeId.command(), input))
  release()
  expect(await run.ended).toMatchObject({ code: 0, stdout: "I look. \nDone.\nAnd more.\n" })
  expect(server.requests).toHaveLength(3)
  const events = await onStore(here, (store) => store.read(session, 0))
  expect(events.filter(({ type }) => type === "TurnEnded")).toHaveLength(2)
  expect(events.at(-1)?.type).toBe("TurnEnded")
})
