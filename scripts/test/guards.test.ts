// The guard script: how comments are read, and, on a small tree, that a line without a test that misses it is reported.
import { execFileSync, spawnSync } from "node:child_process"
import { readdirSync, mkdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { findGuards, removeLine } from "../guards.ts"
import { writeTree } from "./fixture.ts"

const mark = "// guard:"

it("reads ids, test files and the name filter", () => {
  expect(
    findGuards("a.ts", `x()\n  y() ${mark} I1, I2 core/test/A.test.ts, tools/test/b/B.test.ts #two words`)
  ).toEqual([
    {
      file: "a.ts",
      line: 2,
      ids: ["I1", "I2"],
      tests: ["core/test/A.test.ts", "tools/test/b/B.test.ts"],
      filter: "two words"
    }
  ])
  expect(findGuards("a.ts", `y() ${mark} I10 core/test/A.test.ts`)[0]?.filter).toBeUndefined()
})

it.each([
  [`y() ${mark} I1`, "a guard reads"],
  [`y() ${mark} core/test/A.test.ts`, "a guard reads"],
  [`${mark} I1 core/test/A.test.ts`, "stands behind the code"],
  [`const x = 1 ${mark} I1 core/test/A.test.ts`, "a declaration cannot be a guard"]
])("refuses %s", (line, why) => {
  expect(() => findGuards("a.ts", line)).toThrow(why)
})

it("refuses a line without which the file does not parse", () => {
  expect(removeLine("a()\nb()\nc()", 2)).toBe("a()\nc()")
  expect(() => removeLine("if (x) {\n}", 2)).toThrow()
})

it("tells lines that tests miss from lines that they do not", { timeout: 120_000 }, () => {
  const repository = join(import.meta.dirname, "../..")
  const tree = writeTree({
    ".gitignore": "node_modules\n",
    "package.json": '{ "type": "module" }',
    "vitest.workspace.ts":
      'export default { test: { projects: [{ test: { root: "packages/a", include: ["test/*.test.ts"] } }] } }',
    "packages/a/package.json": '{ "name": "@rein/a", "type": "module", "exports": "./src/sum.ts" }',
    "packages/a/src/sum.ts": [
      "export const calls = { count: 0 }",
      "export const sum = (numbers: ReadonlyArray<number>): number => {",
      "  let total = 0",
      `  calls.count++ ${mark} I1 a/test/sum.test.ts`,
      `  for (const number of numbers) total += number ${mark} I2 a/test/sum.test.ts #adds`,
      "  return total",
      "}"
    ].join("\n"),
    "packages/a/test/sum.test.ts": [
      'import { sum } from "@rein/a"',
      'import { expect, it } from "vitest"',
      'it("adds", () => expect(sum([1, 2])).toBe(3))'
    ].join("\n")
  })
  execFileSync("git", ["init", "-q"], { cwd: tree })
  mkdirSync(join(tree, "node_modules"))
  for (const name of readdirSync(join(repository, "node_modules"))) {
    if (!name.startsWith(".") && name !== "@rein")
      symlinkSync(join(repository, "node_modules", name), join(tree, "node_modules", name))
  }
  const guards = (minimum: number) =>
    spawnSync(process.execPath, [join(repository, "scripts/guards.ts"), tree, String(minimum)], { encoding: "utf8" })
  const run = guards(2)
  expect(run.stdout).toMatch(/FAIL I1 .*sum\.ts:4 .*green/)
  expect(run.stdout).toMatch(/ok {3}I2 .*sum\.ts:5 .*red/)
  expect(run.stdout).toContain("2 guards, 1 red")
  expect(run.status).toBe(1)
})
