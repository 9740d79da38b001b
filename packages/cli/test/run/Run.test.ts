import { readFile, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type * as WireServer from "@rein/core/testing/WireServer"
import { checkHistory, isPrefix, render } from "@rein/core/testing/rendering"
import { expect, it } from "vitest"
import { place, rein, serve, ways } from "../support.ts"

it.each([
  ["anthropic", undefined],
  ["anthropic", 1],
  ["chat-completions", undefined],
  ["chat-completions", 1]
] as const)("works with tools over %s, split every %s bytes", async (wire, split) => {
  const here = await place()
  await writeFile(join(here.project, "AGENTS.md"), "Always be kind to tests.")
  await writeFile(join(here.project, "a.txt"), "one\ntwo\n")
  const script: WireServer.Script = [
    [{ text: "I look. " }, { call: { tool: "read", input: { path: "a.txt" } } }],
    [{ call: { tool: "edit", input: { path: "a.txt", oldString: "two", newString: "three" } } }],
    [{ call: { tool: "bash", input: { command: "cat a.txt" } } }],
    [{ text: ["It says ", "\x1b[31mthree", "."] }, { usage: { input: 1200, output: 7 } }]
  ]
  const server = await serve(script, split)
  const way = ways[wire]
  const args = ["run", "Change it", "--model", way.model, "--yes"]
  const { code, stderr, stdout } = await rein(here, args, { environment: way.environment(server.url) })

  expect(stderr).toMatch(/\* read a\.txt - ok\n\* edit a\.txt - ok\n\* bash cat a\.txt - ok\n/)
  expect(stderr).toMatch(
    /completed \| 4 steps \| [\d.]+ s \| tokens: [\d,]+ in, [\d,]+ out \| cost: unknown \| session ses_/
  )
  expect(stdout).toBe("I look. \nIt says \\x1b[31mthree.\n")
  expect(code).toBe(0)
  expect(await readFile(join(here.project, "a.txt"), "utf8")).toBe("one\nthree\n")

  const bodies = server.requests.map(({ body }) => body)
  expect(JSON.stringify(bodies[0])).toContain("Always be kind to tests.")
  expect(JSON.stringify(bodies[3])).toContain("one\\nthree")
  expect(bodies.flatMap((body) => checkHistory(wire, body))).toEqual([])
  const renderings = bodies.map((body) => render(wire, body))
  renderings.slice(1).forEach((blocks, index) => expect(isPrefix(renderings[index] ?? [], blocks)).toBe(true))
  const store = await stat(join(here.folder, "data/rein/rein.db"))
  expect(store.mode & 0o777).toBe(0o600)
})

it("declines what nobody is there to allow, and ends as denied", async () => {
  const here = await place()
  const server = await serve([
    [{ call: { tool: "bash", input: { command: "touch made" } } }],
    [{ text: "I would need bash." }]
  ])
  const { code, stderr, stdout } = await rein(here, ["run", "Make it", "--model", ways.anthropic.model], {
    environment: ways.anthropic.environment(server.url)
  })
  expect(stderr).toMatch(/\* bash touch made - declined: .*nobody could be asked/)
  expect(stderr).toMatch(/denied: bash \(Nobody is there to answer/)
  expect({ code, stdout }).toEqual({ code: 10, stdout: "I would need bash.\n" })
  await expect(stat(join(here.project, "made"))).rejects.toThrow("ENOENT")
})

it("takes the prompt from standard input, and does not wait for an open one when there is a prompt", async () => {
  const here = await place()
  const server = await serve(() => [{ text: "done" }])
  const environment = ways.anthropic.environment(server.url)
  const args = ["--model", ways.anthropic.model]
  const piped = await rein(here, ["run", ...args], { environment, input: "from a pipe" })
  expect(piped).toMatchObject({ code: 0, stdout: "done\n" })
  expect(JSON.stringify(server.requests[0]?.body)).toContain("from a pipe")
  const open = await rein(here, ["run", "as argument", ...args], { environment, input: "open" })
  expect(open).toMatchObject({ code: 0, stdout: "done\n" })
})

it("goes on with the newest session of the directory and its model, and shows what was said", async () => {
  const here = await place()
  const server = await serve(() => [{ text: "an answer" }])
  const environment = ways.anthropic.environment(server.url)
  await rein(here, ["run", "first words", "--model", ways.anthropic.model], { environment })
  const second = await rein(here, ["run", "second words", "--continue"], { environment })
  expect(second.code).toBe(0)
  expect(JSON.stringify(server.requests[1]?.body)).toMatch(/first words.*an answer.*second words/)

  const listed = await rein(here, ["session", "list"])
  const id = /ses_\S+/.exec(listed.stdout)?.[0] ?? ""
  expect(listed.stdout.trim().split("\n")).toHaveLength(1)
  const shown = await rein(here, ["session", "show", id])
  expect(shown.stdout).toBe("an answer\nan answer\n")
  expect(shown.stderr).toMatch(
    /> first words\n> second words\nlast turn: completed\n2 steps \| tokens: 20 in, 10 out \| cost: unknown\n$/
  )
})

it("says what is missing when there is no key", async () => {
  const { code, stderr } = await rein(await place(), ["run", "hi", "--model", ways.anthropic.model])
  expect(stderr).toMatch(/^failed: No key for Anthropic: set ANTHROPIC_API_KEY/)
  expect(code).toBe(1)
})
