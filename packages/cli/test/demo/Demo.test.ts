import { existsSync, readdirSync, readlinkSync } from "node:fs"
import { cp, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, it } from "vitest"
import { isFull } from "../size.ts"
import { type Place, place, rein } from "../support.ts"

const original = join(import.meta.dirname, "../../../../examples/fix-the-bug/project")

const copyIn = async (here: Place) => {
  await cp(original, here.project, { recursive: true })
  const change = async (path: string, from: string, to: string) => {
    const text = await readFile(join(here.project, path), "utf8")
    expect(text).toContain(from)
    await writeFile(join(here.project, path), text.replace(from, to))
  }
  return change
}

it("touches no directory that is no copy of the project", async () => {
  const here = await place()
  const { code, stderr } = await rein(here, ["demo", "--dir", "."])
  expect(stderr).toMatch(/is no copy of examples\/fix-the-bug\/project/)
  expect(readdirSync(here.project)).toEqual([])
  expect(code).toBe(2)
})

/** Programs that work somewhere in the folder. */
const workingIn = (folder: string): ReadonlyArray<string> =>
  process.platform === "linux"
    ? readdirSync("/proc").filter((name) => {
        try {
          return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`).startsWith(folder)
        } catch {
          return false
        }
      })
    : []

it("repairs a new copy through everything that can go wrong, and says that the model is scripted", async () => {
  const here = await place()
  const { code, stderr, stdout } = await rein(here, ["demo"])
  expect(stdout.split("\n")[0]).toMatch(/scripted.*no model is asked/)
  expect(stderr).toMatch(
    new RegExp(
      [
        /status 429.* Again in 1\.0 s/,
        /\* bash node --test - exit code 1/,
        /\* bash rm -rf test - declined: .*by a rule/,
        /\* read test\/discount\.test\.js - ok/,
        /\* grep .* - ok/,
        /Stored\. The model reads it before its next step/,
        /\* edit src\/discount\.js - ok/,
        /goes on with the turn that was cut off/,
        /\* bash node --test - ok/,
        /completed \|/
      ]
        .map((line) => line.source)
        .join("[^]*")
    )
  )
  expect(stdout).toMatch(/kill -9 \d+: rein is dead[^]*rein run --continue/)
  expect(stdout).toMatch(
    /The tests before .*exit code 1\)[^]*✖ exactly ten copies[^]*fail 1[^]*The tests after .*exit code 0\)[^]*fail 0/
  )
  expect(stdout).toMatch(/^-.*copies > tier\.from[^]*^\+.*\/\/.*includes ten[^]*^\+.*copies >= tier\.from/m)
  expect(stdout).toMatch(/^10 requests, [1-9]\d % of [\d,]+ input tokens from the cache, \d+\.\d s\.$/m)
  expect(stdout).toMatch(/rein\S* demo --model anthropic\//)
  expect(code).toBe(0)

  const project = /Left to look at: (.*)/.exec(stdout)?.[1] ?? ""
  expect(existsSync(join(project, "src/discount.js"))).toBe(true)
  expect(existsSync(join(project, "../data/rein/rein.db"))).toBe(true)
  expect(workingIn(here.folder)).toEqual([])
})

it.runIf(isFull)("repairs a given copy, and changes nothing else in it", async () => {
  const here = await place()
  await copyIn(here)
  expect(await rein(here, ["demo", "--dir", "."])).toMatchObject({ code: 0 })
  const text = async (folder: string, path: string) => readFile(join(folder, path), "utf8")
  expect(await text(here.project, "src/discount.js")).toContain("copies >= tier.from")
  const paths = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => !path.startsWith(".git"))
      .toSorted()
  expect(paths(here.project)).toEqual(paths(original))
  expect(await text(here.project, "test/fixtures/order.json")).toBe(await text(original, "test/fixtures/order.json"))
})

it.runIf(isFull)("fails on a copy with another bug, and says what is different", async () => {
  const here = await place()
  const change = await copyIn(here)
  await change("src/discount.js", "copies > tier.from", "copies >= tier.from")
  await change("src/money.js", "cents - Math.round", "cents + Math.round")
  const { code, stderr } = await rein(here, ["demo", "--dir", here.project])
  expect(stderr).toMatch(
    /did not go as scripted[^]*step 3 of 10: .*\n +expected: the failing test "exactly ten[^]*came: no failing test "exactly ten/
  )
  expect(code).toBe(1)
})

it.runIf(isFull)("fails on a copy that the edit does not repair", async () => {
  const here = await place()
  const change = await copyIn(here)
  await change("src/money.js", "cents - Math.round", "cents + Math.round")
  const { code, stderr } = await rein(here, ["demo", "--dir", here.project])
  expect(stderr).toMatch(
    /step 10 of 10: .*\n +expected: a test run without a failure\n +came: no run without a failing/
  )
  expect(code).toBe(1)
})
