// Runs this repository's `rein` in the folder where npm was called, because npm itself moves to the root. In this process: one more would have to pass on signals.
import { join } from "node:path"
import { pathToFileURL } from "node:url"

const bin = join(import.meta.dirname, "../packages/cli/bin/rein.js")
process.chdir(process.env["INIT_CWD"] ?? process.cwd())
process.argv[1] = bin
await import(pathToFileURL(bin).href)
