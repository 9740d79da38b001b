// One test project per package, plus the examples and the scripts; all of them run on source, so no build is needed.
import { readdirSync } from "node:fs"
import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { defineConfig, defaultExclude } from "vitest/config"

const project = (name: string, root: string) => ({
  extends: true as const,
  test: {
    name,
    root,
    include: ["test/**/*.test.ts"],
    // The command starts three times as fast from its bundle, and its tests start it a hundred times.
    ...(name === "cli" ? { globalSetup: ["../../scripts/lib/bundleBeforeTests.ts"] } : {})
  }
})

// A condition list replaces Vite's default one, so the defaults are repeated; but for `module`, which is for bundlers: what
// some packages have there does not run in Node.
const conditions = ["@rein/source", "node", "development|production"]

const packages = readdirSync(new URL("packages", import.meta.url)).toSorted()

export default defineConfig({
  resolve: { conditions },
  // What Node loads itself has to be what Node would have found.
  ssr: { resolve: { conditions: conditions.filter((condition) => condition !== "module") } },
  test: {
    exclude: [...defaultExclude, "**/dist/**"],
    // Ends what hangs, and measures nothing: the full sizes take minutes, and machines are shared.
    testTimeout: process.env["REIN_TEST_FULL"] === "1" ? 900_000 : 120_000,
    // Nothing at module level holds state, so files may share a worker's modules: loading Effect for each anew was a third of the time.
    isolate: false,
    // For the programs that tests start: stripping and compiling the sources anew is most of what their start takes.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL("node_modules/.cache/rein-compiled", import.meta.url)) },
    // Many tests wait for processes; Vitest's own choice is one worker on two cores.
    maxWorkers: availableParallelism() + 1,
    projects: [
      ...packages.map((name) => project(name, `./packages/${name}`)),
      project("scripts", "./scripts"),
      { extends: true, test: { name: "examples", root: "./examples", include: ["**/test/**/*.test.ts"] } }
    ]
  }
})
