// Runs the test files that have a full size, in that size; the others would only repeat what `npm test` has run. Arguments go to Vitest.
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join, posix } from "node:path"
import { isCode, listFiles } from "./lib/files.ts"
import { findImports } from "./lib/imports.ts"

const root = join(import.meta.dirname, "..")
/** The variable that asks for the full size. */
const variable = "REIN_TEST_FULL"

const files = new Map(
  ["packages", "scripts/test", "examples"].flatMap((folder) =>
    listFiles(join(root, folder))
      .filter((path) => isCode(path))
      .map((path): [string, string] => [`${folder}/${path}`, readFileSync(join(root, folder, path), "utf8")])
  )
)

/** Does the file, or one that it imports by path, look at the variable? */
const hasFullSize = (file: string, seen = new Set<string>()): boolean => {
  const text = files.get(file)
  if (text === undefined || seen.has(file)) return false
  seen.add(file)
  if (text.includes(variable)) return true
  return findImports(text)
    .filter(({ specifier }) => specifier.startsWith("."))
    .some(({ specifier }) => hasFullSize(posix.join(posix.dirname(file), specifier), seen))
}

const tests = [...files.keys()].filter((file) => file.endsWith(".test.ts") && hasFullSize(file))
const vitest = join(root, "node_modules/vitest/vitest.mjs")
const run = spawnSync(
  process.execPath,
  [vitest, "run", "--config", "vitest.workspace.ts", ...tests, ...process.argv.slice(2)],
  { cwd: root, stdio: "inherit", env: { ...process.env, [variable]: "1" } }
)
process.exitCode = run.status ?? 1
