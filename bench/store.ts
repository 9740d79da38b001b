// Appends, commits and opening of a long session with SQLite, beside bare inserts into the same kind of file.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Fold, Ids, SessionEvent, SessionStore } from "@rein/core"
import { sqlite } from "@rein/core/node"
import { Effect, ManagedRuntime } from "effect"
import { compare, report } from "./support/measure.ts"

const events = 10_000
const batch = 100
const commits = 1_000
const directory = mkdtempSync(join(tmpdir(), "rein-bench-"))
const runtime = ManagedRuntime.make(sqlite(join(directory, "rein.db")))

const note = SessionEvent.make("NoteAdded", {
  kind: "bench",
  text: "A note of an ordinary length, as they come by the thousand."
})
const created = (session: Ids.SessionId) =>
  SessionEvent.make("SessionCreated", { directory: "/", root: session, agent: "build", rein: "0.0.0" })

/** A session with so many notes, appended in batches. */
const write = Effect.fnUntraced(function* (count: number, size: number) {
  const store = yield* SessionStore.SessionStore
  const session = Ids.make.session()
  yield* store.create(session, [created(session)])
  const fence = yield* store.claim(session)
  const together = Array.from({ length: size }, () => note)
  for (let after = 1; after <= count; after += size) yield* store.append(session, fence, after, together)
  yield* store.release(fence)
  return session
})

const read = Effect.fnUntraced(function* (session: Ids.SessionId) {
  const store = yield* SessionStore.SessionStore
  return Fold.fold(session, yield* store.read(session, 0))
})

const bareFile = new DatabaseSync(join(directory, "bare.db"))
bareFile.exec(
  "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE event (n INTEGER PRIMARY KEY, data TEXT)"
)
const insert = bareFile.prepare("INSERT INTO event (data) VALUES (?)")
const bareInserts = (count: number, size: number) => async () => {
  for (let done = 0; done < count; done += size) {
    bareFile.exec("BEGIN IMMEDIATE")
    for (let n = 0; n < size; n++) insert.run(JSON.stringify(note.data))
    bareFile.exec("COMMIT")
  }
}

const appended = await compare(
  { "bare inserts": bareInserts(events, batch), "rein append": () => runtime.runPromise(write(events, batch)) },
  5
)
report(`${events} events in batches of ${batch}`, appended, { floor: "bare inserts", units: events, unit: "event" })

const committed = await compare(
  { "bare commits": bareInserts(commits, 1), "rein append": () => runtime.runPromise(write(commits, 1)) },
  5
)
report(`${commits} commits of one event`, committed, { floor: "bare commits", units: commits, unit: "commit" })

const long = await runtime.runPromise(write(events, batch))
const all = bareFile.prepare("SELECT data FROM event LIMIT ?")
const opened = await compare(
  {
    "bare read and JSON.parse": async () => all.all(events).map((row) => JSON.parse(String(row["data"]))),
    "rein read and fold": () => runtime.runPromise(read(long))
  },
  7
)
report(`Opening a session of ${events} events`, opened, {
  floor: "bare read and JSON.parse",
  units: events,
  unit: "event"
})
bareFile.close()
await runtime.dispose()
rmSync(directory, { recursive: true })
