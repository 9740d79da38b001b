#!/usr/bin/env node
// Starts `rein`. Written so that Node 12 can read it: what is too old says so itself, or hands over to the Node of the checkout.
import { spawn } from "child_process"
import { existsSync } from "fs"
import * as nodeModule from "module"
import { dirname, join } from "path"
import { fileURLToPath, pathToFileURL } from "url"

const here = dirname(fileURLToPath(import.meta.url))
const source = join(here, "../src/main.ts")
const built = join(here, "../dist/main.js")
const ownNode = join(here, "../../../node_modules/node/bin/node")

const isNewEnough = (version) => {
  const numbers = version.replace(/^v/, "").split(".").map(Number)
  return numbers[0] > 22 || (numbers[0] === 22 && numbers[1] >= 19)
}

// A checkout runs its source, so that nobody runs yesterday's build; Node strips no types below node_modules, so a package runs its build.
const isCheckout = existsSync(source) && !/[\\/]node_modules[\\/]/.test(here)

const runSource = () => {
  // The packages of the checkout name their sources under this condition. Hooks in this thread cost less than a second Node.
  nodeModule.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, Object.assign({}, context, { conditions: context.conditions.concat("@rein/source") }))
  })
  return import(pathToFileURL(source).href)
}

const runBuild = () => import(pathToFileURL(built).href)

const handOver = () => {
  const child = spawn(ownNode, [fileURLToPath(import.meta.url)].concat(process.argv.slice(2)), { stdio: "inherit" })
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"]
  const passOn = (signal) => {
    child.kill(signal)
  }
  for (const signal of signals) process.on(signal, passOn)
  child.on("error", (error) => {
    process.stderr.write("rein: " + ownNode + " could not be started: " + error.message + "\n")
    process.exitCode = 2
  })
  child.on("exit", (code, signal) => {
    for (const one of signals) process.removeListener(one, passOn)
    if (signal === null) process.exitCode = code
    else process.kill(process.pid, signal)
  })
}

const tooOld = () => {
  process.stderr.write(
    "rein: this is Node " +
      process.version +
      " (" +
      process.execPath +
      "), and rein needs 22.19 or newer, for node:sqlite and to run TypeScript files; install a newer Node, or run `npm ci` in the checkout, which brings its own.\n"
  )
  process.exitCode = 2
}

const start = () => {
  if (process.platform === "win32") {
    process.stderr.write("rein: Windows is supported through WSL only; start rein there.\n")
    process.exitCode = 2
  } else if (isNewEnough(process.version)) {
    nodeModule.enableCompileCache()
    return isCheckout ? runSource() : runBuild()
  } else if (existsSync(ownNode)) handOver()
  else tooOld()
  return undefined
}

start()
