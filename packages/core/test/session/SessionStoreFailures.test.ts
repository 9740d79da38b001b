// What can be wrong with the file of a session store: each gives its typed error with a sentence, and nothing is lost.
import { execFile } from "node:child_process"
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Result } from "effect"
import * as NodeSqlite from "../../src/node/NodeSqlite.ts"
import * as SessionStoreSql from "../../src/node/SessionStoreSql.ts"
import { layerSolo } from "../../src/session/Ownership.ts"
import { SessionStore, StoreError } from "../../src/session/SessionStore.ts"
import * as Sound from "../../src/session/Sound.ts"
import { blobsIn, note, onStore, pathIn, sessionWith, temporaryFolder } from "./support.ts"

/** The error of an effect that has to fail. */
const errorOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flip(effect).pipe(Effect.map((error) => (error instanceof StoreError ? error : assert.fail(String(error)))))

const isSentence = (message: string): void => assert.match(message, /^[A-Z].{20,}[.)]$/s)

const expectError = (
  error: StoreError,
  reason: StoreError["reason"]["_tag"],
  ...words: ReadonlyArray<string>
): void => {
  assert.strictEqual(error.reason._tag, reason)
  isSentence(error.message)
  for (const word of words) assert.include(error.message, word)
}

/** Does something to the file by a connection of its own. */
const tamper = (folder: string, ...statements: ReadonlyArray<string>): void => {
  const database = new DatabaseSync(pathIn(folder))
  for (const sql of statements) database.exec(sql)
  database.close()
}

const sequences = Effect.fnUntraced(function* (session: Parameters<SessionStore["Service"]["read"]>[0]) {
  const store = yield* SessionStore
  return (yield* store.read(session, 0)).map((event) => event.sequence)
})

it.live("a file that may not be written", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const { session } = yield* onStore(folder, sessionWith(["kept"]))
    chmodSync(pathIn(folder), 0o400)
    // The superuser may write everything, but for one without its capabilities.
    const asOthers = process.getuid?.() === 0 ? ["setpriv", "--bounding-set", "-all", "--"] : []
    const script = fileURLToPath(new URL("../support/openStore.ts", import.meta.url))
    const [command = "", ...args] = [...asOthers, process.execPath, "--conditions=@rein/source", script, folder]
    const { stdout } = yield* Effect.promise(() => promisify(execFile)(command, args))
    const { message, reason } = JSON.parse(stdout) as { reason: string; message: string } // the script prints this
    assert.strictEqual(reason, "NotWritable")
    isSentence(message)
    assert.include(message, pathIn(folder))
    chmodSync(pathIn(folder), 0o600)
    assert.deepStrictEqual(yield* onStore(folder, sequences(session)), [1, 2])
  })
)

it.live("a full disk", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const program = Effect.gen(function* () {
      const store = yield* SessionStore
      const { database } = yield* NodeSqlite.NodeSqlite
      const { fence, session } = yield* sessionWith([])
      // SQLite refuses to grow beyond this as it does where the disk is full.
      const pages = Number(database.prepare("PRAGMA page_count").get()?.["page_count"])
      database.exec(`PRAGMA max_page_count = ${pages + 20}`)
      const filling = Effect.forever(store.append(session, fence, Number.MAX_SAFE_INTEGER, [note("x".repeat(5_000))]))
      expectError(yield* errorOf(filling), "Full", folder)
      const stored = yield* sequences(session)
      assert.isAbove(stored.length, 5)
      database.exec("PRAGMA max_page_count = 1000000")
      yield* store.append(session, fence, stored.length, [note("after")])
      assert.deepStrictEqual(yield* sequences(session), [...stored, stored.length + 1])
    })
    const file = SessionStoreSql.layerFile({ path: pathIn(folder) })
    const layer = SessionStoreSql.layer.pipe(Layer.provide([blobsIn(folder), layerSolo]), Layer.provideMerge(file))
    yield* Effect.provide(program, layer)
  })
)

it.live("a file that is no database, and a damaged one", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    writeFileSync(pathIn(folder), "This is a letter. ".repeat(1_000))
    expectError(yield* errorOf(onStore(folder, Effect.void)), "Corrupt", folder)
    rmSync(pathIn(folder))

    const { session } = yield* onStore(folder, sessionWith(Array.from({ length: 200 }, () => "x".repeat(500))))
    const bytes = readFileSync(pathIn(folder))
    writeFileSync(pathIn(folder), bytes.fill(0xee, 4_096))
    expectError(yield* errorOf(onStore(folder, sequences(session))), "Corrupt", folder)
  })
)

it.live("a damaged last row names its session and sequence, and the rest of the store works", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const damaged = yield* onStore(folder, sessionWith(["one", "two"]))
    const whole = yield* onStore(folder, sessionWith(["one"]))
    const program = Effect.gen(function* () {
      const store = yield* SessionStore
      expectError(yield* errorOf(store.read(damaged.session, 0)), "Corrupt", damaged.session, "Event 3")
      assert.strictEqual((yield* store.list()).length, 2)
      assert.deepStrictEqual(yield* sequences(whole.session), [1, 2])
    })
    const row = `WHERE sequence = 3`
    for (const data of ['{"kind":"te', '{"kind":7,"text":"x"}', ""]) {
      tamper(folder, `UPDATE event SET data = '${data}' ${row}`)
      yield* onStore(folder, program)
    }
    tamper(folder, `UPDATE event SET data = NULL ${row}`)
    yield* onStore(folder, program)
  })
)

it.live("what stands before some damage can be read, and then the damage is told", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const { session } = yield* onStore(folder, sessionWith(["one", "two", "x".repeat(70_000), "four"]))
    const sound = Effect.gen(function* () {
      const { damage, events } = yield* Sound.read(session)
      const whole = yield* Effect.result((yield* SessionStore).read(session, 0))
      assert.strictEqual(Result.isFailure(whole), damage !== undefined)
      return [events.length, damage?.message] as const
    })
    assert.deepStrictEqual(yield* onStore(folder, sound), [5, undefined])
    const fromBefore = Effect.flatMap(SessionStore, (store) => store.read(session, -1))
    assert.strictEqual((yield* onStore(folder, fromBefore)).length, 5)
    rmSync(`${folder}/blobs`, { recursive: true })
    const [beforeBlob, lost] = yield* onStore(folder, sound)
    assert.strictEqual(beforeBlob, 3)
    assert.include(lost, "Event 4")
    // Whoever waits for all that a session says it has would wait for ever.
    tamper(folder, "DELETE FROM event WHERE sequence = 3")
    const [beforeGap, gap] = yield* onStore(folder, sound)
    assert.strictEqual(beforeGap, 2)
    assert.include(gap, "Event 3")
    assert.include(gap, "it is missing")
    tamper(folder, "DELETE FROM event WHERE sequence > 2")
    assert.deepStrictEqual(yield* onStore(folder, sound), [2, gap])
  })
)

it.live("a lost blob names its session and sequence", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const { session } = yield* onStore(folder, sessionWith(["x".repeat(70_000)]))
    rmSync(`${folder}/blobs`, { recursive: true })
    expectError(yield* errorOf(onStore(folder, sequences(session))), "Corrupt", session, "Event 2")
  })
)

it.live("a layout of a newer version", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const { session } = yield* onStore(folder, sessionWith(["kept"]))
    tamper(folder, "PRAGMA user_version = 99")
    expectError(yield* errorOf(onStore(folder, Effect.void)), "Newer", folder)
    tamper(folder, "PRAGMA user_version = 1")
    assert.deepStrictEqual(yield* onStore(folder, sequences(session)), [1, 2])
  })
)

it.live("an event of a newer version passes through as Unknown", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const { session } = yield* onStore(folder, sessionWith(["one", "two"]))
    tamper(
      folder,
      "UPDATE event SET version = 7 WHERE sequence = 2",
      "UPDATE event SET type = 'Foreseen' WHERE sequence = 3"
    )
    const events = yield* onStore(
      folder,
      Effect.flatMap(SessionStore, (store) => store.read(session, 1))
    )
    assert.deepStrictEqual<unknown>(
      events.map(({ data, type, version }) => ({ data, type, version })),
      [
        { type: "Unknown", version: 7, data: { type: "NoteAdded", data: { kind: "test", text: "one" } } },
        { type: "Unknown", version: 1, data: { type: "Foreseen", data: { kind: "test", text: "two" } } }
      ]
    )
  })
)

it.live("a file that is deleted while it is open, and its log", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const program = Effect.gen(function* () {
      const store = yield* SessionStore
      const { fence, session } = yield* sessionWith(["one"])
      const append = store.append(session, fence, 2, [note("two")])
      renameSync(pathIn(folder), `${pathIn(folder)}.away`)
      expectError(yield* errorOf(append), "Unavailable", folder)
      writeFileSync(pathIn(folder), "")
      expectError(yield* errorOf(append), "Unavailable", folder)
      renameSync(`${pathIn(folder)}.away`, pathIn(folder))
      const log = `${pathIn(folder)}-wal`
      renameSync(log, `${log}.away`)
      expectError(yield* errorOf(append), "Unavailable", folder)
      renameSync(`${log}.away`, log)
      yield* append
      return session
    })
    const session = yield* onStore(folder, program)
    assert.deepStrictEqual(yield* onStore(folder, sequences(session)), [1, 2, 3])
  })
)

it.live("blobs that cannot be written", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    writeFileSync(`${folder}/blobs`, "no folder")
    expectError(yield* errorOf(onStore(folder, sessionWith(["x".repeat(70_000)]))), "NotWritable", `${folder}/blobs`)
  })
)

it.live("a folder that cannot be made", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    writeFileSync(`${folder}/file`, "")
    expectError(yield* errorOf(onStore(`${folder}/file`, Effect.void)), "NotWritable", folder)
  })
)

it.live("another writer is waited for, within the limit, and the waiting can be interrupted", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const other = yield* Effect.acquireRelease(
      Effect.sync(() => new DatabaseSync(pathIn(folder))),
      (database) => Effect.sync(() => database.close())
    )
    const impatient = Effect.gen(function* () {
      const store = yield* SessionStore
      const { fence, session } = yield* sessionWith([])
      other.exec("BEGIN IMMEDIATE")
      expectError(yield* errorOf(store.append(session, fence, 1, [note("x")])), "Busy", folder)
      assert.deepStrictEqual(yield* sequences(session), [1])
      other.exec("COMMIT")
    })
    yield* onStore(folder, impatient, { busyTimeout: "30 millis" })

    const patient = Effect.gen(function* () {
      const store = yield* SessionStore
      const { fence, session } = yield* sessionWith([])
      other.exec("BEGIN IMMEDIATE")
      const append = (text: string) =>
        Effect.forkChild(store.append(session, fence, 1, [note(text)]), { startImmediately: true })
      const [given, kept] = [yield* append("given up"), yield* append("kept")]
      yield* Fiber.interrupt(given)
      other.exec("COMMIT")
      const stored = yield* Fiber.join(kept)
      assert.deepStrictEqual(
        stored.map((event) => event.data),
        [{ kind: "test", text: "kept" }]
      )
      assert.deepStrictEqual(yield* sequences(session), [1, 2])
    })
    yield* onStore(folder, patient)
  })
)
