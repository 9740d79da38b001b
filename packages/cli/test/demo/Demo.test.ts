import { cp, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, it } from "vitest"
import { place, rein } from "../support.ts"

const original = join(import.meta.dirname, "../../../../examples/fix-the-bug/project")

it("repairs a new copy, and says that the model is scripted", { timeout: 30_000 }, async () => {
  const { code, stderr, stdout } = await rein(await place(), ["demo"])
  expect(stderr).toMatch(/\* edit src\/discount\.js - ok/)
  expect(stdout.split("\n")[0]).toMatch(/scripted.*no model is asked/)
  expect(stdout).toMatch(
    /The tests before \(exit code 1\)[\s\S]*fail 1[\s\S]*The tests after \(exit code 0\)[\s\S]*fail 0/
  )
  expect(stdout).toMatch(/^-.*copies > tier\.from[^]*^\+.*copies >= tier\.from/m)
  expect(stdout).toMatch(/6 requests in/)
  expect(code).toBe(0)
})

it("repairs a given copy", { timeout: 30_000 }, async () => {
  const here = await place()
  await cp(original, here.project, { recursive: true })
  expect(await rein(here, ["demo", "--dir", "."])).toMatchObject({ code: 0 })
  expect(await readFile(join(here.project, "src/discount.js"), "utf8")).toContain("copies >= tier.from")
})

it("fails on a copy with another bug, and says what is different", { timeout: 30_000 }, async () => {
  const here = await place()
  await cp(original, here.project, { recursive: true })
  const change = async (path: string, from: string, to: string) => {
    const text = await readFile(join(here.project, path), "utf8")
    expect(text).toContain(from)
    await writeFile(join(here.project, path), text.replace(from, to))
  }
  await change("src/discount.js", "copies > tier.from", "copies >= tier.from")
  await change("src/money.js", "cents - Math.round", "cents + Math.round")
  const { code, stderr } = await rein(here, ["demo", "--dir", here.project])
  expect(stderr).toMatch(/did not go as scripted: request 2 of 6 .*does not hold the failing test/)
  expect(code).toBe(1)
})
