// Bundles the `rein` command, so that it starts without resolving, reading and stripping hundreds of files.
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { basename, dirname, join } from "node:path"
import { type Plugin, rolldown } from "rolldown"
import { isAsset } from "./copy-assets.ts"
import { listFiles, listPackages } from "./lib/files.ts"

const root = join(import.meta.dirname, "..")

/** Where the command looks for its bundle. */
export const bundleFolder = join(root, "packages/cli/dist/bundle")

/** What the command needs only sometimes, and what it chooses one of: these stay files of their own. */
const isApart = (module: string): boolean =>
  [
    /\/packages\/cli\/src\/(demo|session|models\/Models|stats)\b|\/run\/Terminal|\/recording\/|\/telemetry\/Exporter|\/testing\//,
    /\/@ai-sdk\/|\/node_modules\/ai\/|\/catalogue\/data\/|\/effect\/dist\/(?:observability|http)\//,
    // Reading and judging a line of shell: as much code as a tenth of the rest, and large tables.
    /\/permission\/src\/(shell\/|arity\/|Arity|judge\/(?!ReadOnly)|node\/)|\/(unbash|web-tree-sitter)\//
  ].some((apart) => apart.test(module))

/**
 * Makes what is only for `--help` when it is needed.
 *
 * `new Intl.Segmenter` reads ICU's data, which takes a tenth of the whole start. The build fails when the line is gone.
 */
const lazySegmenter: Plugin = {
  name: "lazy-segmenter",
  transform: (code, module) => {
    if (!module.endsWith("/effect/dist/cli/CliOutput.js")) return undefined
    const lazy = code.replace(
      /\/\*#__PURE__\*\/new Intl\.Segmenter\(undefined, (\{[^}]*\})\)/,
      "{ segment: (text) => new Intl.Segmenter(undefined, $1).segment(text) }"
    )
    if (lazy === code) throw new Error(`${module} no longer makes an Intl.Segmenter: this plugin can go`)
    return lazy
  }
}

/** Files that code reads from beside itself. In the bundle all code lies in one folder, so their names must differ. */
const copyAssets = (folder: string): void => {
  const assets = listPackages(join(root, "packages")).flatMap((name) => {
    const source = join(root, "packages", name, "src")
    return listFiles(source)
      .filter(isAsset)
      .map((file) => join(source, file))
  })
  // Of a package whose code is bundled; in the package of the command it might not be found.
  const engine = createRequire(join(root, "packages/permission/package.json")).resolve(
    "web-tree-sitter/web-tree-sitter.wasm"
  )
  for (const asset of [...assets, engine])
    cpSync(asset, join(folder, basename(asset)), { errorOnExist: true, force: false })
}

/** The folder of the installed package that a module is of. */
const packageOf = (module: string): string | undefined => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(module)?.[0]

/** Code of others keeps its licence wherever it goes. */
const licencesOf = (modules: ReadonlyArray<string>): string => {
  const folders = [...new Set(modules.flatMap((module) => packageOf(module) ?? []))].toSorted()
  return folders
    .map((folder) => {
      // Every package.json has these three fields, as text.
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, string>
      const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
      const text = file === undefined ? "" : `\n${readFileSync(join(folder, file), "utf8").trim()}\n`
      return `${manifest["name"]} ${manifest["version"]} (${manifest["license"]})\n${text}`
    })
    .join(`\n${"-".repeat(80)}\n\n`)
}

/** Packages that a person may install beside the command; they are looked for when they are wanted. `ai` brings one of them. */
const optionalPackages = (): ReadonlyArray<string> => {
  const text = readFileSync(join(root, "packages/providers/package.json"), "utf8")
  const { peerDependencies } = JSON.parse(text) as { readonly peerDependencies: Readonly<Record<string, string>> }
  return Object.keys(peerDependencies).filter((name) => name !== "@ai-sdk/gateway")
}

/** Builds into a new folder and puts that in the place of the old one. Gives the number of bytes of code. */
export const bundle = async (folder: string = bundleFolder): Promise<number> => {
  const began = new Date()
  const fresh = `${folder}.${process.pid}`
  rmSync(fresh, { recursive: true, force: true })
  const building = await rolldown({
    input: { main: join(root, "packages/cli/src/main.ts") },
    platform: "node",
    // Ripgrep looks for its binary beside itself.
    external: [/^@vscode\/ripgrep/, ...optionalPackages()],
    resolve: { conditionNames: ["@rein/source", "node", "import", "default"] },
    // The engine of tree-sitter can be told to evaluate code by a module that it loads; ours does not.
    checks: { eval: false },
    transform: { define: { "import.meta.env": "undefined" } },
    plugins: [lazySegmenter]
  })
  const { output } = await building.write({
    dir: fresh,
    // It starts faster than modules do: no second pass to link, and no copies of what Node's own modules export.
    format: "cjs",
    minify: true,
    // Without hashes in their names, a new build replaces what the compile cache kept of the old one.
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name].cjs",
    // One file for what every run loads; each further one costs a millisecond.
    codeSplitting: { groups: [{ name: "common", test: (module) => !isApart(module) }] }
  })
  await building.close()
  copyAssets(fresh)
  const modules = output.flatMap((one) => (one.type === "chunk" ? one.moduleIds : []))
  writeFileSync(join(fresh, "LICENCES.txt"), licencesOf(modules))
  // What was changed while it was built may not be in it.
  utimesSync(join(fresh, "main.cjs"), began, began)
  mkdirSync(dirname(folder), { recursive: true })
  rmSync(folder, { recursive: true, force: true })
  renameSync(fresh, folder)
  return output.reduce((sum, one) => sum + (one.type === "chunk" ? Buffer.byteLength(one.code) : 0), 0)
}

if (import.meta.main) {
  const bytes = await bundle()
  console.log(`bundle: ${Math.round(bytes / 1024)} KiB in packages/cli/dist/bundle`)
}
