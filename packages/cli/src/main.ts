/** Where the process begins and ends. */
import { crashed, run } from "./Cli.ts"

/** What is still open when everything is done, e.g. a connection kept for reuse, gets this long. */
const lingerMillis = 250

const args = process.argv.slice(2)

// Whoever reads may go away, e.g. `head`. That is no error of ours.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined)

process.on("uncaughtException", (error) => process.exit(crashed(args, error)))

const main = async (): Promise<void> => {
  process.exitCode = await run(args)
  // On some systems pipes are written in the background.
  process.stdout.write("", () => setTimeout(() => process.exit(), lingerMillis).unref())
}

// No await at the top: the bundle is CommonJS, which starts faster.
void main()
