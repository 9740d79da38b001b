/** Where the process begins and ends. */
import { run } from "./Cli.ts"

/** What is still open when everything is done, e.g. a connection kept for reuse, gets this long. */
const lingerMillis = 250

process.exitCode = await run(process.argv.slice(2))
setTimeout(() => process.exit(), lingerMillis).unref()
