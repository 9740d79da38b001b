// Installs the packed packages in an empty project outside the workspace and uses them there, on the oldest and the newest Node.
import { execFileSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { isAsset } from "./copy-assets.ts"
import { listFiles, listPackages } from "./lib/files.ts"

/** The oldest supported Node and the one of this repository. */
const nodeVersions = ["22.19.0", "24.21.0"]

/** The fields of a packed package.json that are checked. */
interface Manifest {
  readonly name: string
  readonly version: string
  readonly bin?: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | null | Readonly<Record<string, string>>>>
  readonly dependencies?: Readonly<Record<string, string>>
}

const root = join(import.meta.dirname, "..")
const embed = join(root, "examples/embed")
const temp = mkdtempSync(join(tmpdir(), "rein-pack-"))

/** A different Node for a child means a different PATH; what npm told this process would lead its child back here. */
const environment = (node = dirname(process.execPath)): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("npm_") && name !== "INIT_CWD")
  ),
  PATH: `${node}${delimiter}${process.env["PATH"] ?? ""}`
})

const run = (cwd: string, program: string, args: ReadonlyArray<string>, env = environment()): string => {
  try {
    return execFileSync(program, args, {
      cwd,
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 1e8
    })
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string }
    throw new Error(`${program} ${args.join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}`, { cause: error })
  }
}

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest

const writeJson = (file: string, value: unknown): void => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)

/** What is wrong with an unpacked package whose source is at hand. */
const checkPacked = (packed: string, source: string): ReadonlyArray<string> => {
  const manifest = readManifest(packed)
  const wrong: Array<string> = []
  const expectFile = (path: string, why: string) => {
    if (!existsSync(join(packed, path))) wrong.push(`${manifest.name}: ${path} is missing (${why})`)
  }
  const modules = listFiles(join(source, "src"))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length))
  for (const [key, target] of Object.entries(manifest.exports)) {
    if (target === null) continue
    const targets = typeof target === "string" ? [target] : Object.values(target)
    for (const path of targets) {
      if (!path.includes("*")) expectFile(path, `exports ${key}`)
      else for (const name of modules) expectFile(path.replace("*", name), `exports ${key}`)
    }
  }
  for (const path of Object.values(manifest.bin ?? {})) expectFile(path, "bin")
  expectFile("LICENSE", "every package carries its licence")
  for (const file of listFiles(join(source, "src")).filter(isAsset)) expectFile(`dist/${file}`, "read at run time")
  for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
    if (!/^\d/.test(range)) wrong.push(`${manifest.name}: the version of ${name} is not exact (${range})`)
  }
  // What is in dist and no longer in src was left there by an older build and would be shipped.
  for (const file of listFiles(join(packed, "dist")).filter((path) => path.endsWith(".js"))) {
    const isBundle =
      existsSync(join(packed, "dist", file)) && !existsSync(join(packed, "dist", file.replace(/\.js$/, ".d.ts")))
    if (!isBundle && !modules.includes(file.slice(0, -".js".length)))
      wrong.push(`${manifest.name}: dist/${file} has no source`)
  }
  return wrong
}

/** The folder that holds the program of some version of Node. */
const installNode = (version: string): string => {
  const folder = join(temp, `node-${version}`)
  mkdirSync(folder)
  writeJson(join(folder, "package.json"), { private: true, allowScripts: { node: true } })
  run(folder, "npm", ["install", "--no-audit", "--no-fund", `node@${version}`])
  const bin = join(folder, "node_modules/node/bin")
  const found = run(folder, join(bin, "node"), ["--version"]).trim()
  if (found !== `v${version}`) throw new Error(`expected Node ${version} and got ${found}`)
  return bin
}

/** Type errors in the consumer and in our own declarations; those of other packages are not ours to mend. */
const typecheck = (project: string, node: string): ReadonlyArray<string> => {
  const compilerOptions = {
    target: "es2023",
    lib: ["esnext", "dom"],
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    types: ["node"]
  }
  writeJson(join(project, "tsconfig.json"), { compilerOptions, files: ["consumer.ts"] })
  try {
    run(project, join(node, "node"), [
      join(root, "node_modules/typescript/bin/tsc"),
      "-p",
      "tsconfig.json",
      "--pretty",
      "false"
    ])
    return []
  } catch (error) {
    const lines = (error as Error).message.split("\n")
    const errors = lines.filter((line) => /error TS\d+/.test(line))
    if (errors.length === 0) return lines
    return errors.filter((line) => !line.startsWith("node_modules/") || line.startsWith("node_modules/@rein/"))
  }
}

const main = (): ReadonlyArray<string> => {
  for (const file of ["check.mjs", "consumer.ts"]) {
    if (!existsSync(join(embed, file))) return [`examples/embed/${file} is missing`]
  }
  console.log("build and pack")
  const folders = listPackages(join(root, "packages")).map((name) => join(root, "packages", name))
  for (const folder of folders) rmSync(join(folder, "dist"), { recursive: true, force: true })
  run(root, "npm", ["run", "build"])
  const tarballs = join(temp, "tarballs")
  mkdirSync(tarballs)
  const dependencies: Record<string, string> = {}
  for (const folder of folders) {
    // npm packs no licence from above the package's folder.
    const licence = join(folder, "LICENSE")
    const isCopied = !existsSync(licence)
    if (isCopied) cpSync(join(root, "LICENSE"), licence)
    try {
      const { name, version } = readManifest(folder)
      run(folder, "npm", ["pack", "--pack-destination", tarballs])
      dependencies[name] = `file:${join(tarballs, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`)}`
    } finally {
      if (isCopied) rmSync(licence)
    }
  }

  const wrong: Array<string> = []
  const types = (
    JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { devDependencies: Record<string, string> }
  ).devDependencies["@types/node"]
  for (const version of nodeVersions) {
    console.log(`Node ${version}: install`)
    const node = installNode(version)
    const env = environment(node)
    const project = join(temp, `project-${version}`)
    mkdirSync(project)
    const overrides = Object.fromEntries(Object.keys(dependencies).map((name) => [name, `$${name}`]))
    writeJson(join(project, "package.json"), {
      private: true,
      type: "module",
      dependencies,
      devDependencies: { "@types/node": types },
      overrides
    })
    // The npm of the machine runs on its own Node; it takes no part in what is tested.
    run(project, "npm", ["install", "--no-audit", "--no-fund"])
    if (version === nodeVersions[0]) {
      for (const folder of folders)
        wrong.push(...checkPacked(join(project, "node_modules", readManifest(folder).name), folder))
    }
    for (const file of listFiles(embed).filter((path) => path !== "package.json" && !path.startsWith("test/"))) {
      mkdirSync(dirname(join(project, file)), { recursive: true })
      cpSync(join(embed, file), join(project, file))
    }
    console.log(`Node ${version}: examples/embed/check.mjs`)
    try {
      run(project, join(node, "node"), ["check.mjs"], env)
    } catch (error) {
      wrong.push(`Node ${version}: ${(error as Error).message}`)
    }
    console.log(`Node ${version}: rein`)
    const told = run(project, join(node, "node"), [join(project, "node_modules/.bin/rein"), "--version"], env).trim()
    const expected = `rein v${readManifest(join(root, "packages/cli")).version}`
    if (told !== expected) wrong.push(`Node ${version}: rein --version says ${told}`)
    console.log(`Node ${version}: reading shell`)
    const reads = `import { NodeReader } from "@rein/permission/node"
      console.log((await NodeReader.load())("ls | wc")._tag)`
    const read = run(project, join(node, "node"), ["--input-type=module", "--eval", reads], env).trim()
    if (read !== "Understood") wrong.push(`Node ${version}: a line of shell was ${read}`)
    console.log(`Node ${version}: types of examples/embed/consumer.ts`)
    wrong.push(...typecheck(project, node).map((line) => `Node ${version}: ${line}`))
  }
  return wrong
}

try {
  const wrong = main()
  for (const line of wrong) console.error(line)
  console.log(wrong.length === 0 ? "pack: ok" : `pack: ${wrong.length} wrong`)
  process.exitCode = wrong.length === 0 ? 0 : 1
} finally {
  rmSync(temp, { recursive: true, force: true })
}
