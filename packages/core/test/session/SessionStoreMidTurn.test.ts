// The store fails in the middle of a turn: whoever waits is told why, the session stays readable, and once the store is
// back the same turn goes on. Nothing is done or stored twice.
import { renameSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { z } from "zod"
import * as NodeSqlite from "../../src/node/NodeSqlite.ts"
import * as SessionStoreSql from "../../src/node/SessionStoreSql.ts"
import type { SessionId } from "../../src/schema/Ids.ts"
import { isCall } from "../../src/session/History.ts"
import { layerSolo } from "../../src/session/Ownership.ts"
import { SessionStore, StoreError, type StoreErrorReason } from "../../src/session/SessionStore.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import * as Tool from "../../src/tool/Tool.ts"
import { letTimePass, until } from "../support/time.ts"
import { blobsIn, onStore, pathIn, storeIn, temporaryFolder } from "./support.ts"

/** What goes wrong while the tool runs, and how it is repaired. */
interface Harm {
  readonly harm: () => void
  readonly repair: () => void
}

/** A whole runtime over a real file, whose tool does the harm between its start and its result. */
const turnIn = Effect.fnUntraced(function* <A, E>(
  make: (where: { readonly folder: string; readonly database: DatabaseSync }) => Harm,
  use: (turn: {
    readonly sessions: Sessions["Service"]
    readonly store: SessionStore["Service"]
    readonly session: SessionId
    readonly input: Parameters<Sessions["Service"]["outcome"]>[1]
    readonly repair: () => void
    readonly runs: ReadonlyArray<string>
    readonly folder: string
  }) => Effect.Effect<A, E>
) {
  const folder = yield* temporaryFolder
  const runs: Array<string> = []
  let harm = () => {}
  const act = Tool.make("act", {
    description: "Does something once.",
    parameters: z.object({}),
    safety: "once",
    execute: () =>
      Effect.sync(() => {
        runs.push("run")
        harm()
        // More than there is room for without another page.
        return { output: "x".repeat(20_000) }
      })
  })
  const file = SessionStoreSql.layerFile({ path: pathIn(folder) })
  const stored = SessionStoreSql.layer.pipe(Layer.provide([blobsIn(folder), layerSolo]), Layer.provideMerge(file))
  const script = [{ answer: [{ call: "act", input: {} }] }, { answer: [{ text: "done" }] }]
  const layer = TestRuntime.layerWith(script, [act], Layer.merge(stored, blobsIn(folder)))
  return yield* Effect.gen(function* () {
    const { database } = yield* NodeSqlite.NodeSqlite
    const made = make({ folder, database })
    harm = made.harm
    const sessions = yield* Sessions
    const store = yield* SessionStore
    const session = yield* sessions.create({ directory: "/project" })
    const input = yield* sessions.prompt(session, "go")
    return yield* use({ sessions, store, session, input, runs, folder, repair: made.repair })
  }).pipe(Effect.provide(layer))
})

/** The failure is told, the log is readable, and after the repair the turn comes to its end, with everything once. */
const survives = (
  reason: StoreErrorReason["_tag"],
  make: Parameters<typeof turnIn>[0],
  isReadable = true
): Effect.Effect<void, unknown> =>
  Effect.scoped(
    turnIn(make, ({ input, repair, runs, session, sessions, store }) =>
      Effect.gen(function* () {
        const failing = yield* Effect.forkChild(Effect.flip(sessions.outcome(session, input)))
        const error = yield* letTimePass(failing)
        assert.isTrue(error instanceof StoreError)
        assert.strictEqual(error instanceof StoreError ? error.reason._tag : "", reason)
        if (isReadable) {
          const types = (yield* store.read(session, 0)).map(({ type }) => type)
          assert.include(types, "CallStarted")
          assert.notInclude(types, "TurnEnded")
        }
        repair()
        const going = yield* Effect.forkChild(sessions.outcome(session, input))
        assert.strictEqual((yield* letTimePass(going))._tag, "completed")
        assert.deepStrictEqual(runs, ["run"])
        const events = yield* store.read(session, 0)
        assert.deepStrictEqual(
          events.map(({ sequence }) => sequence),
          events.map((_, index) => index + 1)
        )
        for (const type of ["TurnStarted", "CallStarted", "CallSettled", "TurnEnded", "InputDelivered"] as const) {
          assert.strictEqual(events.filter((event) => event.type === type).length, 1, type)
        }
        const { history } = yield* sessions.state(session)
        const [call] = [...history].flatMap((entry) => (entry.type === "step" ? entry.items.filter(isCall) : []))
        // It ran, and its result was lost with the store: nobody claims to know how it went.
        assert.include(["unverified", "interrupted"], call?.result?.status)
        assert.include(call?.result?.output, "effect")
      })
    )
  )

describe("in the middle of a turn", () => {
  it.effect("a full disk", () =>
    survives("Full", ({ database }) => ({
      harm: () => {
        const pages = Number(database.prepare("PRAGMA page_count").get()?.["page_count"])
        database.exec(`PRAGMA max_page_count = ${pages}`)
      },
      repair: () => database.exec("PRAGMA max_page_count = 1000000")
    }))
  )

  it.effect("a file that others hold for longer than ten seconds", () => {
    let other: DatabaseSync | undefined
    return survives("Busy", ({ folder }) => ({
      harm: () => {
        other = new DatabaseSync(pathIn(folder))
        other.exec("BEGIN IMMEDIATE")
      },
      repair: () => other?.close()
    }))
  })

  it.effect("a file that others hold for almost ten seconds is waited for", () => {
    let other: DatabaseSync | undefined
    return Effect.scoped(
      turnIn(
        ({ folder }) => ({
          harm: () => {
            other = new DatabaseSync(pathIn(folder))
            other.exec("BEGIN IMMEDIATE")
          },
          repair: () => other?.close()
        }),
        ({ input, repair, runs, session, sessions, store }) =>
          Effect.gen(function* () {
            const outcome = yield* Effect.forkChild(sessions.outcome(session, input))
            yield* until(() => runs.length > 0)
            const almost = yield* Effect.forkChild(Effect.sleep("9 seconds"), { startImmediately: true })
            yield* letTimePass(almost)
            assert.isUndefined(outcome.pollUnsafe())
            assert.deepStrictEqual(runs, ["run"])
            repair()
            assert.strictEqual((yield* letTimePass(outcome))._tag, "completed")
            const events = yield* store.read(session, 0)
            assert.strictEqual(events.filter(({ type }) => type === "CallSettled").length, 1)
            assert.notInclude(
              events.map(({ type }) => type),
              "TurnResumed"
            )
          })
      )
    )
  })

  it.effect("a file that is taken away, and put back", () =>
    survives(
      "Unavailable",
      ({ folder }) => ({
        harm: () => renameSync(pathIn(folder), `${pathIn(folder)}.away`),
        repair: () => renameSync(`${pathIn(folder)}.away`, pathIn(folder))
      }),
      false
    )
  )

  it.effect("a damaged last row is told to whoever opens the session; what was before it can be read", () => {
    let whole = ""
    return Effect.scoped(
      turnIn(
        ({ folder }) => ({
          harm: () => {
            const other = new DatabaseSync(pathIn(folder))
            whole = String(other.prepare("SELECT data FROM event WHERE type = 'CallStarted'").get()?.["data"])
            other.exec("UPDATE event SET data = '{\"call\":' WHERE type = 'CallStarted'")
            other.close()
          },
          repair: () => {
            const other = new DatabaseSync(pathIn(folder))
            other.prepare("UPDATE event SET data = ? WHERE type = 'CallStarted'").run(whole)
            other.close()
          }
        }),
        ({ folder, input, repair, runs, session, sessions }) =>
          Effect.gen(function* () {
            // Who runs the turn has the row in memory.
            const outcome = yield* Effect.forkChild(sessions.outcome(session, input))
            assert.strictEqual((yield* letTimePass(outcome))._tag, "completed")
            yield* onStore(
              folder,
              Effect.gen(function* () {
                const store = yield* SessionStore
                const error = yield* Effect.flip(store.read(session, 0))
                assert.strictEqual(error.reason._tag, "Corrupt")
                const sound: Array<string> = []
                const told = yield* store.events(session, 0).pipe(
                  Stream.runForEach((event) => Effect.sync(() => sound.push(event.type))),
                  Effect.flip
                )
                assert.strictEqual(told.message, error.message)
                assert.include(sound, "CallRequested")
                assert.notInclude(sound, "CallStarted")
                assert.include(error.message, `Event ${sound.length + 1} of session ${session}`)
              })
            )
            const seen: Array<string> = []
            const failure = yield* Effect.gen(function* () {
              const { events } = yield* Sessions
              return yield* Effect.flip(
                Stream.runForEach(events(session, 0), (item) => Effect.sync(() => seen.push(item.type)))
              )
            }).pipe(Effect.provide(TestRuntime.layerWith([], [], Layer.provide(storeIn(folder), layerSolo))))
            assert.strictEqual(failure.reason._tag, "Corrupt")
            assert.strictEqual(seen.at(-1), "StepFinished")
            repair()
            const types = yield* onStore(
              folder,
              Effect.map(
                Effect.flatMap(SessionStore, (store) => store.read(session, 0)),
                (events) => events.map(({ type }) => type)
              )
            )
            assert.strictEqual(types.filter((type) => type === "TurnEnded").length, 1)
            assert.deepStrictEqual(runs, ["run"])
          })
      )
    )
  })
})
