/** Loads `node:sqlite` without the warning that some versions of Node print for it. */
import type * as Sqlite from "node:sqlite"

/**
 * Node 22 calls `process.emitWarning` when the module is first loaded, which would end up on the standard error of
 * whatever program uses this library. The function is replaced for this one synchronous call and only for this one
 * warning, so nobody else's warning can be lost and nothing stays installed.
 */
export const loadSqlite = (): typeof Sqlite => {
  const emitWarning = process.emitWarning
  const quiet = (...args: ReadonlyArray<unknown>): void => {
    if (args[1] === "ExperimentalWarning" && String(args[0]).includes("SQLite")) return
    // What came in goes out unchanged; the overloads of the original cannot be written as one type.
    Reflect.apply(emitWarning, process, args as Parameters<typeof emitWarning>)
  }
  process.emitWarning = quiet as typeof emitWarning // same reason
  try {
    return process.getBuiltinModule("node:sqlite")
  } finally {
    process.emitWarning = emitWarning
  }
}
