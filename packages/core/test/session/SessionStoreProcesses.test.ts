// Two real processes write to one SQLite file at once: nothing is lost, nothing is stored twice, nobody blocks.
import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { tmpdir } from "node:os"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { make as makeId } from "../../src/schema/Ids.ts"
import { created, onStore, temporaryFolderIn } from "./support.ts"

const allOperations = 10_000
const operations = process.env["REIN_TEST_FULL"] === "1" ? allOperations : allOperations / 5
/**
 * The time that is limited is that of waiting for the other process. How long the disk takes to flush a checkpoint is
 * the machine's affair (33 ms were seen on a busy one), so the file lies in memory where the system has a place for it.
 */
const inMemory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir()
/** What a write may hold the event loop up. Of all but one in a hundred: a busy machine stalls whom it likes. */
const blockingLimitMillis = 20

const script = fileURLToPath(new URL("../support/storeWriter.ts", import.meta.url))
const run = promisify(execFile)

interface Report {
  readonly nearlyAll: number
  readonly longest: number
  readonly delay: number
}

const writer = (args: ReadonlyArray<string>): Effect.Effect<Report> =>
  Effect.promise((signal) => run(process.execPath, ["--conditions=@rein/source", script, ...args], { signal })).pipe(
    Effect.map(({ stdout }) => JSON.parse(stdout) as Report)
  ) // the script prints a report

const count = (length: number, counts: (index: number) => boolean): number =>
  Array.from({ length }, (_, index) => index).filter(counts).length

it.live(
  "two processes append and submit to the same sessions",
  () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolderIn(inMemory)
      const sessions = [makeId.session(), makeId.session()].toSorted()
      const [a = "", b = ""] = sessions
      yield* onStore(
        folder,
        Effect.flatMap(SessionStore, (store) =>
          Effect.forEach(sessions, (session) => store.create(session, [created(session)]))
        )
      )

      const each = String(operations / 2)
      const reports = yield* Effect.all([writer([folder, "a", a, b, each]), writer([folder, "b", b, a, each])], {
        concurrency: 2
      })
      console.log(
        `${operations} of ${allOperations} operations; longest transaction ${reports.map((one) => one.longest.toFixed(1)).join(" and ")} ms, ` +
          `event loop delay ${reports.map((one) => one.delay.toFixed(1)).join(" and ")} ms`
      )

      const appends = count(operations / 2, (index) => index % 2 === 0)
      const both = count(operations / 2, (index) => index % 2 === 1 && index % 5 === 0)
      const single = operations / 2 - appends - both
      for (const session of sessions) {
        const events = yield* onStore(
          folder,
          Effect.flatMap(SessionStore, (store) => store.read(session, 0))
        )
        const commands = events.flatMap((event) => (event.type === "CommandSubmitted" ? [event.data.command] : []))
        assert.deepStrictEqual(
          events.map((event) => event.sequence),
          events.map((_, index) => index + 1)
        )
        assert.strictEqual(new Set(commands).size, commands.length)
        assert.strictEqual(commands.length, single + (session === a ? both : 0))
        assert.strictEqual(events.length, 1 + appends + commands.length)
      }
      for (const { nearlyAll } of reports) assert.isBelow(nearlyAll, blockingLimitMillis)
    }),
  120_000
)
