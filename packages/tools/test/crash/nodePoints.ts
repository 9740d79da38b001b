// Failpoints in Node itself: files below a folder, transactions, child processes.
import type { ChildProcess } from "node:child_process"
import type { FileHandle } from "node:fs/promises"
import { createRequire, syncBuiltinESMExports } from "node:module"
import { basename } from "node:path"
import { StatementSync } from "node:sqlite"
import type { Failpoints } from "@rein/core/testing"

type At = Failpoints.At
type Asynchronous = (...values: ReadonlyArray<unknown>) => Promise<unknown>

const require = createRequire(import.meta.url)
// The objects that Node's own modules export, to be changed: their types say no more than that.
const files = require("node:fs/promises") as Record<string, Asynchronous>
const processes = require("node:child_process") as Record<string, (...values: ReadonlyArray<unknown>) => unknown>

/** A name that is the same in every run: without what is random. */
const nameOf = (path: string): string =>
  basename(path)
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27,}/g, "<id>")
    .replace(/[0-9a-f]{12,}/g, "<hash>")
    .replace(/^\d+-/, "<pid>-")

const around =
  (at: At, what: string, inner: Asynchronous): Asynchronous =>
  async (...values) => {
    at(`${what}, before`)
    const result = await inner(...values)
    at(`${what}, after`)
    return result
  }

const watchHandle = (at: At, handle: FileHandle, name: string) => {
  // Its overloads do not matter: what comes in goes on.
  const inner = handle.writeFile.bind(handle) as Asynchronous
  handle.writeFile = around(at, `file write ${name}`, inner) as FileHandle["writeFile"]
  return handle
}

const watchFiles = (at: At, folder: string) => {
  const isOurs = (path: unknown): path is string => typeof path === "string" && path.startsWith(folder)
  for (const operation of ["rename", "link", "unlink", "appendFile", "mkdir", "rm"]) {
    const inner = files[operation]
    if (inner === undefined) continue
    files[operation] = (...values) => {
      const [path] = values
      return isOurs(path) ? around(at, `file ${operation} ${nameOf(path)}`, inner)(...values) : inner(...values)
    }
  }
  const open = files["open"]
  files["open"] = async (...values) => {
    const [path, flags] = values
    // What `open` of `node:fs/promises` gives.
    const handle = (await open?.(...values)) as FileHandle
    return isOurs(path) && flags === "wx" ? watchHandle(at, handle, nameOf(path)) : handle
  }
}

/** The other end of a transaction is the store's own point. */
const watchTransactions = (at: At) => {
  const run = StatementSync.prototype.run
  StatementSync.prototype.run = function (this: StatementSync, ...values: Parameters<typeof run>) {
    if (this.sourceSQL.startsWith("COMMIT")) at("sqlite commit, before")
    return Reflect.apply(run, this, values)
  } as typeof run // the overloads of the original
}

const watchProcesses = (at: At) => {
  const spawn = processes["spawn"]
  processes["spawn"] = (...values) => {
    const what = `process spawn ${basename(String(values[0]))}`
    at(`${what}, before`)
    const child = spawn?.(...values) as ChildProcess // what `spawn` gives
    at(`${what}, after`)
    child.prependListener("exit", () => at(`${what}, exit`))
    return child
  }
}

/** Puts them in; everything that is imported from Node's modules afterwards, or was before, passes them. */
export const watchNode = (at: At, folder: string): void => {
  watchFiles(at, folder)
  watchTransactions(at)
  watchProcesses(at)
  syncBuiltinESMExports()
}
