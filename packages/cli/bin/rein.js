#!/usr/bin/env node
// Starts `rein`. Plain JavaScript that Node 18 can read: what is too old says so itself, or hands over to the Node of the checkout.
import { spawn } from "child_process"
import { existsSync, mkdirSync, readdirSync, statSync } from "fs"
import * as nodeModule from "module"
import { homedir } from "os"
import { dirname, isAbsolute, join } from "path"
import { fileURLToPath, pathToFileURL } from "url"

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, "../../..")
const source = join(here, "../src/main.ts")
const compiled = join(here, "../dist/main.js")
const bundle = join(here, "../dist/bundle/main.cjs")
const ownNode = join(root, "node_modules/node/bin/node")

/** Tells the process that was handed over to that its parent is only a launcher. */
const launchedVariable = "REIN_LAUNCHED"

const isNewEnough = (version) => {
  const numbers = version.replace(/^v/, "").split(".").map(Number)
  return numbers[0] > 22 || (numbers[0] === 22 && numbers[1] >= 19)
}

/** Node strips no types below node_modules, so only a checkout runs its source. */
const isCheckout = existsSync(source) && !/[\\/]node_modules[\\/]/.test(here)

/** When anything in the folder changed last. A file that was removed changes its folder. */
const changedAt = (folder) => {
  let last = statSync(folder).mtimeMs
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = folder + "/" + entry.name
    last = Math.max(last, entry.isDirectory() ? changedAt(path) : statSync(path).mtimeMs)
  }
  return last
}

const sourceChangedAt = () => {
  const packages = join(root, "packages")
  const folders = readdirSync(packages).map((name) => join(packages, name, "src"))
  const times = folders.filter((folder) => existsSync(folder)).map(changedAt)
  return Math.max(statSync(join(root, "package-lock.json")).mtimeMs, ...times)
}

/** Yesterday's build of a checkout must not answer for today's source. */
const isBundleFresh = () => existsSync(bundle) && (!isCheckout || statSync(bundle).mtimeMs > sourceChangedAt())

const runSource = () => {
  // The packages of the checkout name their sources under this condition. Hooks in this thread cost less than a second Node.
  nodeModule.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, Object.assign({}, context, { conditions: context.conditions.concat("@rein/source") }))
  })
  return import(pathToFileURL(source).href)
}

/** One folder after the other: a recursive mkdir below /proc never comes back. */
const makeFolder = (folder) => {
  const missing = []
  for (let at = folder; !existsSync(at); at = dirname(at)) missing.unshift(at)
  for (const one of missing) mkdirSync(one, { mode: 0o700 })
}

/** Where compiled code is kept between starts. Whoever can write there decides what is run, so it must be the user's alone. */
const compileCache = () => {
  const given = process.env.XDG_CACHE_HOME
  const usual = process.platform === "darwin" ? "Library/Caches" : ".cache"
  try {
    const folder = join(given && isAbsolute(given) ? given : join(homedir(), usual), "rein", "compiled")
    makeFolder(folder)
    const found = statSync(folder)
    return found.uid === process.getuid() && (found.mode & 0o022) === 0 ? folder : undefined
  } catch {
    return undefined
  }
}

const run = () => {
  const folder = compileCache()
  if (folder !== undefined) nodeModule.enableCompileCache(folder)
  if (isBundleFresh()) return nodeModule.createRequire(import.meta.url)(bundle)
  return isCheckout ? runSource() : import(pathToFileURL(compiled).href)
}

/** A launcher that was killed can pass nothing on, so its end has to be noticed here. */
const endWithLauncher = () => {
  delete process.env[launchedVariable]
  process.once("disconnect", () => process.kill(process.pid, "SIGHUP"))
  process.channel.unref()
}

const handOver = () => {
  const child = spawn(ownNode, [fileURLToPath(import.meta.url)].concat(process.argv.slice(2)), {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: Object.assign({}, process.env, { [launchedVariable]: "1" })
  })
  // A terminal sends Ctrl-C to both; passed on it would count as the second one.
  const isAtTerminal = process.stdin.isTTY || process.stderr.isTTY
  const handlers = [
    ["SIGINT", () => isAtTerminal || child.kill("SIGINT")],
    ["SIGTERM", () => child.kill("SIGTERM")],
    ["SIGHUP", () => child.kill("SIGHUP")]
  ]
  for (const [signal, handler] of handlers) process.on(signal, handler)
  child.on("error", (error) => {
    process.stderr.write("rein: " + ownNode + " could not be started: " + error.message + "\n")
    process.exitCode = 2
  })
  child.on("exit", (code, signal) => {
    for (const [name, handler] of handlers) process.removeListener(name, handler)
    if (signal === null) process.exitCode = code
    else process.kill(process.pid, signal)
  })
}

const refuse = (text) => {
  process.stderr.write("rein: " + text + "\n")
  process.exitCode = 2
}

const start = () => {
  if (process.platform === "win32") refuse("Windows is supported through WSL only; start rein there.")
  else if (isNewEnough(process.version)) {
    if (process.env[launchedVariable] !== undefined && process.channel) endWithLauncher()
    return run()
  } else if (existsSync(ownNode)) handOver()
  else {
    refuse(
      "this is Node " +
        process.version +
        " (" +
        process.execPath +
        "), and rein needs 22.19 or newer, for node:sqlite and to run TypeScript files; install a newer Node, or run `npm ci` in the checkout, which brings its own."
    )
  }
  return undefined
}

start()
