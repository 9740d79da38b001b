// Checks that imports point the way the architecture says: between packages, between core's folders, into `internal/` and to Node.
import { readFileSync } from "node:fs"
import { isBuiltin } from "node:module"
import { dirname, join, posix } from "node:path"
import { isCode, listFiles } from "./lib/files.ts"
import { findImports } from "./lib/imports.ts"

/** Which packages each package may import, besides itself. */
const packages: Readonly<Record<string, ReadonlyArray<string>>> = {
  permission: [],
  core: ["permission"],
  providers: ["permission", "core"],
  tools: ["permission", "core"],
  cli: ["permission", "core", "providers", "tools"]
}

/** The order of core's folders and top files: an entry may import the rows above its own, never its own row or one below. */
const coreRows: ReadonlyArray<ReadonlyArray<string>> = [
  // Small helpers without a subject, and the version that is written into the log.
  ["internal", "version.ts"],
  ["schema"],
  ["blob"],
  ["settings", "agent"],
  ["process", "model"],
  ["tool"],
  ["session"],
  ["question"],
  ["permission"],
  ["context"],
  ["loop"],
  ["Runtime.ts"],
  ["promise.ts"],
  ["index.ts"]
]

/** Pairs that the rows would allow and that still stay strangers: importer, imported. */
const coreStrangers: ReadonlyArray<readonly [string, string]> = [["tool", "model"]]

/** The last row that `node/` may import. */
const coreNodeSees = "session"

/** Core's side folders outside the rows: who may import them. Tests, examples, benchmarks and scripts may import everything. */
const coreSides: Readonly<Record<string, ReadonlyArray<string>>> = {
  node: ["core/node", "core/testing", "cli"],
  // The demo of the command plays a scripted model.
  testing: ["core/testing", "cli"]
}

/** The one folder of permission that needs Node. */
const permissionNode = "permission/src/node"

/** Source that must run outside Node. */
const isNeutral = (file: string): boolean =>
  (file.startsWith("permission/src/") && !file.startsWith(permissionNode)) ||
  (file.startsWith("core/src/") && !/^core\/src\/(node\/|testing\/node)/.test(file))

const isNodeOnly = (file: string, specifier: string): boolean =>
  isBuiltin(specifier) ||
  specifier.startsWith("@effect/platform-node") ||
  resolve(file, specifier)?.startsWith(permissionNode) === true

/** Where an import leads inside of `packages/`, as `core/src/loop/Turn.ts` or, by name, `core/src/loop/Turn`. */
const resolve = (file: string, specifier: string): string | undefined => {
  if (specifier.startsWith(".")) return posix.join(posix.dirname(file), specifier)
  const named = /^@rein\/([^/]+)(?:\/(.*))?$/.exec(specifier)
  return named === null ? undefined : `${named[1]}/src/${named[2] ?? "index.ts"}`
}

/** The row entry or side folder of a file of core: `loop` for `core/src/loop/Turn.ts`. */
const coreArea = (path: string): string => {
  const area = path.split("/")[2] ?? ""
  const isTop = path.split("/").length === 3
  if (!isTop || area.endsWith(".ts")) return area
  return coreRows.flat().includes(`${area}.ts`) ? `${area}.ts` : area
}

const rowOf = (area: string): number => coreRows.findIndex((row) => row.includes(area))

const mayImportInCore = (from: string, to: string): boolean => {
  if (from === to || from === "testing") return true
  if (to in coreSides) return false
  if (from === "node") return rowOf(to) <= rowOf(coreNodeSees)
  return rowOf(to) < rowOf(from) && !coreStrangers.some(([a, b]) => a === from && b === to)
}

/** What is wrong with one import of one file, if anything. */
const judge = (file: string, specifier: string): string | undefined => {
  const [from = "", fromFolder] = file.split("/")
  const inSource = fromFolder === "src"
  if (inSource && isNeutral(file) && isNodeOnly(file, specifier)) {
    return `${from}/src has to run outside Node; only permission/node, core/node and core/testing/node* may import ${specifier}`
  }
  const target = resolve(file, specifier)
  if (target === undefined) return undefined
  const [to = "", toFolder] = target.split("/")
  if (to !== from && specifier.startsWith(".")) return `another package is imported by its name, not by a path`
  if (to !== from && packages[from]?.includes(to) !== true) return `${from} may not import ${to}`
  const inner = /^(.*?)\/internal\//.exec(target)?.[1]
  const isOwnTest = !inSource && to === from
  if (inner !== undefined && !file.startsWith(`${inner}/`) && !isOwnTest)
    return `${inner}/internal is closed to ${dirname(file)}`
  if (!inSource || toFolder !== "src" || to !== "core") return undefined
  const area = coreArea(target)
  if (from === "core") {
    const own = coreArea(file)
    return mayImportInCore(own, area) ? undefined : `core/${own} may not import core/${area}`
  }
  const isOwnTesting = file.startsWith(`${from}/src/testing/`)
  if (area in coreSides && !isOwnTesting && coreSides[area]?.includes(from) !== true)
    return `${from}/src may not import core/${area}`
  return undefined
}

/** All wrong imports below a `packages` folder, one line each. */
export const checkImports = (root: string): ReadonlyArray<string> => {
  const files = listFiles(root).filter((file) => isCode(file))
  return files.flatMap((file) => {
    const [from = "", folder] = file.split("/")
    if (!(from in packages)) return [`packages/${from} is not in the table of scripts/check-imports.ts`]
    const area = coreArea(file)
    if (from === "core" && folder === "src" && rowOf(area) < 0 && !(area in coreSides)) {
      return [`packages/${file}: core/${area} is not in the table of scripts/check-imports.ts`]
    }
    return findImports(readFileSync(join(root, file), "utf8")).flatMap(({ specifier, line }) => {
      const wrong = judge(file, specifier)
      return wrong === undefined ? [] : [`packages/${file}:${line} imports ${specifier}: ${wrong}`]
    })
  })
}

if (import.meta.main) {
  const root = join(import.meta.dirname, "../packages")
  const wrong = checkImports(root)
  for (const line of wrong) console.error(line)
  console.log(wrong.length === 0 ? "imports: ok" : `imports: ${wrong.length} wrong`)
  process.exitCode = wrong.length === 0 ? 0 : 1
}
