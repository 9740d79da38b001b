import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import { bundle } from "../bundle.ts"

it("puts what a run needs into one file and the rest into others, with texts and licences, and that runs", async () => {
  const temp = mkdtempSync(join(tmpdir(), "rein-bundle-test-"))
  onTestFinished(() => rmSync(temp, { recursive: true }))
  const folder = join(temp, "bundle")
  const before = Date.now()
  const bytes = await bundle(folder)
  const size = (name: string) => statSync(join(folder, name)).size
  expect(size("main.cjs")).toBeLessThan(bytes)
  for (const name of ["Demo.cjs", "Look.cjs", "Bash.txt"]) expect(size(name)).toBeGreaterThan(100)
  expect(readFileSync(join(folder, "LICENCES.txt"), "utf8")).toMatch(/^effect \d+\.\d+\.\d+ \(MIT\)\n\nMIT License/m)
  // What is changed during the build counts as newer than the bundle.
  expect(statSync(join(folder, "main.cjs")).mtimeMs).toBeLessThan(Date.now())
  expect(statSync(join(folder, "main.cjs")).mtimeMs).toBeGreaterThanOrEqual(before - 1)
  expect(execFileSync(process.execPath, [join(folder, "main.cjs"), "--version"], { encoding: "utf8" })).toMatch(
    /^rein v/
  )
})
