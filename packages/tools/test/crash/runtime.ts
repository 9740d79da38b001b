// The runtime that dies: `runtime.ts FOLDER SESSION PLAN`. It does the task or goes on with it, until the plan ends it.
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeBlobs from "@rein/core/node/NodeBlobs"
import * as NodeOwnership from "@rein/core/node/NodeOwnership"
import * as NodeProcesses from "@rein/core/node/NodeProcesses"
import * as Jobs from "@rein/core/process/Jobs"
import * as SessionStoreSql from "@rein/core/node/SessionStoreSql"
import { Model } from "@rein/core/model/Model"
import * as Permission from "@rein/core/permission/Permission"
import * as Questions from "@rein/core/question/Questions"
import * as Runtime from "@rein/core/Runtime"
import { CommandId, SessionId } from "@rein/core/schema/Ids"
import { Sessions } from "@rein/core/session/Sessions"
import * as Settings from "@rein/core/settings/Settings"
import { Failpoints, ScriptedModel } from "@rein/core/testing"
import * as ToolRegistry from "@rein/core/tool/ToolRegistry"
import { Bash, Edit, Read, Write } from "@rein/tools"
import { Deferred, Effect, Layer, Stream } from "effect"
import { watchNode } from "./nodePoints.ts"
import type { Plan, Recorded } from "./plan.ts"
import { counters, type Person, personBefore, rewriting, says, script } from "./task.ts"

const [folder = "", id = "", planned = "{}"] = process.argv.slice(2)
const session = SessionId.make(id)
const plan = JSON.parse(planned) as Plan // ours: the test wrote it

const watchers = (): ReadonlyArray<number> =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const isOurs = readFileSync(`/proc/${pid}/stat`, "utf8").includes(`) S ${process.pid} `)
        return isOurs && readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes("rein-watcher")
      } catch {
        return false
      }
    })
    .map(Number)

const die = (): never => {
  if (plan.withWatcher === true) for (const pid of watchers()) process.kill(pid, "SIGKILL")
  process.kill(process.pid, "SIGKILL")
  while (true) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

const passed: Array<string> = []
const times = new Map<string, number>()
let isWatched = false
const at: Failpoints.At = (name) => {
  const number = (times.get(name) ?? 0) + 1
  times.set(name, number)
  const point = `${name} #${number}`
  passed.push(point)
  if (plan.record !== undefined && name === "process run, first output") isWatched = watchers().length > 0
  if (plan.dieAt === point || plan.dieAfter === passed.length) die()
}

const began = performance.now()
watchNode(at, folder)

const files = { ownership: NodeOwnership.layer, blobs: NodeBlobs.layerWith({ directory: join(folder, "data/blobs") }) }
const blobs = Layer.provide(Failpoints.blobs(at), files.blobs)
const store = Failpoints.store(at).pipe(
  Layer.provide(SessionStoreSql.layerWith({ path: join(folder, "data/rein.db") })),
  Layer.provide([blobs, files.ownership])
)

const allow = { permission: "*", pattern: "*", action: "allow" } as const
const settings = Settings.layerValues({
  model: { provider: "scripted", model: "script" },
  rules: [{ origin: "the test", rules: [allow, { permission: "publish", pattern: "*", action: "ask" }] }]
})

/** Notes each request for the test, and lets the person speak before it is answered. */
const model = (person: Deferred.Deferred<(who: Person) => Effect.Effect<unknown>>) =>
  Layer.effect(
    Model,
    Effect.map(Model, (inner) =>
      Model.of({
        stream: (request) =>
          Stream.unwrap(
            Effect.gen(function* () {
              const { messages, system, tools } = request
              appendFileSync(join(folder, "requests.jsonl"), `${JSON.stringify({ system, tools, messages })}\n`)
              const who = personBefore(request)
              if (who !== undefined) yield* (yield* Deferred.await(person))(who)
              return inner.stream(request)
            })
          )
      })
    )
  )

const program = Effect.gen(function* () {
  const person = Deferred.makeUnsafe<(who: Person) => Effect.Effect<unknown>>()
  const bash = yield* Bash.make({ environment: process.env })
  const services = Layer.mergeAll(
    Failpoints.model(at).pipe(Layer.provide(model(person)), Layer.provide(ScriptedModel.layer(script))),
    store,
    blobs,
    settings,
    Layer.provide(Permission.layer, [settings, Questions.layer]),
    ToolRegistry.layerValues([Read.make(), Edit.make(), Write.make(), bash, ...counters]),
    rewriting
  )
  yield* Effect.gen(function* () {
    const sessions = yield* Sessions
    /** What was acknowledged is written down: none of it may be lost. Said again it is the same input. */
    const say = (who: Person | "task") =>
      Effect.tap(
        sessions.prompt(session, says[who], {
          command: CommandId.make(`cmd_${who}`),
          delivery: who === "queue" ? "queue" : "steer"
        }),
        (input) => Effect.sync(() => appendFileSync(join(folder, "acknowledged"), `${input}\n`))
      )
    yield* Deferred.succeed(person, (who) => Effect.orDie(say(who)))
    yield* Effect.catchIf(
      sessions.create({ id: session, directory: join(folder, "project") }),
      (error) => error.reason._tag === "AlreadyExists",
      () => Effect.void
    )
    yield* sessions.outcome(session, yield* say("task"))
    yield* sessions.outcome(session, yield* say("queue"))
  }).pipe(Effect.provide(Runtime.withDefaults(services)))
}).pipe(Effect.provide([Layer.provide(Failpoints.processes(at), NodeProcesses.layer), Jobs.layerNone]))

await Effect.runPromise(program)
if (plan.record !== undefined) {
  const recorded: Recorded = { points: passed, isWatched, beganMillis: began, endedMillis: performance.now() }
  writeFileSync(plan.record, JSON.stringify(recorded))
}
