// The check of the running Node: which versions pass, and what an old one is told.
import { spawnSync } from "node:child_process"
import { createRequire } from "node:module"
import { join } from "node:path"
import { expect, it } from "vitest"

const script = join(import.meta.dirname, "../check-node.cjs")
const { explain, isSupported } = createRequire(import.meta.url)(script) as {
  readonly explain: (version: string, path: string) => string
  readonly isSupported: (version: string) => boolean
}

it.each(["v22.19.0", "v22.20.1", "v23.0.0", "v24.21.0", "v25.0.0-nightly"])("%s is new enough", (version) => {
  expect(isSupported(version)).toBe(true)
})

it.each(["v22.18.9", "v22.9.0", "v20.20.2", "v18.0.0", "v12.22.12", "", "nonsense"])("%s is too old", (version) => {
  expect(isSupported(version)).toBe(false)
})

it("says which Node runs, what is needed and what to do", () => {
  const text = explain("v20.20.2", "/opt/node")
  for (const part of ["v20.20.2", "/opt/node", "22.19", "npm ci", "npm test"]) expect(text).toContain(part)
})

it("lets the Node of this repository pass in silence", () => {
  const run = spawnSync(process.execPath, [script], { encoding: "utf8" })
  expect(run).toMatchObject({ status: 0, stdout: "", stderr: "" })
})
