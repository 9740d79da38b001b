// Compares what each package.json declares with what its files import and its scripts run: nothing unused, nothing undeclared.
import { existsSync, readFileSync } from "node:fs"
import { isBuiltin } from "node:module"
import { join } from "node:path"
import { isCode, listFiles, listPackages } from "./lib/files.ts"
import { findImports } from "./lib/imports.ts"

/** The fields of a package.json that are compared. */
interface Manifest {
  readonly name: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly bin?: string | Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** Programs that scripts may call and no package brings. */
const systemPrograms = new Set(["npm", "npx", "bash"])

/** Folders at the root whose files use the root's own dependencies. */
const rootFolders = ["scripts", "bench"]

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest

const packageName = (specifier: string): string => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/")

/** The packages that some files import. */
const importedBy = (root: string, files: ReadonlyArray<string>): ReadonlySet<string> =>
  new Set(
    files
      .flatMap((file) => findImports(readFileSync(join(root, file), "utf8")))
      .map(({ specifier }) => specifier)
      .filter((specifier) => !/^[./#]/.test(specifier) && !isBuiltin(specifier))
      .map(packageName)
  )

/** The programs that the npm scripts of a package call. */
const programsOf = (manifest: Manifest): ReadonlySet<string> =>
  new Set(
    Object.values(manifest.scripts ?? {})
      .flatMap((script) => script.split(/&&|\|\||[;|]/))
      .flatMap(
        (command) =>
          command
            .trim()
            .split(/\s+/)
            .find((word) => !/^\w+=/.test(word)) ?? []
      )
  )

/** The programs that an installed package brings. */
const binariesOf = (root: string, name: string): ReadonlyArray<string> => {
  const folder = join(root, "node_modules", name)
  if (!existsSync(join(folder, "package.json"))) return []
  const { bin } = readManifest(folder)
  return typeof bin === "string" ? [packageName(name).split("/").at(-1) ?? name] : Object.keys(bin ?? {})
}

/** The packages that an installed package expects its user to install. */
const peersOf = (root: string, name: string): ReadonlyArray<string> => {
  const folder = join(root, "node_modules", name)
  return existsSync(join(folder, "package.json")) ? Object.keys(readManifest(folder).peerDependencies ?? {}) : []
}

/** All differences, one line each. */
export const checkDependencies = (root: string): ReadonlyArray<string> => {
  const wrong: Array<string> = []
  const rootManifest = readManifest(root)
  const rootTools = new Set(Object.keys(rootManifest.devDependencies ?? {}))
  const usedFromRoot = new Set<string>()

  const folders = ["packages", "examples", "bench"].flatMap((kind) =>
    listPackages(join(root, kind)).map((name) => `${kind}/${name}`)
  )
  for (const folder of folders) {
    const manifest = readManifest(join(root, folder))
    const files = listFiles(join(root, folder)).filter((file) => isCode(file))
    const isTool = (file: string) => /^test\/|\.test\.ts$|\.config\.ts$|^scripts\//.test(file)
    const shipped = importedBy(
      join(root, folder),
      files.filter((file) => !isTool(file))
    )
    const tools = importedBy(join(root, folder), files.filter(isTool))
    const runtime = new Set([
      ...Object.keys(manifest.dependencies ?? {}),
      ...Object.keys(manifest.peerDependencies ?? {})
    ])
    const dev = new Set(Object.keys(manifest.devDependencies ?? {}))
    // Only published code has to bring along what it imports; an example may lean on the root.
    const lends = folder.startsWith("examples/") ? rootTools : new Set<string>()
    for (const name of shipped) {
      if (name === manifest.name || runtime.has(name)) continue
      if (lends.has(name)) usedFromRoot.add(name)
      else wrong.push(`${folder} imports ${name} and does not declare it in dependencies`)
    }
    for (const name of tools) {
      if (name === manifest.name || runtime.has(name) || dev.has(name)) continue
      if (rootTools.has(name)) usedFromRoot.add(name)
      else wrong.push(`the tests of ${folder} import ${name} and neither it nor the root declares it`)
    }
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      if (!shipped.has(name)) wrong.push(`${folder} declares ${name} in dependencies and does not import it`)
    }
    for (const name of dev) {
      if (!tools.has(name) && !shipped.has(name))
        wrong.push(`${folder} declares ${name} in devDependencies and does not import it`)
    }
  }

  const rootFiles = listFiles(root).filter(
    (file) =>
      isCode(file) &&
      !folders.some((folder) => file.startsWith(`${folder}/`)) &&
      (!file.includes("/") || rootFolders.some((folder) => file.startsWith(`${folder}/`)))
  )
  const workspaces = new Set(folders.map((folder) => readManifest(join(root, folder)).name))
  for (const name of importedBy(root, rootFiles)) {
    if (rootTools.has(name)) usedFromRoot.add(name)
    else if (!workspaces.has(name)) wrong.push(`the root imports ${name} and does not declare it in devDependencies`)
  }
  const programs = programsOf(rootManifest)
  const brought = new Set([...rootTools].flatMap((name) => binariesOf(root, name)))
  for (const program of programs) {
    if (!brought.has(program) && !systemPrograms.has(program))
      wrong.push(`a root script runs ${program}, which no dependency brings`)
  }
  const peers = new Set([...rootTools].flatMap((name) => peersOf(root, name)))
  for (const name of rootTools) {
    const isUsed =
      peers.has(name) || usedFromRoot.has(name) || binariesOf(root, name).some((program) => programs.has(program))
    if (!isUsed && !name.startsWith("@types/")) wrong.push(`the root declares ${name} and does not use it`)
  }
  return wrong
}

if (import.meta.main) {
  const wrong = checkDependencies(join(import.meta.dirname, ".."))
  for (const line of wrong) console.error(line)
  console.log(wrong.length === 0 ? "dependencies: ok" : `dependencies: ${wrong.length} wrong`)
  process.exitCode = wrong.length === 0 ? 0 : 1
}
