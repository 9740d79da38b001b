// One case: runtimes that die one after the other on one session, and a last one that comes to the end.
//
// The test's own process is the others: it follows the session all the time, and answers its question.
import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as NodeBlobs from "@rein/core/node/NodeBlobs"
import * as NodeOwnership from "@rein/core/node/NodeOwnership"
import * as SessionStoreSql from "@rein/core/node/SessionStoreSql"
import { CommandId, make as makeId, type SessionId } from "@rein/core/schema/Ids"
import type { StoredEvent } from "@rein/core/schema/SessionEvent"
import { SessionStore } from "@rein/core/session/SessionStore"
import { Effect, Layer, Stream } from "effect"
import { check, type Findings, programsOf } from "./checks.ts"
import type { Plan } from "./plan.ts"
import { filesBefore, holdFile } from "./task.ts"

/** How one runtime of a case ends. */
export interface Life extends Plan {
  /** Killed from outside, so long after its start. */
  readonly killedAfterMillis?: number
  /** The program that it runs does not end by itself. */
  readonly holding?: boolean
}

/** What came of a case. */
export interface Result extends Findings {
  /** How many runtimes really died. */
  readonly deaths: number
}

/** A runtime that takes longer is stuck. */
const limitMillis = 30_000
/** What is left may take so long to go. */
const leftMillis = 3_000

/** Runs a runtime to its end; true when it came to the end of the task. */
const live = (program: string, folder: string, session: SessionId, life: Life): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const { holding: _, killedAfterMillis, ...plan } = life
    const child = spawn(process.execPath, [program, folder, session, JSON.stringify(plan)], {
      env: { ...process.env, NODE_OPTIONS: "", NODE_COMPILE_CACHE: join(dirname(program), "cache") },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let said = ""
    child.stdout.on("data", (bytes: Buffer) => (said += String(bytes)))
    child.stderr.on("data", (bytes: Buffer) => (said += String(bytes)))
    let isStuck = false
    const kill = setTimeout(() => child.kill("SIGKILL"), killedAfterMillis ?? limitMillis * 2)
    const limit = setTimeout(() => {
      isStuck = true
      child.kill("SIGKILL")
    }, limitMillis)
    child.once("error", reject)
    // Not `close`: what the runtime left may hold its pipes.
    child.once("exit", (code, signal) => {
      clearTimeout(kill)
      clearTimeout(limit)
      child.stdout.destroy()
      child.stderr.destroy()
      if (code === 0) resolve(true)
      else if (signal === "SIGKILL" && !isStuck) resolve(false)
      else reject(new Error(`${isStuck ? "stuck" : `ended with ${code ?? signal}`} in ${folder}: ${said}`))
    })
  })

const waitUntil = Effect.fnUntraced(function* (isSo: () => boolean, millis: number) {
  for (let waited = 0; !isSo() && waited < millis; waited += 20) yield* Effect.sleep(20)
})

/** Follows the session from its first event on, and answers each question. */
const follow = Effect.fnUntraced(function* (session: SessionId, followed: Array<StoredEvent>) {
  const store = yield* SessionStore
  while (yield* Effect.match(store.get(session), { onFailure: () => true, onSuccess: () => false })) {
    yield* Effect.sleep(20)
  }
  yield* Stream.runForEach(store.events(session, 0), (event) => {
    followed.push(event)
    if (event.type !== "QuestionAsked") return Effect.void
    const { id } = event.data.question
    const answer = { _tag: "answer", question: id, answer: { _tag: "once" } } as const
    return store.submit(session, CommandId.make(`cmd_${id}`), answer)
  })
})

const lives = Effect.fnUntraced(function* (
  program: string,
  folder: string,
  session: SessionId,
  all: ReadonlyArray<Life>
) {
  const hold = join(folder, "project", holdFile)
  let deaths = 0
  for (const life of [...all, {}]) {
    if (life.holding === true) writeFileSync(hold, "")
    const isDone = yield* Effect.promise(() => live(program, folder, session, life))
    rmSync(hold, { force: true })
    if (isDone) break
    deaths++
  }
  return deaths
})

const inFolder = (program: string, all: ReadonlyArray<Life>) => (folder: string) =>
  Effect.gen(function* () {
    const session = makeId.session()
    const project = join(folder, "project")
    mkdirSync(project)
    for (const [name, text] of Object.entries(filesBefore)) writeFileSync(join(project, name), text)
    const followed: Array<StoredEvent> = []
    const store = SessionStoreSql.layerWith({ path: join(folder, "data/rein.db") }).pipe(
      Layer.provide([NodeBlobs.layerWith({ directory: join(folder, "data/blobs") }), NodeOwnership.layer])
    )
    const { deaths, log } = yield* Effect.gen(function* () {
      yield* Effect.forkChild(follow(session, followed))
      const died = yield* lives(program, folder, session, all)
      const stored = yield* (yield* SessionStore).read(session, 0)
      yield* waitUntil(() => followed.length >= stored.length, leftMillis)
      return { deaths: died, log: stored }
    }).pipe(Effect.provide(store))
    yield* waitUntil(() => programsOf(session).length === 0, leftMillis)
    const findings = check({ folder, session, log, followed })
    // What should not be there must not stay, either.
    for (const { pid } of programsOf(session)) process.kill(pid, "SIGKILL")
    return { deaths, ...findings } satisfies Result
  })

/** Runs the case in a folder of its own, which goes with it. `program` is the bundled runtime. */
export const runCase = (program: string, all: ReadonlyArray<Life>): Effect.Effect<Result, unknown> =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "rein-crash-"))),
    inFolder(program, all),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )
