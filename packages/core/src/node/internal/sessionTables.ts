/** The statements of the session store, each as a function. All of them are synchronous; none begins a transaction. */
import type { BlobHash, CommandId, SessionId } from "../../schema/Ids.ts"
import type { EventRow } from "../../schema/SessionEvent.ts"
import type { Owner } from "../../session/Ownership.ts"
import type { SessionInfo } from "../../session/SessionStore.ts"
import type { NodeSqlite } from "../NodeSqlite.ts"

/** What a write has to know of a session. */
export interface SessionRow {
  readonly key: number
  readonly root: string
  readonly last: number
  /** The token of the claim that holds now. */
  readonly token: number | null
}

/** An event as it lies in the table: its data is text, here or in a blob. */
export interface StoredRow extends Omit<EventRow, "data"> {
  readonly data: string | null
  readonly blob: BlobHash | null
}

/** A claim as it was seen. Without an owner it was given up, and only its token counts on. */
export interface ClaimRow {
  readonly root: SessionId
  readonly token: number | null
  readonly owner: string | null
  readonly heartbeat: number | null
}

/** What a list is limited to; without anything it is all sessions. */
export interface ListOptions {
  readonly directory?: string
  readonly root?: SessionId
  readonly limit?: number
}

type Row = ReadonlyArray<unknown>
type InfoColumns = [SessionId, SessionId, SessionId | null, string, string, string | null, number, number, number]
type EventColumns = [number, EventRow["id"], number, string, number, string | null, BlobHash | null]

const infoColumns = "id, root, parent, directory, agent, title, created, updated, last"
const eventColumns = "sequence, id, time, type, version, data, blob"

const toInfo = (row: Row): SessionInfo => {
  // The columns are those of `infoColumns`, in this order.
  const [id, root, parent, directory, agent, title, createdAt, updatedAt, lastSequence] = row as InfoColumns
  return {
    id,
    root,
    ...(parent === null ? {} : { parent }),
    directory,
    agent,
    ...(title === null ? {} : { title }),
    createdAt,
    updatedAt,
    lastSequence
  }
}

const toStored = (session: SessionId, row: Row): StoredRow => {
  // The columns are those of `eventColumns`, in this order.
  const [sequence, id, time, type, version, data, blob] = row as EventColumns
  return { session, sequence, id, time, type, version, data, blob }
}

/** The statements, bound to one open file. */
export type SessionTables = ReturnType<typeof sessionTables>

/** Binds the statements to a file; each is prepared at its first use and kept. */
export const sessionTables = (sqlite: NodeSqlite["Service"]) => {
  // Statements give rows as arrays (see NodeSqlite.prepare), although their type says objects.
  const one = (sql: string, ...values: ReadonlyArray<string | number | null>): Row | undefined =>
    sqlite.prepare(sql).get(...values) as unknown as Row | undefined
  const all = (sql: string, ...values: ReadonlyArray<string | number | null>): ReadonlyArray<Row> =>
    sqlite.prepare(sql).all(...values) as unknown as ReadonlyArray<Row>
  /** Gives the number of changed rows. */
  const run = (sql: string, ...values: ReadonlyArray<string | number | null>): number =>
    Number(sqlite.prepare(sql).run(...values).changes)

  return {
    find: (session: SessionId): SessionRow | undefined => {
      const row = one(
        "SELECT s.key, s.root, s.last, c.token FROM session s LEFT JOIN claim c ON c.root = s.root AND c.owner IS NOT NULL WHERE s.id = ?",
        session
      )
      if (row === undefined) return undefined
      const [key, root, last, token] = row as [number, string, number, number | null] // as selected
      return { key, root, last, token }
    },

    addSession: (info: Omit<SessionInfo, "lastSequence">): SessionRow => {
      const { lastInsertRowid } = sqlite
        .prepare(
          "INSERT INTO session (id, root, parent, directory, agent, title, created, updated, last) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)"
        )
        .run(
          info.id,
          info.root,
          info.parent ?? null,
          info.directory,
          info.agent,
          info.title ?? null,
          info.createdAt,
          info.updatedAt
        )
      return { key: Number(lastInsertRowid), root: info.root, last: 0, token: null }
    },

    addEvent: (key: number, row: StoredRow, command: CommandId | undefined): void => {
      sqlite
        .prepare(`INSERT INTO event (session, ${eventColumns}, command) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
        .run(key, row.sequence, row.id, row.time, row.type, row.version, row.data, row.blob, command ?? null)
    },

    grow: (key: number, last: number, now: number): void => {
      run("UPDATE session SET last = ?, updated = ? WHERE key = ?", last, now, key)
    },

    /** At most `limit` events after the sequence; a negative limit means all. */
    eventsAfter: (session: SessionId, key: number, after: number, limit: number): ReadonlyArray<StoredRow> =>
      all(
        `SELECT ${eventColumns} FROM event WHERE session = ? AND sequence > ? ORDER BY sequence LIMIT ?`,
        key,
        after,
        limit
      ).map((row) => toStored(session, row)),

    eventOf: (session: SessionId, key: number, command: CommandId): StoredRow | undefined => {
      const row = one(`SELECT ${eventColumns} FROM event WHERE session = ? AND command = ?`, key, command)
      return row === undefined ? undefined : toStored(session, row)
    },

    info: (session: SessionId): SessionInfo | undefined => {
      const row = one(`SELECT ${infoColumns} FROM session WHERE id = ?`, session)
      return row === undefined ? undefined : toInfo(row)
    },

    list: ({ directory, limit, root }: ListOptions = {}): ReadonlyArray<SessionInfo> =>
      all(
        // Without `OR` for the root, so that its index is used: a tree is looked at before each step that has a budget.
        `SELECT ${infoColumns} FROM session WHERE (?1 IS NULL OR directory = ?1)${root === undefined ? "" : " AND root = ?3"} ORDER BY updated DESC, key DESC LIMIT ?2`,
        directory ?? null,
        limit ?? -1,
        ...(root === undefined ? [] : [root])
      ).map(toInfo),

    claimOf: (session: SessionId): ClaimRow | undefined => {
      const row = one(
        "SELECT s.root, c.token, c.owner, c.heartbeat FROM session s LEFT JOIN claim c ON c.root = s.root WHERE s.id = ?",
        session
      )
      if (row === undefined) return undefined
      const [root, token, owner, heartbeat] = row as [SessionId, number | null, string | null, number | null] // as selected
      return { root, token, owner, heartbeat }
    },

    /** Takes the claim with the next token if it is still as it was seen. */
    takeClaim: (seen: ClaimRow, owner: Owner, now: number): boolean => {
      const text = JSON.stringify(owner)
      if (seen.token === null) {
        return (
          run("INSERT INTO claim VALUES (?, 1, ?, ?, ?) ON CONFLICT DO NOTHING", seen.root, text, owner.id, now) === 1
        )
      }
      const taken = run(
        "UPDATE claim SET token = token + 1, owner = ?, owner_id = ?, heartbeat = ? WHERE root = ? AND token = ? AND owner IS ? AND heartbeat = ?",
        text,
        owner.id,
        now,
        seen.root,
        seen.token,
        seen.owner,
        seen.heartbeat
      )
      return taken === 1
    },

    /** The row stays with its token, so that no later claim repeats it. */
    giveClaim: (root: SessionId, token: number): void => {
      run("UPDATE claim SET owner = NULL, owner_id = NULL WHERE root = ? AND token = ?", root, token)
    },

    giveClaims: (owner: string): void => {
      run("UPDATE claim SET owner = NULL, owner_id = NULL WHERE owner_id = ?", owner)
    },

    /** Gives the number of claims that the owner still holds. */
    beat: (owner: string, now: number): number => run("UPDATE claim SET heartbeat = ? WHERE owner_id = ?", now, owner),

    saveDraft: (key: number, text: string | undefined): void => {
      if (text === undefined) run("DELETE FROM draft WHERE session = ?", key)
      else run("INSERT INTO draft VALUES (?, ?) ON CONFLICT DO UPDATE SET text = excluded.text", key, text)
    },

    draft: (key: number): string | undefined => {
      const row = one("SELECT text FROM draft WHERE session = ?", key)
      return row === undefined ? undefined : String(row[0])
    },

    /** Changes when another connection has committed, in this process or another; own commits leave it alone. */
    dataVersion: (): number => Number(one("PRAGMA data_version")?.[0]),

    lastSequences: (sessions: ReadonlyArray<SessionId>): ReadonlyArray<readonly [SessionId, number]> =>
      all("SELECT id, last FROM session WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(sessions)).map(
        (row) => [row[0], row[1]] as [SessionId, number] // as selected
      )
  }
}
