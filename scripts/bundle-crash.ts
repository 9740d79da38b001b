// Bundles the runtime of the crash matrix, which is started more than a thousand times: `bundle-crash.ts FOLDER`.
import { cpSync } from "node:fs"
import { basename, join } from "node:path"
import { rolldown } from "rolldown"
import { listFiles } from "./lib/files.ts"

const [folder = ""] = process.argv.slice(2)
const tools = join(import.meta.dirname, "../packages/tools")

const building = await rolldown({
  input: { runtime: join(tools, "test/crash/runtime.ts") },
  platform: "node",
  external: [/^@vscode\/ripgrep/],
  resolve: { conditionNames: ["@rein/source", "node", "import", "default"] },
  // The engine of tree-sitter can be told to evaluate code by a module that it loads; ours does not.
  checks: { eval: false },
  transform: { define: { "import.meta.env": "undefined" } }
})
await building.write({ dir: folder, format: "esm", minify: true, entryFileNames: "[name].mjs" })
await building.close()
// Tools read their descriptions from beside their code.
for (const file of listFiles(join(tools, "src")).filter((one) => one.endsWith(".txt"))) {
  cpSync(join(tools, "src", file), join(folder, basename(file)))
}
