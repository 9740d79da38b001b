// A real command is interrupted, in this process and from another one: its processes end, and the next prompt works.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, it } from "@effect/vitest"
import { sqlite } from "@rein/core/node"
import * as NodeProcesses from "@rein/core/node/NodeProcesses"
import * as Jobs from "@rein/core/process/Jobs"
import type { SessionId } from "@rein/core/schema/Ids"
import { isCall } from "@rein/core/session/History"
import { Sessions } from "@rein/core/session/Sessions"
import { TestRuntime } from "@rein/core/testing"
import { Bash } from "@rein/tools"
import { Effect } from "effect"
import { newDirectory } from "./support.ts"

/** Says which processes it has, in one write, and sleeps. The inner one ignores TERM. */
/** So that the pids that a command tells are those of this machine. */
const tracked = NodeProcesses.layerWith({ containment: "never" })

const commandIn = (directory: string) =>
  `bash -c 'trap "" TERM; sleep 300' & echo "$$ $!" > ${directory}/new && mv ${directory}/new ${directory}/pids; wait`

const written = (path: string) =>
  Effect.sync(() => existsSync(path)).pipe(
    Effect.tap((there) => (there ? Effect.void : Effect.sleep("5 millis"))),
    Effect.repeat({ until: (there) => there }),
    Effect.map(() => readFileSync(path, "utf8").trim().split(" ").map(Number))
  )

/** A zombie has ended; only its parent has not noticed. */
const lives = (pid: number): boolean => {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"))
  } catch {
    return false
  }
}

/** A process that ignores TERM gets a second of grace, as the turn gives its tool, so either may be first. */
const gone = (pids: ReadonlyArray<number>) =>
  Effect.sync(() => pids.some(lives)).pipe(
    Effect.tap((some) => (some ? Effect.sleep("5 millis") : Effect.void)),
    Effect.repeat({ while: (some) => some })
  )

/** What the model reads of its call, and what comes of the next prompt. */
const goOn = Effect.fnUntraced(function* (session: SessionId) {
  const sessions = yield* Sessions
  const { history } = yield* sessions.state(session)
  const results = [...history].flatMap((entry) => (entry.type === "step" ? entry.items.filter(isCall) : []))
  assert.deepStrictEqual(
    results.map((item) => item.result?.status),
    ["interrupted"]
  )
  const later = yield* TestRuntime.prompt("what happened?", { session })
  assert.strictEqual(later.outcome._tag, "completed")
})

const afterwards = { expects: ["interrupted while it ran", "You were interrupted here"], answer: [{ text: "I see" }] }

it.live("a command of this process", () => {
  const directory = newDirectory()
  return Effect.gen(function* () {
    const bash = yield* Bash.make({ environment: process.env })
    const script = [{ answer: [{ call: "bash", input: { command: commandIn(directory) } }] }, afterwards]
    yield* Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory })
      const input = yield* sessions.prompt(session, "go")
      const pids = yield* written(join(directory, "pids"))
      yield* sessions.interrupt(session)
      assert.strictEqual((yield* sessions.outcome(session, input))._tag, "interrupted")
      yield* gone(pids)
      yield* goOn(session)
    }).pipe(Effect.provide(TestRuntime.layer(script, [bash])))
  }).pipe(Effect.provide([tracked, Jobs.layerNone]))
})

it.live("a command of another process", () => {
  const directory = newDirectory()
  const file = join(directory, "rein.db")
  return Effect.gen(function* () {
    const sessions = yield* Sessions
    const session = yield* sessions.create({ directory })
    const owner = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const script = fileURLToPath(new URL("owner.ts", import.meta.url))
        const args = ["--conditions=@rein/source", script, file, session, commandIn(directory)]
        return spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit"] })
      }),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    const exit = once(owner, "exit")
    const pids = yield* written(join(directory, "pids"))
    const { delivered } = yield* sessions.state(session)
    yield* sessions.interrupt(session)
    const outcomes = yield* Effect.forEach(delivered, (input) => sessions.outcome(session, input))
    assert.deepStrictEqual(
      outcomes.map((outcome) => outcome._tag),
      ["interrupted"]
    )
    yield* gone(pids)
    assert.deepStrictEqual(yield* Effect.promise(() => exit), [0, null])
    yield* goOn(session)
  }).pipe(Effect.scoped, Effect.provide(TestRuntime.layerWith([afterwards], [], sqlite(file))))
})
