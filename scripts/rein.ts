// Runs this repository's `rein` in the folder where npm was called, because npm itself moves to the root.
import { spawnSync } from "node:child_process"
import { join } from "node:path"

const bin = join(import.meta.dirname, "../packages/cli/bin/rein.js")
const run = spawnSync(process.execPath, [bin, ...process.argv.slice(2)], {
  stdio: "inherit",
  cwd: process.env["INIT_CWD"] ?? process.cwd()
})
process.exitCode = run.status ?? 1
