/** An `effect/sql` client over `node:sqlite`, for whoever wants tables of their own. The session store does not need it. */
import type { DatabaseSync, SQLInputValue } from "node:sqlite"
import { Effect, Layer, Semaphore, Stream } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as SqlClient from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import { classifySqliteError, SqlError } from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import * as NodeSqlite from "./NodeSqlite.ts"

/** The same as for any SQLite file here. */
export type Options = NodeSqlite.Options

/** Statements that are kept prepared, the latest ones. */
const cacheSize = 200

const sqlError = (cause: unknown): SqlError => {
  // Effect reads SQLite's code from `errno`, Node calls it `errcode`.
  if (cause instanceof Error && "errcode" in cause) Object.assign(cause, { errno: cause.errcode })
  return new SqlError({ reason: classifySqliteError(cause, { message: "The statement failed", operation: "execute" }) })
}

const attempt = <A>(f: () => A): Effect.Effect<A, SqlError> => Effect.try({ try: f, catch: sqlError })

const makeConnection = (database: DatabaseSync): Connection => {
  const cache = new Map<string, ReturnType<DatabaseSync["prepare"]>>()
  const prepared = (sql: string) => {
    const known = cache.get(sql) ?? database.prepare(sql)
    cache.delete(sql)
    cache.set(sql, known)
    const [oldest] = cache.keys()
    if (cache.size > cacheSize && oldest !== undefined) cache.delete(oldest)
    return known
  }
  const rows = (statement: ReturnType<typeof prepared>, params: ReadonlyArray<unknown>, asArrays: boolean) => {
    statement.setReturnArrays(asArrays)
    // The client's parameters are unknown; SQLite refuses what it cannot bind.
    return statement.all(...(params as ReadonlyArray<SQLInputValue>)) as ReadonlyArray<unknown>
  }
  const execute: Connection["execute"] = (sql, params, transform) =>
    Effect.map(
      attempt(() => rows(prepared(sql), params, false) as ReadonlyArray<object>),
      transform ?? ((all) => all)
    ) // arrays are off
  const values = (statement: () => ReturnType<typeof prepared>, params: ReadonlyArray<unknown>) =>
    attempt(() => rows(statement(), params, true) as ReadonlyArray<ReadonlyArray<unknown>>) // arrays are on
  return {
    execute,
    executeRaw: (sql, params) => attempt(() => rows(prepared(sql), params, false)),
    executeStream: (sql, params, transform) =>
      Stream.unwrap(Effect.map(execute(sql, params, transform), Stream.fromIterable)),
    executeValues: (sql, params) => values(() => prepared(sql), params),
    executeValuesUnprepared: (sql, params) => values(() => database.prepare(sql), params),
    executeUnprepared: (sql, params, transform) =>
      Effect.map(
        attempt(() => rows(database.prepare(sql), params, false) as ReadonlyArray<object>), // arrays are off
        transform ?? ((all) => all)
      )
  }
}

const make = Effect.fnUntraced(function* (options: Options) {
  const database = yield* NodeSqlite.open(options)
  const acquirers = SqlClient.makeSqliteAcquirers({
    connection: Effect.succeed(makeConnection(database)),
    semaphore: yield* Semaphore.make(1),
    isTransaction: () => database.isTransaction
  })
  return yield* SqlClient.make({
    ...acquirers,
    compiler: Statement.makeCompilerSqlite(),
    driver: "node-sqlite",
    spanAttributes: [["db.system.name", "sqlite"]],
    beginTransaction: "BEGIN IMMEDIATE",
    prepareTransactionControls: true
  })
})

/** Opens a file on a connection of its own. */
export const layerWith = (options: Options): Layer.Layer<SqlClient.SqlClient, NodeSqlite.SqliteError> =>
  Layer.effect(SqlClient.SqlClient, make(options)).pipe(Layer.provide(Reactivity.layer))
