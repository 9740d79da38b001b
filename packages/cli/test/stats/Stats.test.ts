import { expect, it } from "vitest"
import { place, rein, serve, ways } from "../support.ts"

const lines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>) // each line of --format json is an object

it("tells what all sessions cost, by model, day and project; what is not known is not made up", async () => {
  const here = await place()
  const usage = { input: 1_000_000, output: 100_000, cacheRead: 0, cacheWrite: 0 }
  const server = await serve(() => [{ text: "done" }, { usage }])
  const environment = ways.anthropic.environment(server.url)
  const run = (model: string) => rein(here, ["run", "hi", "--model", model, "--format", "json"], { environment })

  const known = lines((await run("anthropic/claude-haiku-4-5")).stdout).at(-1)
  const cost = 1_000_000 + 500_000
  expect(known).toMatchObject({ type: "Result", cost, knownCost: cost })
  const unknown = lines((await run("anthropic/some-model")).stdout).at(-1)
  expect(unknown).toMatchObject({ type: "Result", cost: "unknown", knownCost: 0 })

  const byModel = lines((await rein(here, ["stats", "--by", "model", "--format", "json"])).stdout)
  expect(byModel).toMatchObject([
    { model: "anthropic/claude-haiku-4-5", sessions: 1, steps: 1, cost, usage: { input: 1_000_000, output: 100_000 } },
    { model: "anthropic/some-model", sessions: 1, steps: 1, cost: "unknown", knownCost: 0 }
  ])
  const byProject = lines((await rein(here, ["stats", "--by", "project", "--format", "json"])).stdout)
  expect(byProject).toMatchObject([{ project: here.project, sessions: 2, steps: 2, cost: "unknown", knownCost: cost }])

  const text = await rein(here, ["stats"])
  expect(text.stdout).toMatch(/^total +2 +2 +2,000,000 .* unknown \(at least \$1\.5000\)$/m)
  const shown = await rein(here, ["session", "show", String(known?.["session"])])
  expect(shown.stderr).toContain("cost: $1.5000")
})
