/**
 * Sessions in one SQLite file, which any number of processes share.
 *
 * Each write is one synchronous transaction: it reads what it depends on, checks the fence, and takes the next
 * sequence, so that nothing can come in between. Followers in this process are woken by the write itself; writes
 * of others are noticed by one poller, which runs only while somebody follows.
 */
import { Effect, Layer, Result, Schema, type Scope } from "effect"
import { Blobs } from "../blob/Blobs.ts"
import { whileWanted } from "../internal/whileWanted.ts"
import { make as makeId, type SessionId } from "../schema/Ids.ts"
import { type StoredEvent, versionOf } from "../schema/SessionEvent.ts"
import { Followers } from "../session/Followers.ts"
import { Owner, Ownership } from "../session/Ownership.ts"
import { type Fence, SessionStore, StoreError } from "../session/SessionStore.ts"
import { isDamage } from "../session/Sound.ts"
import { alreadyExists, commandEvent, commandOf, fenced, infoOf, notFound, owned } from "../session/StoreRules.ts"
import { damaged, decodeRows, decodeSound, type EncodedEvent, encodeEvents } from "./internal/eventCodec.ts"
import { sessionMigrations } from "./internal/sessionMigrations.ts"
import {
  type ListOptions,
  type SessionRow,
  type SessionTables,
  sessionTables,
  type StoredRow
} from "./internal/sessionTables.ts"
import * as NodeSqlite from "./NodeSqlite.ts"

/** How often another process's writes are looked for while somebody follows. */
const pollMillis = 50
const heartbeatMillis = 10_000
/** Events that are read without letting others run. */
const pageSize = 250

/** Of the file. The migrations are the store's own. */
export type Options = Omit<NodeSqlite.Options, "migrations">

type Store = SessionStore["Service"]

/** What the parts of the store work with. */
interface Parts {
  readonly sqlite: NodeSqlite.NodeSqlite["Service"]
  readonly tables: SessionTables
  readonly blobs: Blobs["Service"]
  readonly ownership: Ownership["Service"]
  readonly followers: Followers
  readonly read: <A>(f: () => Result.Result<A, StoreError>) => Effect.Effect<A, StoreError>
  readonly write: <A>(
    f: () => Result.Result<A, StoreError>,
    committed?: (value: A) => void
  ) => Effect.Effect<A, StoreError>
}

const toStoreError = (error: StoreError | NodeSqlite.SqliteError): StoreError =>
  error instanceof StoreError ? error : new StoreError({ reason: { _tag: error.reason }, message: error.message })

/** Inserts events behind the last one. Only within a transaction. */
const insert = (
  tables: SessionTables,
  session: SessionId,
  row: SessionRow,
  events: ReadonlyArray<EncodedEvent>,
  now: number
): ReadonlyArray<StoredEvent> => {
  const stored = events.map(({ blob, data, event }, index): StoredEvent => {
    const envelope = {
      session,
      sequence: row.last + index + 1,
      id: makeId.event(),
      time: now,
      version: versionOf(event.type)
    }
    const added: StoredRow = { ...envelope, type: event.type, data, blob }
    tables.addEvent(row.key, added, commandOf(event))
    return { ...envelope, ...event }
  })
  if (stored.length > 0) tables.grow(row.key, row.last + stored.length, now)
  return stored
}

const create = ({ blobs, followers, tables, write }: Parts): Store["create"] =>
  Effect.fnUntraced(function* (session, events) {
    const now = yield* Effect.clockWith((clock) => Effect.succeed(clock.currentTimeMillisUnsafe()))
    const info = infoOf(session, events, now)
    if (info === undefined) return yield* Effect.die(new Error("a new session needs a SessionCreated event"))
    const encoded = yield* encodeEvents(blobs, events)
    return yield* write(
      () => {
        if (tables.find(session) !== undefined) return Result.fail(alreadyExists(session))
        return Result.succeed(insert(tables, session, tables.addSession(info), encoded, now))
      },
      (stored) => followers.grown(session, stored.length)
    )
  })

const append = ({ blobs, followers, tables, write }: Parts): Store["append"] =>
  Effect.fnUntraced(function* (session, fence, after, events) {
    const encoded = yield* encodeEvents(blobs, events)
    const { missed, stored } = yield* Effect.clockWith((clock) =>
      write(
        () => {
          const row = tables.find(session)
          if (row === undefined) return Result.fail(notFound(session))
          if (!holds(row, fence)) return Result.fail(fenced(session)) // guard: I4 core/test/session/SessionStore.test.ts #takeover
          const missed = row.last > after ? tables.eventsAfter(session, row.key, after, -1) : []
          const stored = insert(tables, session, row, encoded, clock.currentTimeMillisUnsafe())
          return Result.succeed({ missed, stored, last: row.last + stored.length })
        },
        ({ last }) => followers.grown(session, last)
      )
    )
    // What was just inserted needs no reading back.
    return missed.length === 0 ? stored : [...(yield* decodeRows(blobs, missed)), ...stored]
  })

const holds = (row: SessionRow, fence: Fence): boolean => row.root === fence.root && row.token === fence.token

/** The row that holds the command already, or the event that was stored now. */
interface Submitted {
  readonly first: StoredRow | undefined
  readonly stored: ReadonlyArray<StoredEvent>
  readonly last: number
}

const submit = ({ blobs, followers, tables, write }: Parts): Store["submit"] =>
  Effect.fnUntraced(function* (session, command, request) {
    const encoded = yield* encodeEvents(blobs, [commandEvent(command, request)])
    const { first, stored } = yield* Effect.clockWith((clock) =>
      write<Submitted>(
        () => {
          const row = tables.find(session)
          if (row === undefined) return Result.fail(notFound(session))
          const first = tables.eventOf(session, row.key, command)
          if (first !== undefined) return Result.succeed({ first, stored: [], last: row.last }) // guard: I4 core/test/session/SessionStore.test.ts #command
          const stored = insert(tables, session, row, encoded, clock.currentTimeMillisUnsafe())
          return Result.succeed({ first: undefined, stored, last: row.last + 1 })
        },
        ({ last }) => followers.grown(session, last)
      )
    )
    const [event] = first === undefined ? stored : yield* decodeRows(blobs, [first])
    return event as StoredEvent // one row, old or new, gives one event
  })

const known = (tables: SessionTables, session: SessionId): Result.Result<SessionRow, StoreError> => {
  const row = tables.find(session)
  return row === undefined ? Result.fail(notFound(session)) : Result.succeed(row)
}

/** The next rows after the sequence, at most a page of them, and the last sequence. They end before a row that is missing, which is told when it is the next. */
const readRows = ({ read, tables }: Parts, session: SessionId, cursor: number, limit: number = pageSize) =>
  read(() =>
    Result.flatMap(known(tables, session), ({ key, last }) => {
      const after = Math.max(cursor, 0)
      const rows = last <= after ? [] : tables.eventsAfter(session, key, after, limit)
      const gap = rows.findIndex(({ sequence }, index) => sequence !== after + 1 + index)
      const sound = gap === -1 ? rows : rows.slice(0, gap)
      return sound.length === 0 && last > after
        ? Result.fail(damaged(session, after + 1, "it is missing"))
        : Result.succeed({ rows: sound, last })
    })
  )

/** Whoever looks at a damaged session sees it up to the damage, also where SQLite cannot read on. */
const readSound = (parts: Parts, session: SessionId, after: number) =>
  readRows(parts, session, after).pipe(
    Effect.catchIf(isDamage, () => readRows(parts, session, after, 1)),
    Effect.flatMap(({ rows }) => decodeSound(parts.blobs, rows))
  )

const readAll = (parts: Parts): Store["read"] =>
  Effect.fnUntraced(function* (session, after) {
    const all: Array<StoredEvent> = []
    let cursor = Math.max(after, 0)
    while (true) {
      const { last, rows } = yield* readRows(parts, session, cursor)
      for (const event of yield* decodeRows(parts.blobs, rows)) all.push(event)
      cursor += rows.length
      if (cursor >= last) return all
      yield* Effect.yieldNow
    }
  })

const readOwner = Schema.decodeUnknownEffect(Schema.fromJsonString(Owner))

/** Claims as often as somebody else changes the claim while its owner is looked at. */
const claim = (
  { ownership, read, sqlite, tables, write }: Parts,
  { holding, wanted }: Claims
): ((session: SessionId) => Effect.Effect<Fence, StoreError>) => {
  const attempt = Effect.fnUntraced(function* (session: SessionId): Effect.fn.Return<Fence, StoreError> {
    const seen = yield* read(() => {
      const found = tables.claimOf(session)
      if (found !== undefined) wanted(found.root)
      return Result.succeed(found)
    })
    if (seen === undefined) return yield* notFound(session)
    const now = yield* Effect.clockWith((clock) => Effect.succeed(clock.currentTimeMillisUnsafe()))
    if (seen.owner !== null && seen.token !== null) {
      const owner = yield* Effect.mapError(readOwner(seen.owner), () => damagedClaim(sqlite.path, session))
      if (owner.id === ownership.self.id) {
        holding()
        return { root: seen.root, token: seen.token }
      }
      const isAlive = yield* ownership.isAlive(owner, now - (seen.heartbeat ?? 0))
      if (isAlive) return yield* owned(session, owner) // guard: I4 core/test/session/SessionStore.test.ts #refused
    }
    const taken = yield* write(
      () => Result.succeed(tables.takeClaim(seen, { ...ownership.self, since: now }, now)),
      (taken) => taken && holding()
    )
    return taken ? { root: seen.root, token: (seen.token ?? 0) + 1 } : yield* attempt(session)
  })
  return attempt
}

const damagedClaim = (path: string, session: SessionId): StoreError =>
  new StoreError({
    reason: { _tag: "Corrupt" },
    message: `The claim on session ${session} in ${path} is damaged. Restore a copy of the store to go on with this session.`
  })

const saveDraft = ({ tables, write }: Parts): Store["saveDraft"] =>
  Effect.fnUntraced(function* (session, fence, draft) {
    return yield* write(() =>
      Result.flatMap(known(tables, session), (row) =>
        holds(row, fence) ? Result.succeed(tables.saveDraft(row.key, draft)) : Result.fail(fenced(session))
      )
    )
  })

/** Tells followers what other connections have committed. Nothing is asked while `data_version` stands still. */
const lookAround = (
  sqlite: NodeSqlite.NodeSqlite["Service"],
  tables: SessionTables,
  followers: Followers
): Effect.Effect<void> => {
  let seen: number | undefined
  const look = sqlite.read(() => {
    const version = tables.dataVersion()
    if (version === seen) return Result.succeed(undefined)
    for (const [session, last] of tables.lastSequences(followers.sessions)) followers.grown(session, last)
    seen = version
    return Result.succeed(undefined)
  })
  // A store that cannot be read now is looked at again; whoever reads or writes is told why.
  return Effect.ignore(look)
}

const makeFollowers = Effect.fnUntraced(function* (sqlite: NodeSqlite.NodeSqlite["Service"], tables: SessionTables) {
  const followers: Followers = new Followers(() => start())
  const start = yield* whileWanted({
    wanted: () => followers.any,
    pause: pollMillis,
    tick: lookAround(sqlite, tables, followers)
  })
  return followers
})

/** The claims of this runtime. */
interface Claims {
  /** One more is held. */
  readonly holding: () => void
  /** Somebody is about to claim this tree. */
  readonly wanted: (root: SessionId) => void
  readonly give: (fence: Fence) => Effect.Effect<void, StoreError>
}

/** Shows others that the owner of the held claims lives, and gives the claims up with the scope. */
const keepClaims = Effect.fnUntraced(function* ({
  ownership,
  tables,
  write
}: Parts): Effect.fn.Return<Claims, never, Scope.Scope> {
  let held = 0
  // What could not be given up, e.g. for a full disk: nobody works under it, and while this runtime lives nobody else could.
  const owed = new Map<SessionId, number>()
  const beat = Effect.clockWith((clock) =>
    write(
      () => {
        for (const [root, token] of owed) tables.giveClaim(root, token)
        return Result.succeed(tables.beat(ownership.self.id, clock.currentTimeMillisUnsafe()))
      },
      () => owed.clear()
    )
  )
  const start = yield* whileWanted({
    wanted: () => held > 0,
    pause: heartbeatMillis,
    // A beat that fails is made up for by the next one: three may be missing.
    tick: Effect.ignore(
      Effect.map(beat, (count) => {
        held = count
      })
    )
  })
  yield* Effect.addFinalizer(() =>
    held === 0 ? Effect.void : Effect.ignore(write(() => Result.succeed(tables.giveClaims(ownership.self.id))))
  )
  return {
    holding: () => {
      held += 1
      start()
    },
    wanted: (root) => void owed.delete(root),
    give: ({ root, token }) =>
      Effect.onError(
        write(() => Result.succeed(tables.giveClaim(root, token))),
        () => Effect.sync(() => void owed.set(root, token))
      )
  }
})

const make = Effect.gen(function* () {
  const sqlite = yield* NodeSqlite.NodeSqlite
  const tables = sessionTables(sqlite)
  const followers = yield* makeFollowers(sqlite, tables)
  const read: Parts["read"] = (f) => Effect.mapError(sqlite.read(f), toStoreError)
  const write: Parts["write"] = (f, committed) => Effect.mapError(sqlite.write(f, committed), toStoreError)
  const parts: Parts = { sqlite, tables, blobs: yield* Blobs, ownership: yield* Ownership, followers, read, write }
  const claims = yield* keepClaims(parts)
  const find = <A>(session: SessionId, f: (row: SessionRow) => A) => read(() => Result.map(known(tables, session), f))

  return SessionStore.of({
    create: create(parts),
    append: append(parts),
    submit: submit(parts),
    read: readAll(parts),
    events: (session, after) => followers.events(session, after, (from) => readSound(parts, session, from)),
    changes: (session, tell) =>
      followers.changes(
        session,
        find(session, (row) => row.last),
        tell
      ),
    get: (session) =>
      read(() => {
        const info = tables.info(session)
        return info === undefined ? Result.fail(notFound(session)) : Result.succeed(info)
      }),
    list: (options?: ListOptions) => read(() => Result.succeed(tables.list(options))),
    claim: claim(parts, claims),
    release: claims.give,
    saveDraft: saveDraft(parts),
    readDraft: (session) => find(session, (row) => tables.draft(row.key))
  })
})

/** Over an open file with the layout of `sessionMigrations`. */
export const layer: Layer.Layer<SessionStore, never, NodeSqlite.NodeSqlite | Blobs | Ownership> = Layer.effect(
  SessionStore,
  make
)

/** The open file of a session store. */
export const layerFile = (options: Options): Layer.Layer<NodeSqlite.NodeSqlite, StoreError> =>
  NodeSqlite.layerWith({ ...options, migrations: sessionMigrations }).pipe(
    Layer.catch((error) => Layer.effect(NodeSqlite.NodeSqlite, Effect.fail(toStoreError(error))))
  )

/** Opens a file, which it makes if it is missing. */
export const layerWith = (options: Options): Layer.Layer<SessionStore, StoreError, Blobs | Ownership> =>
  Layer.provide(layer, layerFile(options))
