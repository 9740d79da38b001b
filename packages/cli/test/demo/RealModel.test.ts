import type * as WireServer from "@rein/core/testing/WireServer"
import { expect, it } from "vitest"
import { isFull } from "../size.ts"
import { place, rein, serve, ways } from "../support.ts"

const edit = (path: string, oldString: string, newString: string): WireServer.Answer => [
  { call: { tool: "edit", input: { path, oldString, newString } } }
]
const runTests: WireServer.Answer = [{ call: { tool: "bash", input: { command: "node --test" } } }]
const done: WireServer.Answer = [{ text: "Done." }]

const demo = async (answers: ReadonlyArray<WireServer.Answer>) => {
  const server = await serve(answers)
  const environment = ways.anthropic.environment(server.url)
  return { server, ...(await rein(await place(), ["demo", "--model", ways.anthropic.model], { environment })) }
}

it("gives the task to a model and finds the tests green", async () => {
  const { code, server, stderr, stdout } = await demo([
    edit("src/discount.js", "copies > tier.from", "copies >= tier.from"),
    runTests,
    done
  ])
  expect(JSON.stringify(server.requests[0]?.body)).toContain("The tests fail. Find the bug and repair it.")
  expect(stderr).toMatch(/\* edit src\/discount\.js - ok\n\* bash node --test - ok/)
  expect(stdout).toMatch(/The tests before .*exit code 1\)[^]*The tests after .*exit code 0\)[^]*the same tests pass/)
  expect(stdout).not.toMatch(/scripted/)
  expect(code).toBe(0)
})

it.runIf(isFull).each([
  ["does nothing", [done], /The tests still fail/],
  [
    "changes the test instead",
    [edit("test/discount.test.js", "percentFor(10), 10", "percentFor(10), 0"), done],
    /changed the tests: test\/discount\.test\.js/
  ]
])("fails when the model %s", async (_, answers, expected) => {
  const { code, stdout } = await demo(answers)
  expect(stdout).toMatch(expected)
  expect(code).toBe(1)
})

it.runIf(isFull)("allows a model only what the task needs", async () => {
  const { code, stderr } = await demo([[{ call: { tool: "bash", input: { command: "rm -rf src" } } }], done])
  expect(stderr).toMatch(/\* bash rm -rf src - declined/)
  expect(code).toBe(1)
})

it("ends as rein run ends when that cannot work at all", async () => {
  const { code, stderr, stdout } = await rein(await place(), ["demo", "--model", "nobody/nothing"])
  expect(stderr).toMatch(/no provider "nobody"/)
  expect(stdout).toMatch(/rein run ended with exit code 2/)
  expect(code).toBe(2)
})
