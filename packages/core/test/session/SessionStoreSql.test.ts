// What the SQLite store promises beyond the contract: files, blobs, followers without number, heartbeats.
import { readdirSync, statSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Context, Deferred, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as NodeSqlClient from "../../src/node/NodeSqlClient.ts"
import { layerSolo, Ownership } from "../../src/session/Ownership.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { SqlClient } from "effect/sql/SqlClient"
import { letTimePass } from "../support/time.ts"
import { note, onStore, pathIn, sessionWith, storeIn, temporaryFolder } from "./support.ts"

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

it.live("files belong to the user alone, and large data is a blob", () =>
  Effect.gen(function* () {
    const folder = join(yield* temporaryFolder, "data")
    const program = Effect.gen(function* () {
      yield* sessionWith(["small", "x".repeat(70_000)])
      for (const name of readdirSync(folder)) assert.include(["600", "700"], modeOf(join(folder, name)), name)
    })
    yield* onStore(folder, program)
    assert.strictEqual(modeOf(folder), "700")
    assert.strictEqual(modeOf(pathIn(folder)), "600")
    const [group = ""] = readdirSync(join(folder, "blobs"))
    const files = readdirSync(join(folder, "blobs", group))
    assert.strictEqual(files.length, 1)
    assert.strictEqual(modeOf(join(folder, "blobs", group, files[0] ?? "")), "600")
    assert.isBelow(statSync(pathIn(folder)).size, 65_536)
  })
)

it.effect("followers in the same process do not depend on the clock", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const program = Effect.gen(function* () {
      const store = yield* SessionStore
      const { fence, session } = yield* sessionWith([])
      const followers = yield* Effect.forEach(Array.from({ length: 500 }), () =>
        Effect.forkChild(Stream.runCollect(Stream.take(store.events(session, 1), 2)), { startImmediately: true })
      )
      yield* store.append(session, fence, 1, [note("one")])
      yield* store.append(session, fence, 2, [note("two")])
      for (const follower of followers) {
        const seen = yield* Fiber.join(follower)
        assert.deepStrictEqual(
          seen.map((event) => event.sequence),
          [2, 3]
        )
      }
    })
    yield* onStore(folder, program)
  })
)

it.effect("a claim that could not be given up goes as soon as the store is back, unless it is wanted again", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const other = yield* Effect.acquireRelease(
      Effect.sync(() => new DatabaseSync(pathIn(folder))),
      (database) => Effect.sync(() => database.close())
    )
    const isHeld = () => other.prepare("SELECT owner FROM claim").get()?.["owner"] !== null
    const program = Effect.gen(function* () {
      const store = yield* SessionStore
      const { fence, session } = yield* sessionWith([])
      const giveInVain = Effect.gen(function* () {
        other.exec("BEGIN IMMEDIATE")
        const giving = yield* Effect.forkChild(Effect.flip(store.release(fence)))
        assert.strictEqual((yield* letTimePass(giving)).reason._tag, "Busy")
        other.exec("COMMIT")
        assert.isTrue(isHeld())
      })
      yield* giveInVain
      assert.deepStrictEqual(yield* store.claim(session), fence)
      yield* TestClock.adjust("10 seconds")
      assert.isTrue(isHeld())
      yield* giveInVain
      yield* TestClock.adjust("10 seconds")
      assert.isFalse(isHeld())
    })
    yield* onStore(folder, program, { busyTimeout: "30 millis" })
  })
)

/** A store in the folder for an owner of its own, for whom the others live or not. */
const storeOf = Effect.fnUntraced(function* (
  folder: string,
  id: string,
  isAlive: Ownership["Service"]["isAlive"] = () => Effect.succeed(true)
) {
  const self = { id, host: id, boot: id, pid: 1, started: id }
  const layer = Layer.provide(storeIn(folder), Layer.succeed(Ownership, Ownership.of({ self, isAlive })))
  return Context.get(yield* Layer.build(Layer.fresh(layer)), SessionStore)
})

it.live("of two that find an owner dead, one gets the claim, and the other learns who has it", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const looks = [Deferred.makeUnsafe<void>(), Deferred.makeUnsafe<void>()]
    let looked = 0
    const dead = yield* storeOf(folder, "dead")
    const { fence, session } = yield* Effect.provideService(sessionWith([]), SessionStore, dead)
    // Nobody takes it before both have seen the same.
    const isAlive: Ownership["Service"]["isAlive"] = ({ id }) => {
      if (id !== "dead") return Effect.succeed(true)
      const mine = looked++
      return Effect.gen(function* () {
        if (looks[mine] !== undefined) yield* Deferred.succeed(looks[mine], undefined)
        yield* Effect.forEach(looks, Deferred.await, { discard: true })
        return false
      })
    }
    const [one, two] = [yield* storeOf(folder, "one", isAlive), yield* storeOf(folder, "two", isAlive)]
    const claims = yield* Effect.all([Effect.result(one.claim(session)), Effect.result(two.claim(session))], {
      concurrency: 2
    })
    const got = claims.flatMap((claim) => (claim._tag === "Success" ? [claim.success] : []))
    const refused = claims.flatMap((claim) => (claim._tag === "Failure" ? [claim.failure.reason] : []))
    assert.deepStrictEqual(got, [{ root: session, token: fence.token + 1 }])
    assert.strictEqual(refused[0]?._tag, "Owned")
    const winner = claims[0]._tag === "Success" ? one : two
    yield* winner.append(session, got[0] ?? fence, 1, [note("mine")])
  }).pipe(Effect.scoped)
)

it.live("an owner that shows its life while it is looked at keeps its claim", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const owner = yield* storeOf(folder, "owner")
    const { fence, session } = yield* Effect.provideService(sessionWith([]), SessionStore, owner)
    let looks = 0
    const wakes = () =>
      Effect.sync(() => {
        const database = new DatabaseSync(pathIn(folder))
        database.exec("UPDATE claim SET heartbeat = heartbeat + 1")
        database.close()
        return looks++ > 0
      })
    const other = yield* storeOf(folder, "other", wakes)
    assert.strictEqual((yield* Effect.flip(other.claim(session))).reason._tag, "Owned")
    assert.strictEqual(looks, 2)
    yield* owner.append(session, fence, 1, [note("still mine")])
  }).pipe(Effect.scoped)
)

it.effect("claims that are held have a heartbeat every ten seconds", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const heartbeat = () => {
      const database = new DatabaseSync(pathIn(folder))
      const row = database.prepare("SELECT heartbeat FROM claim").get()
      database.close()
      return row?.["heartbeat"]
    }
    const program = Effect.gen(function* () {
      const store = yield* SessionStore
      const { fence } = yield* sessionWith([])
      assert.strictEqual(heartbeat(), 0)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(heartbeat(), 10_000)
      yield* TestClock.adjust("25 seconds")
      assert.strictEqual(heartbeat(), 30_000)
      yield* store.release(fence)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(heartbeat(), 30_000)
    })
    yield* onStore(folder, program)
  })
)

it.effect("the age of the heartbeat reaches the judgement about the owner", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const self = { id: "other", host: "there", boot: "then", pid: 1, started: "x" }
    const ages: Array<number> = []
    const judge = Ownership.of({
      self,
      isAlive: (_, age) =>
        Effect.sync(() => {
          ages.push(age)
          return age < 15_000
        })
    })
    const { session } = yield* onStore(folder, sessionWith([]))
    const database = new DatabaseSync(pathIn(folder))
    database.exec(
      `UPDATE claim SET owner = '${JSON.stringify({ ...self, id: "gone" })}', owner_id = 'gone', heartbeat = 0`
    )
    database.close()
    const program = Effect.gen(function* () {
      const store = yield* SessionStore
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Effect.flip(store.claim(session))).reason._tag, "Owned")
      yield* TestClock.adjust("10 seconds")
      yield* store.claim(session)
      assert.deepStrictEqual(ages, [10_000, 20_000])
    })
    yield* Effect.provide(program, Layer.provide(storeIn(folder), Layer.succeed(Ownership, judge)))
  })
)

it.live("two stores in one process share nothing", () =>
  Effect.gen(function* () {
    const folders = [yield* temporaryFolder, yield* temporaryFolder]
    const counts = yield* Effect.forEach(
      folders,
      (folder) => {
        const program = Effect.gen(function* () {
          const store = yield* SessionStore
          yield* sessionWith([])
          return (yield* store.list()).length
        })
        return Effect.provide(program, Layer.fresh(Layer.provide(storeIn(folder), layerSolo)))
      },
      { concurrency: 2 }
    )
    assert.deepStrictEqual(counts, [1, 1])
  })
)

it.live("the SQL client runs statements and transactions, and knows a unique violation", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const program = Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* sql`CREATE TABLE word (text TEXT UNIQUE)`
      yield* sql`INSERT INTO word ${sql.insert({ text: "one" })}`
      const failed = yield* Effect.flip(
        sql.withTransaction(Effect.andThen(sql`INSERT INTO word VALUES ('two')`, sql`INSERT INTO word VALUES ('one')`))
      )
      assert.strictEqual(failed._tag === "SqlError" ? failed.reason._tag : failed, "UniqueViolation")
      assert.deepStrictEqual(
        (yield* sql<{ text: string }>`SELECT text FROM word`).map((row) => row.text),
        ["one"]
      )
    })
    yield* Effect.provide(program, NodeSqlClient.layerWith({ path: join(folder, "words.db") }))
  })
)
