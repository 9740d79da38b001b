import { execFile } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { isCall } from "@rein/core/session/History"
import { SessionStore } from "@rein/core/session/SessionStore"
import { Sessions } from "@rein/core/session/Sessions"
import { TestRuntime } from "@rein/core/testing"
import { Edit, Write } from "@rein/tools"
import { Effect } from "effect"
import { sqlite } from "./sqlite.ts"
import { newDirectory } from "./support.ts"

type When = "before" | "after"

/** Kills a runtime in the middle of the call; gives its data and how it died. */
const killed = (directory: string, when: When, tool: string, input: object) =>
  Effect.promise(async () => {
    const data = newDirectory()
    const program = join(import.meta.dirname, "dying.ts")
    const args = ["--conditions=@rein/source", program, data, directory, when, tool, JSON.stringify(input)]
    const signal = await new Promise<string>((resolve) => {
      execFile(process.execPath, args, (error, _, stderr) => resolve(error?.signal ?? stderr))
    })
    assert.strictEqual(signal, "SIGKILL")
    return data
  })

/** Goes on with the session that the dead runtime left. */
const resumed = (data: string) =>
  Effect.gen(function* () {
    const sessions = yield* Sessions
    const store = yield* SessionStore
    const [info] = yield* store.list()
    assert.isDefined(info)
    const delivered = (yield* store.read(info.id, 0)).find((event) => event.type === "InputDelivered")
    assert.isDefined(delivered)
    yield* sessions.resume(info.id)
    yield* sessions.outcome(info.id, delivered.data.input)
    const { history } = yield* sessions.state(info.id)
    return [...history].flatMap((entry) =>
      entry.type === "step" ? entry.items.filter(isCall).map(({ result }) => result) : []
    )
  }).pipe(
    Effect.provide(TestRuntime.layerWith([{ answer: [{ text: "done" }] }], [Edit.make(), Write.make()], sqlite(data)))
  )

// Each start of a program takes a second; the rest of what `recover` says is told in Edit.test.ts and Write.test.ts.
/** The crash matrix holds these points too; here each is by itself, in the full run. */
const isFull = process.env["REIN_TEST_FULL"] !== undefined

describe.runIf(isFull)("a runtime that was killed", () => {
  it.live("behind the change by edit: it is settled as done, and not done again", () =>
    Effect.gen(function* () {
      const directory = newDirectory()
      const path = join(directory, "a.txt")
      writeFileSync(path, "baaab")
      const input = { path: "a.txt", oldString: "aaa", newString: "aa" }
      const data = yield* killed(directory, "after", "edit", input)
      assert.strictEqual(readFileSync(path, "utf8"), "baab")
      const results = yield* resumed(data)
      assert.deepStrictEqual(
        results.map((result) => result?.status),
        ["completed"]
      )
      assert.strictEqual(readFileSync(path, "utf8"), "baab")
    })
  )

  it.live("before the change by write: it is done then", () =>
    Effect.gen(function* () {
      const directory = newDirectory()
      const path = join(directory, "new/a.txt")
      const data = yield* killed(directory, "before", "write", { path, content: "new\n" })
      assert.isFalse(existsSync(path))
      const [result] = yield* resumed(data)
      assert.strictEqual(result?.status, "completed")
      assert.strictEqual(readFileSync(path, "utf8"), "new\n")
    })
  )

  it.live("and a file that somebody else changed meanwhile: it is not known, and nothing is overwritten", () =>
    Effect.gen(function* () {
      const directory = newDirectory()
      const path = join(directory, "a.txt")
      const data = yield* killed(directory, "after", "write", { path: "a.txt", content: "mine" })
      writeFileSync(path, "theirs")
      const [result] = yield* resumed(data)
      assert.strictEqual(result?.status, "unverified")
      assert.strictEqual(readFileSync(path, "utf8"), "theirs")
    })
  )
})
