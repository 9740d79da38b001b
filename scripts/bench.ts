// Runs the programs in bench/ one after the other, so that they do not disturb each other's numbers; arguments pick some by name.
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"

const folder = join(import.meta.dirname, "../bench")
const wanted = process.argv.slice(2)
const files = (existsSync(folder) ? readdirSync(folder) : [])
  .filter((file) => file.endsWith(".ts") && (wanted.length === 0 || wanted.some((word) => file.includes(word))))
  .toSorted()

for (const file of files) {
  console.log(`\n== ${file}`)
  const run = spawnSync(process.execPath, ["--expose-gc", "--conditions=@rein/source", join(folder, file)], {
    stdio: "inherit"
  })
  if (run.status !== 0) process.exitCode = 1
}
