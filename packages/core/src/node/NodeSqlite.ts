/**
 * One SQLite file, opened with `node:sqlite`.
 *
 * Every access is one synchronous function, so no transaction spans an await. SQLite itself never waits
 * (`busy_timeout` 0): while somebody else writes, the fiber sleeps between attempts and the event loop stays free.
 */
import { closeSync, openSync, statSync } from "node:fs"
import { dirname } from "node:path"
import type { DatabaseSync, StatementSync } from "node:sqlite"
import { Context, type Duration, Effect, Layer, Result, Schedule, Schema, type Scope } from "effect"
import { makeFolder } from "./internal/makeFolder.ts"
import { explain, type Reason, reasonOf, reasons } from "./internal/sqliteFailure.ts"
import { loadSqlite } from "./internal/sqliteModule.ts"

/** The file could not be used. The message names it and says what to do. */
export class SqliteError extends Schema.TaggedError<SqliteError>("@rein/core/node/NodeSqlite/SqliteError")(
  "SqliteError",
  {
    reason: Schema.Literals(reasons),
    message: Schema.String
  }
) {}

/** One open file, with one connection that all who use it share. */
export class NodeSqlite extends Context.Service<
  NodeSqlite,
  {
    readonly path: string
    /** The connection itself. */
    readonly database: DatabaseSync
    /** The statement for this text, prepared once. Rows come as arrays, which are cheaper than objects. */
    readonly prepare: (sql: string) => StatementSync
    /** Runs the function and repeats it while the file is busy. */
    readonly read: <A, E>(f: () => Result.Result<A, E>) => Effect.Effect<A, E | SqliteError>
    /**
     * Runs the function in one write transaction and repeats it while the file is busy; a failure rolls back.
     * `committed` runs at once after the commit, whatever becomes of the fiber.
     */
    readonly write: <A, E>(
      f: () => Result.Result<A, E>,
      committed?: (value: A) => void
    ) => Effect.Effect<A, E | SqliteError>
  }
>()("@rein/core/node/NodeSqlite") {}

/** Which file, what its commits survive, and how its tables come to be. */
export interface Options {
  readonly path: string
  /** What a commit survives: the death of the process (the default), or also that of the machine, at the price of a disk flush. */
  readonly durability?: "process" | "power"
  /** How long to go on while others write, by default 10 seconds. */
  readonly busyTimeout?: Duration.Input
  /** Statements for each version of the layout, the first one for version 1. Only ever add to them. */
  readonly migrations?: ReadonlyArray<string>
}

const failure = (reason: Reason, path: string, error?: unknown): SqliteError =>
  new SqliteError({ reason, message: explain(reason, path, error) })

/** Runs what may throw. What neither SQLite nor the file system threw is a bug and stays one. */
const attempt = <A, E>(path: string, f: () => Result.Result<A, E>): Effect.Effect<A, E | SqliteError> =>
  Effect.suspend((): Effect.Effect<A, E | SqliteError> => {
    try {
      return Effect.fromResult(f())
    } catch (error) {
      if (error instanceof SqliteError) return Effect.fail(error)
      const reason = reasonOf(error)
      return reason === undefined ? Effect.die(error) : Effect.fail(failure(reason, path, error))
    }
  })

/** From 1 to 25 ms between attempts, each a little different so that two writers do not stay in step. */
const patience = (limit: Duration.Input) =>
  Schedule.min([Schedule.exponential("1 millis", 1.5), Schedule.spaced("25 millis")]).pipe(
    Schedule.jittered,
    Schedule.upTo({ duration: limit })
  )

const patiently =
  (limit: Duration.Input) =>
  <A, E>(effect: Effect.Effect<A, E | SqliteError>): Effect.Effect<A, E | SqliteError> =>
    Effect.catchIf(effect, isBusy, () => Effect.retry(effect, { while: isBusy, schedule: patience(limit) }))

const isBusy = (error: unknown): boolean => error instanceof SqliteError && error.reason === "Busy"

const inTransaction = <A, E>(database: DatabaseSync, f: () => Result.Result<A, E>, commit: () => void) => {
  try {
    const result = f()
    if (Result.isSuccess(result)) commit()
    return result
  } finally {
    // Some failures, e.g. a full disk, have rolled back already.
    if (database.isTransaction) database.exec("ROLLBACK")
  }
}

const versionOf = (database: DatabaseSync): number =>
  Number(database.prepare("PRAGMA user_version").get()?.["user_version"])

const migrate = (database: DatabaseSync, path: string, migrations: ReadonlyArray<string>): void => {
  const missing = (): ReadonlyArray<string> => {
    const version = versionOf(database)
    if (version > migrations.length) throw failure("Newer", path)
    return migrations.slice(version)
  }
  if (missing().length === 0) return
  database.exec("BEGIN IMMEDIATE")
  const run = () => {
    // Asked again: another process may have done it while we waited.
    for (const sql of missing()) database.exec(sql)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
    return Result.succeed(undefined)
  }
  inTransaction(database, run, () => database.exec("COMMIT"))
}

const configure = (database: DatabaseSync, options: Options): void => {
  database.exec("PRAGMA journal_mode = WAL")
  database.exec(`PRAGMA synchronous = ${options.durability === "power" ? "FULL" : "NORMAL"}`)
  migrate(database, options.path, options.migrations ?? [])
}

const openNow = (options: Options): DatabaseSync => {
  makeFolder(dirname(options.path))
  // SQLite would make the file with the process's usual mode; its companions (-wal, -shm) get that of the file.
  closeSync(openSync(options.path, "a", 0o600))
  const database = new (loadSqlite().DatabaseSync)(options.path, { timeout: 0, enableForeignKeyConstraints: true })
  try {
    configure(database, options)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Opens the file, which it makes if it is missing, for as long as the scope lives. */
export const open = (options: Options): Effect.Effect<DatabaseSync, SqliteError, Scope.Scope> =>
  Effect.acquireRelease(
    attempt(options.path, () => Result.succeed(openNow(options))).pipe(patiently(options.busyTimeout ?? "10 seconds")),
    (database) => Effect.sync(() => database.close()),
    { interruptible: true }
  )

/** Answers whether the path still leads to the file that was there at first, if there was one. */
const watchFile = (path: string): (() => boolean) => {
  const first = statSync(path, { throwIfNoEntry: false })
  return () => {
    if (first === undefined) return true
    const now = statSync(path, { throwIfNoEntry: false })
    return now !== undefined && now.ino === first.ino && now.dev === first.dev
  }
}

/** The same for the store and for its log, where the latest commits are; not every file system lets SQLite have one. */
const watchStore = (path: string): (() => boolean) => {
  const [isStore, isLog] = [watchFile(path), watchFile(`${path}-wal`)]
  return () => isStore() && isLog()
}

const gone = (path: string): SqliteError =>
  new SqliteError({
    reason: "Unavailable",
    message: `The store ${path} was deleted, moved or replaced while it was open. Nothing more was written; put the file back, or start again.`
  })

const make = Effect.fnUntraced(function* (options: Options) {
  const { path } = options
  const database = yield* open(options)
  const isThere = yield* attempt(path, () => Result.succeed(watchStore(path)))
  const whileBusy = patiently(options.busyTimeout ?? "10 seconds")
  const statements = new Map<string, StatementSync>()

  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)
    statements.set(sql, statement)
    return statement
  }

  const begin = database.prepare("BEGIN IMMEDIATE")
  const commit = database.prepare("COMMIT")
  const transact = <A, E>(f: () => Result.Result<A, E>): Result.Result<A, E> => {
    // SQLite would go on writing into a deleted file, where nobody finds it.
    if (!isThere()) throw gone(path) // guard: I1 core/test/session/SessionStoreFailures.test.ts #deleted
    begin.run()
    return inTransaction(database, f, () => {
      commit.run() // guard: I1 core/test/session/SessionStore.test.ts
    })
  }

  return NodeSqlite.of({
    path,
    database,
    prepare,
    read: (f) => whileBusy(attempt(path, f)),
    write: (f, committed) =>
      whileBusy(
        attempt(path, () => {
          const result = transact(f)
          if (committed !== undefined && Result.isSuccess(result)) committed(result.success)
          return result
        })
      )
  })
})

/** Opens one file. */
export const layerWith = (options: Options): Layer.Layer<NodeSqlite, SqliteError> =>
  Layer.effect(NodeSqlite, make(options))
