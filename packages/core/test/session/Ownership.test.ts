// An owner that sleeps, and one that was overtaken: no session is lost to a sleep, and nobody works beside the owner.
import { execFileSync, spawn } from "node:child_process"
import { on, once } from "node:events"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { createInterface } from "node:readline"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as NodeOwnership from "../../src/node/NodeOwnership.ts"
import { InputId, make as makeId, type SessionId } from "../../src/schema/Ids.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import type { ScriptedStep } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import { sharedHouse } from "../support/runtimes.ts"
import { rounds, until } from "../support/time.ts"
import { hang } from "../support/tools.ts"
import { blobsIn, created, onStore, pathIn, storeIn, temporaryFolder } from "./support.ts"

describe("an owner that was overtaken", () => {
  const overtaken = Effect.fnUntraced(function* (answer: ScriptedStep["answer"]) {
    const started = Deferred.makeUnsafe<void>()
    const ended = Deferred.makeUnsafe<void>()
    const house = yield* sharedHouse
    const attempts: Array<string> = []
    const first = yield* house.start(
      [{ answer }],
      [hang(started, Deferred.succeed(ended, undefined))],
      Layer.empty,
      (store) => ({
        append: (session, fence, after, events) => {
          for (const { type } of events) attempts.push(type)
          return store.append(session, fence, after, events)
        }
      })
    )
    const second = yield* house.start([{ answer: [{ text: "done" }] }])
    const session = yield* first.sessions.create({ directory: "/project" })
    const input = yield* first.sessions.prompt(session, "go")
    return { attempts, ended, first, house, input, second, session, started }
  })

  it.effect("interrupts its turn at once, in the middle of a call, and stores nothing more", () =>
    Effect.gen(function* () {
      const { attempts, ended, first, house, input, second, session, started } = yield* overtaken([
        { call: "hang", input: {} }
      ])
      yield* Deferred.await(started)
      yield* first.die
      attempts.length = 0
      yield* second.sessions.resume(session)
      assert.strictEqual((yield* second.sessions.outcome(session, input))._tag, "completed")
      // No time has passed: it was told by what the other one stored.
      yield* rounds(200)
      assert.isTrue(Deferred.isDoneUnsafe(ended))
      yield* first.sessions.idle(session)
      yield* TestClock.adjust("1 minute")
      yield* rounds(20)
      assert.deepStrictEqual(attempts, [])
      const types = (yield* house.store.read(session, 0)).map(({ type }) => type)
      assert.strictEqual(types.filter((type) => type === "TurnEnded").length, 1)
      assert.strictEqual(types.filter((type) => type === "CallSettled").length, 1)
    })
  )

  it.effect("stops reading its model at once", () =>
    Effect.gen(function* () {
      const { first, input, second, session } = yield* overtaken([{ text: "half" }, { end: "never" }])
      yield* until(() => first.scripted.requests().length === 1)
      yield* first.die
      yield* second.sessions.resume(session)
      assert.strictEqual((yield* second.sessions.outcome(session, input))._tag, "completed")
      yield* rounds(200)
      assert.strictEqual(first.scripted.closed(), 1)
    })
  )

  it.effect("takes commands on as before, and can be the owner again", () =>
    Effect.gen(function* () {
      const { first, input, second, session, started } = yield* overtaken([{ call: "hang", input: {} }])
      yield* Deferred.await(started)
      yield* first.die
      yield* second.sessions.resume(session)
      assert.strictEqual((yield* first.sessions.outcome(session, input))._tag, "completed")
      yield* second.sessions.idle(session)
      yield* first.sessions.idle(session)
      // Its script is at its end, so the turn fails; but it is its own.
      const next = yield* first.sessions.prompt(session, "again")
      assert.notStrictEqual((yield* first.sessions.outcome(session, next))._tag, "withdrawn")
      assert.strictEqual(first.scripted.requests().length, 2)
    })
  )
})

const script = fileURLToPath(new URL("../support/mortal.ts", import.meta.url))

const exists = (pid: string): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
    return !/^[ZX]$/.test(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[0] ?? "")
  } catch {
    return false
  }
}

/** A process whose turn is in the middle of a call that runs a program, and is stopped there: as a laptop asleep. */
const asleep = Effect.fnUntraced(function* (place: "here" | "elsewhere") {
  const folder = yield* temporaryFolder
  const session = makeId.session()
  yield* onStore(
    folder,
    Effect.flatMap(SessionStore, (store) => store.create(session, [created(session)]))
  )
  execFileSync("mkfifo", [join(folder, "gate")])
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, ["--conditions=@rein/source", script, folder, session, "hold", place], {
        stdio: ["ignore", "pipe", "inherit"]
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  const lines = on(createInterface({ input: child.stdout }), "line")
  const line = Effect.promise(async () => String((await lines.next()).value))
  const input = InputId.make(yield* line)
  const pids = () => {
    try {
      return readFileSync(join(folder, "pids"), "utf8").trim().split("\n")
    } catch {
      return []
    }
  }
  yield* Effect.promise(async () => {
    while (pids().length === 0) await pause(5)
  })
  child.kill("SIGSTOP")
  const tamper = (sql: string) => {
    const database = new DatabaseSync(pathIn(folder), { timeout: 5_000 })
    database.exec(sql)
    database.close()
  }
  // It has slept for a minute, as far as the clocks of others go.
  tamper("UPDATE claim SET heartbeat = heartbeat - 60000")
  return { child, folder, input, line, pid: pids()[0] ?? "", session }
})

const eventsOf = (folder: string, session: SessionId) =>
  onStore(
    folder,
    Effect.flatMap(SessionStore, (store) => store.read(session, 0))
  )

const runtimeIn = (folder: string) =>
  TestRuntime.layerWith(
    [{ expects: ["not known whether it took effect"], answer: [{ text: "done" }] }],
    [],
    Layer.merge(Layer.provide(storeIn(folder), NodeOwnership.layer), blobsIn(folder))
  )

describe("a process that sleeps in the middle of a turn", () => {
  it.live("keeps its session on the same machine, however long it sleeps, and goes on", () =>
    Effect.gen(function* () {
      const { child, folder, line, session } = yield* asleep("here")
      yield* Effect.gen(function* () {
        const store = yield* SessionStore
        const { reason } = yield* Effect.flip(store.claim(session))
        assert.strictEqual(reason._tag === "Owned" ? reason.owner.pid : reason._tag, child.pid)
        const sessions = yield* Sessions
        yield* sessions.resume(session)
        yield* sessions.idle(session)
      }).pipe(Effect.provide(runtimeIn(folder)))
      child.kill("SIGCONT")
      execFileSync("bash", ["-c", `echo > ${folder}/gate`])
      assert.include(yield* line, "completed")
      const types = (yield* eventsOf(folder, session)).map(({ type }) => type)
      assert.notInclude(types, "TurnResumed")
      assert.strictEqual(types.filter((type) => type === "CallStarted").length, 1)
      assert.strictEqual(types.filter((type) => type === "TurnEnded").length, 1)
    })
  )

  it.live("is overtaken from another machine; awake it interrupts its turn, leaves no process and stores nothing", () =>
    Effect.gen(function* () {
      const { child, folder, input, line, pid, session } = yield* asleep("elsewhere")
      const before = yield* eventsOf(folder, session)
      yield* Effect.gen(function* () {
        const sessions = yield* Sessions
        assert.strictEqual((yield* sessions.outcome(session, input))._tag, "completed")
        yield* sessions.idle(session)
      }).pipe(Effect.provide(runtimeIn(folder)))
      const after = yield* eventsOf(folder, session)
      // What the sleeper had stored is there, and was gone on with.
      assert.deepStrictEqual(after.slice(0, before.length), before)
      assert.isTrue(exists(pid))
      child.kill("SIGCONT")
      // It waits for the outcome like everybody else, and gets that of the other machine.
      assert.include(yield* line, "completed")
      yield* Effect.promise(async () => child.exitCode ?? (await once(child, "exit")))
      assert.isFalse(exists(pid))
      assert.deepStrictEqual(yield* eventsOf(folder, session), after)
      assert.strictEqual(after.filter(({ type }) => type === "TurnEnded").length, 1)
    })
  )
})
