// Jobs with real programs, in a whole runtime whose scripted model starts, reads and stops them.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Blobs from "@rein/core/blob/Blobs"
import * as NodeProcesses from "@rein/core/node/NodeProcesses"
import { Jobs as JobsService, layerWith } from "@rein/core/process/Jobs"
import * as Ids from "@rein/core/schema/Ids"
import type { ModelRequest } from "@rein/core/model/ModelRequest"
import * as OpenSessions from "@rein/core/session/OpenSessions"
import { isCall } from "@rein/core/session/History"
import { Sessions } from "@rein/core/session/Sessions"
import type { SessionState } from "@rein/core/session/SessionState"
import { ScriptedModel, TestRuntime } from "@rein/core/testing"
import { Bash, Jobs } from "@rein/tools"
import { Effect, Layer, Option } from "effect"
import { sqlite } from "./sqlite.ts"
import { needs, newDirectory, contextIn, refusal, use } from "./support.ts"

const environment = { PATH: process.env["PATH"] }
const processes = NodeProcesses.layerWith({ graceMillis: 300 })
const jobsWith = (options: Parameters<typeof layerWith>[0]) =>
  Layer.provideMerge(layerWith(options), Layer.merge(processes, Blobs.layerMemory))

/** A sleep that nobody else sleeps, to find it again. */
let sleeps = 0
const uniqueSleep = () => `sleep 6${process.pid}.${++sleeps}`

const living = (text: string): ReadonlyArray<string> =>
  readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false
    try {
      const isZombie = /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"))
      return !isZombie && readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ").includes(text)
    } catch {
      return false
    }
  })

const until = (isSo: () => boolean) =>
  Effect.promise(async () => {
    while (!isSo()) await new Promise((resume) => setTimeout(resume, 10))
  })

const idIn = (text: string) => Ids.JobId.make(/job_[0-9a-f]+/.exec(text)?.[0] ?? assert.fail(`no job in: ${text}`))

/** The tools over the services around them, and a context that stays. */
const tools = Effect.gen(function* () {
  const context = contextIn(newDirectory())
  const [bash, jobs] = [yield* Bash.make({ environment }), yield* Jobs.make]
  const start = Effect.fnUntraced(function* (command: string, more: object = {}) {
    const result = yield* use(bash, { command, background: true, ...more }, context)
    return { ...result, id: idIn(result.output) }
  })
  return { context, bash, jobs, start, ask: (input: object) => use(jobs, { ...input }, context) }
})

describe.runIf(process.platform === "linux")("a job", () => {
  it.layer(jobsWith({ running: 3, unread: 1_000 }), { excludeTestServices: true })((it) => {
    it.effect("starts at once, is listed, read since the last look, and stopped with all that it started", () =>
      Effect.gen(function* () {
        const { ask, context, start } = yield* tools
        const sleep = uniqueSleep()
        assert.strictEqual((yield* ask({})).output, "This session has no jobs.")
        const go = join(context.directory, "go")
        const begun = yield* start(
          `echo one; until [ -e ${go} ]; do sleep 0.01; done; setsid ${sleep} & trap 'echo bye' TERM; echo two; wait`
        )
        assert.deepStrictEqual(begun.job?.isRunning, true)
        let read = ""
        while (!read.includes("one\n")) read += (yield* ask({ job: begun.id, wait: 10 })).output
        assert.match(read, /running\.$/)
        writeFileSync(go, "")
        while (!read.includes("two\n")) read += (yield* ask({ job: begun.id, wait: 10 })).output
        assert.match((yield* ask({})).output, new RegExp(`^${begun.id}: running.*: echo one; until`))
        const end = yield* ask({ job: begun.id, stop: true })
        assert.strictEqual(end.output, `bye\nJob ${begun.id}: stopped.`)
        assert.strictEqual(end.job?.isRunning, false)
        assert.deepStrictEqual(living(sleep), [])
        assert.match((yield* ask({})).output, new RegExp(`^${begun.id}: stopped: `))
      })
    )

    it.effect("can be waited for, and tells how it ended", () =>
      Effect.gen(function* () {
        const { ask, start } = yield* tools
        const failing = yield* start("echo out; echo err >&2; exit 3")
        const { output } = yield* ask({ job: failing.id, wait: 60_000 })
        assert.include(output, "out\n")
        assert.include(output, "err\n")
        assert.match(output, /ended with exit code 3\.$/)
        const again = yield* ask({ job: failing.id })
        assert.match(again.output, /^It has written nothing since/)
        const late = yield* start(`${uniqueSleep()}`, { timeout: 50 })
        assert.match((yield* ask({ job: late.id, wait: 60_000 })).output, /stopped after its timeout\.$/)
        const killed = yield* start("kill -KILL $$")
        assert.match((yield* ask({ job: killed.id, wait: 60_000 })).output, /ended by SIGKILL\.$/)
        const running = yield* start(uniqueSleep())
        assert.match((yield* ask({ job: running.id, wait: 1 })).output, /running\.$/)
        yield* ask({ job: running.id, stop: true })
      })
    )

    it.effect("that writes a lot keeps the end in memory and the rest in blobs, and loses nothing", () =>
      Effect.gen(function* () {
        const { ask, context, start } = yield* tools
        const { id } = yield* start("seq 1 500000")
        yield* ask({ job: yield* Effect.map(start("true"), (one) => one.id), wait: 60_000 })
        const service = yield* JobsService
        const { unread } = yield* service.read(context.session, id, 60_000)
        const all = Array.from({ length: 500_000 }, (_, index) => `${index + 1}\n`).join("")
        assert.isAtMost(unread.text.length, 2_000)
        assert.strictEqual(unread.skipped + unread.text.length, all.length)
        const blobs = yield* Blobs.Blobs
        const pieces = yield* Effect.forEach(unread.blobs, blobs.get)
        assert.isAbove(pieces.length, 1)
        assert.isTrue(Buffer.concat(pieces).toString() + unread.text === all)
      })
    )

    it.effect("is one of a bounded number, of its session only, and of a program that can start", () =>
      Effect.gen(function* () {
        const { ask, bash, context, jobs, start } = yield* tools
        const other = yield* tools
        // All at once: one that starts counts already.
        const starts = Array.from({ length: 5 }, () => Effect.option(start(uniqueSleep())))
        const ids = (yield* Effect.all(starts, { concurrency: "unbounded" })).flatMap(Option.toArray)
        assert.strictEqual(ids.length, 3)
        const full = yield* refusal(bash, { command: "true", background: true }, context)
        assert.include(full, "3 jobs run already")
        assert.include(full, ids[0]?.id ?? "no id")
        const [first] = ids
        assert.include(yield* refusal(jobs, { job: first?.id ?? "" }, other.context), "There are none.")
        assert.include(yield* refusal(jobs, { job: "job_ffffffff" }, context), first?.id ?? "no id")
        assert.include(yield* refusal(jobs, { job: "7" }, context), "begin with job_")
        assert.include(yield* refusal(jobs, { stop: true }, context), "give `job`")
        const nowhere = { ...context, directory: join(context.directory, "gone"), session: Ids.make.session() }
        assert.include(yield* refusal(bash, { command: "true", background: true }, nowhere), "did not run")
        yield* (yield* JobsService).stopAll(context.session)
        assert.strictEqual((yield* ask({})).output, "This session has no jobs.")
      })
    )

    it.effect("needs the permission of its command, and its session none to look after it", () =>
      Effect.gen(function* () {
        const { bash, context, jobs } = yield* tools
        const [need] = yield* needs(bash, { command: "npm start", background: true }, context)
        assert.deepStrictEqual(need?.patterns, ["npm start"])
        assert.strictEqual(need?.title, "npm start (in the background)")
        assert.deepStrictEqual(yield* needs(jobs, {}, context), [])
      })
    )
  })
})

/** A runtime whose model has `bash` and `jobs`. */
const runtime = (script: ReadonlyArray<ScriptedModel.ScriptedStep>, own: Layer.Layer<never, unknown> = Layer.empty) => {
  const services = jobsWith({})
  return Layer.unwrap(
    Effect.gen(function* () {
      const made = [yield* Bash.make({ environment }), yield* Jobs.make]
      // The same jobs for the tools and for the loop.
      const context = yield* Effect.context<JobsService>()
      return TestRuntime.layerWith(script, made, Layer.merge(Layer.succeedContext(context), own))
    })
  ).pipe(Layer.provideMerge(services))
}

const bashCall = (command: string) => ({ call: "bash", input: { command, background: true } })
const lastNote = (request: ModelRequest) => /<note kind="job">[^]*?<\/note>/.exec(ScriptedModel.textOf(request))?.[0]
const notes = (state: SessionState) =>
  [...state.history].flatMap((entry) => (entry.type === "note" && entry.kind === "job" ? [entry.text] : []))
const results = (state: SessionState) =>
  [...state.history].flatMap((entry) => (entry.type === "step" ? entry.items.filter(isCall) : []))

describe.runIf(process.platform === "linux")("the model", () => {
  it.live("is told once, by a note, that a job has ended, and its turn goes on for that", () => {
    const directory = newDirectory()
    const go = join(directory, "go")
    return Effect.gen(function* () {
      const { outcome, session, state } = yield* TestRuntime.prompt("go", { directory })
      assert.strictEqual(outcome._tag, "completed")
      assert.lengthOf(notes(state), 1)
      assert.match(notes(state)[0] ?? "", /^Job job_\w+ \(.*\) has ended with exit code 4\. .*not read yet/)
      assert.deepStrictEqual(state.jobs, [])
      const again = yield* TestRuntime.prompt("again", { session })
      assert.lengthOf(notes(again.state), 1)
    }).pipe(
      Effect.provide(
        runtime([
          { answer: [bashCall(`until [ -e ${go} ]; do sleep 0.01; done; echo done; exit 4`)] },
          {
            // The job ends while the model gives what it means to be its last answer.
            answer: (request) => {
              assert.isUndefined(lastNote(request))
              writeFileSync(go, "")
              return [{ text: "I am done." }, { delayMillis: 1_500 }]
            }
          },
          { expects: ["has ended with exit code 4"], answer: [{ text: "It has ended." }] },
          { answer: [{ text: "Nothing new." }] }
        ])
      )
    )
  })

  it.live("is told by the call alone when it stops a job", () => {
    const directory = newDirectory()
    const sleep = uniqueSleep()
    return Effect.gen(function* () {
      const { state } = yield* TestRuntime.prompt("go", { directory })
      assert.deepStrictEqual(notes(state), [])
      assert.deepStrictEqual(state.jobs, [])
      assert.match(results(state)[1]?.result?.output ?? "", /stopped\.$/)
      assert.deepStrictEqual(living(sleep), [])
    }).pipe(
      Effect.provide(
        runtime([
          { answer: [bashCall(sleep)] },
          {
            answer: (request) => {
              const job = idIn(ScriptedModel.lastResult(request, "bash") ?? "")
              return [{ call: "jobs", input: { job, stop: true } }]
            }
          },
          { answer: [{ text: "Stopped." }] }
        ])
      )
    )
  })

  it.live("keeps its job over the end of a turn, and has none any more when the session is closed", () => {
    const directory = newDirectory()
    const sleep = uniqueSleep()
    return Effect.gen(function* () {
      const { session, state } = yield* TestRuntime.prompt("go", { directory })
      assert.lengthOf(state.jobs, 1)
      assert.isNotEmpty(living(sleep))
      yield* (yield* Sessions).close(session)
      assert.deepStrictEqual(living(sleep), [])
      const again = yield* TestRuntime.prompt("again", { session })
      assert.match(notes(again.state)[0] ?? "", /is not there any more: it ended with its session/)
    }).pipe(
      Effect.provide(
        runtime([
          { answer: [bashCall(sleep)] },
          { answer: [{ text: "It runs." }] },
          { expects: ["is not there any more"], answer: [{ text: "It is gone." }] }
        ])
      )
    )
  })

  it.live("is told of the job of a runtime that was killed, when its turn goes on in another one", () =>
    Effect.gen(function* () {
      const [data, directory, sleep] = [newDirectory(), newDirectory(), uniqueSleep()]
      yield* Effect.promise(async () => {
        const args = ["--conditions=@rein/source", join(import.meta.dirname, "leaving.ts"), data, directory, sleep]
        const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
        await once(child.stdout, "data")
        child.kill("SIGKILL")
      })
      yield* until(() => living(sleep).length === 0)
      yield* Effect.gen(function* () {
        const sessions = yield* Sessions
        const [info] = yield* sessions.list()
        const session = info?.id ?? assert.fail("there is no session")
        const { delivered, jobs } = yield* sessions.state(session)
        assert.deepStrictEqual(
          jobs.map(({ command }) => command),
          [sleep]
        )
        yield* sessions.resume(session)
        yield* sessions.outcome(session, delivered[0] ?? assert.fail("the turn has no input"))
        const state = yield* sessions.state(session)
        assert.lengthOf(notes(state), 1)
        assert.deepStrictEqual(state.jobs, [])
      }).pipe(
        Effect.provide(
          runtime([{ expects: [`(${sleep}) is not there any more`], answer: [{ text: "It is gone." }] }], sqlite(data))
        )
      )
    })
  )

  it.live("keeps its job while nobody uses the session, unless the runtime chooses otherwise", () =>
    Effect.gen(function* () {
      for (const idleJobs of ["keep", "stop"] as const) {
        const sleep = uniqueSleep()
        const own =
          idleJobs === "stop"
            ? OpenSessions.layerEndingJobs({ idleTimeToLive: 0 })
            : OpenSessions.layerWith({ idleTimeToLive: 0 })
        yield* Effect.gen(function* () {
          const open = yield* OpenSessions.OpenSessions
          const jobs = yield* JobsService
          const session = yield* (yield* Sessions).create({ directory: newDirectory() })
          yield* Effect.scoped(
            Effect.gen(function* () {
              yield* open.get(session)
              const owner = { session, call: Ids.make.call() }
              const program = {
                command: "bash",
                args: ["-c", `${sleep}; true`],
                directory: "/",
                environment: {},
                owner
              }
              yield* jobs.start({ ...program, title: sleep })
            })
          )
          if (idleJobs === "stop") yield* until(() => living(sleep).length === 0)
          else assert.isNotEmpty(living(sleep))
        }).pipe(
          Effect.provide(
            Layer.provideMerge(own, Layer.provideMerge(TestRuntime.storeForTests, Layer.mergeAll(jobsWith({})))).pipe(
              Layer.provideMerge(runtime([]))
            )
          )
        )
        // With the runtime they end anyway.
        assert.deepStrictEqual(living(sleep), [])
      }
    })
  )
})
