/**
 * `rein demo`: repairs a small project through the whole of `rein run`, with a scripted model behind a local server.
 *
 * On the way the server is busy, a rule denies a command, a person steers from another process, and `rein` is killed
 * in the middle of a test run and goes on.
 */
import { join } from "node:path"
import * as WireServer from "@rein/core/testing/WireServer"
import { fold } from "@rein/core/session/Fold"
import { SessionStore } from "@rein/core/session/SessionStore"
import { Clock, Effect, Schema } from "effect"
import { Ended, failureCode } from "../Failure.ts"
import * as Harness from "../Harness.ts"
import * as Signals from "../run/Signals.ts"
import * as Hold from "./Hold.ts"
import * as Place from "./Place.ts"
import * as Processes from "./Processes.ts"
import { type Running, show, start } from "./Programs.ts"
import * as Project from "./Project.ts"
import * as RealModel from "./RealModel.ts"
import * as Report from "./Report.ts"
import * as Script from "./Script.ts"

/** It takes a few seconds; after this something hangs. */
const limit = "60 seconds"

/** Something else happened than the script says. */
class Different extends Schema.TaggedError<Different>("@rein/cli/demo/Demo/Different")("Different", {
  message: Schema.String
}) {}

/** Any would do; the local server takes this one. */
const key = "not-secret"

const permissions = ["--yes", "--deny", "bash:rm -rf *"]

interface Stage {
  readonly place: Place.Place
  readonly report: Report.Report
  readonly environment: NodeJS.ProcessEnv
}

/** Everything of the person's own stays out of it. */
const environmentOf = ({ folder }: Place.Place, url: string): NodeJS.ProcessEnv => ({
  ANTHROPIC_API_KEY: key,
  ANTHROPIC_BASE_URL: url,
  NO_PROXY: "127.0.0.1",
  XDG_CONFIG_HOME: join(folder, "config"),
  XDG_STATE_HOME: join(folder, "state"),
  XDG_CACHE_HOME: join(folder, "cache")
})

/** The session that works in the project, as it is stored. */
const stored = ({ data, project }: Place.Place) =>
  Effect.gen(function* () {
    const store = yield* SessionStore
    const [session] = yield* store.list({ directory: project, limit: 1 })
    if (session === undefined) return yield* new Different({ message: "no session is stored" })
    return { id: session.id, usage: fold(session.id, yield* store.read(session.id, 0)).usage }
  }).pipe(Effect.provide(Harness.layerStore(join(data, "rein"))))

/** The person says something to the session that works, from another process. */
const steer = Effect.fnUntraced(function* ({ environment, place, report }: Stage) {
  const { id } = yield* stored(place)
  const args = ["session", "steer", id, Script.steer]
  report.outside(`from another terminal: ${Place.typed(args)}`)
  const { code } = yield* show(Place.rein(place, args, environment))
  if (code !== 0) return yield* new Different({ message: `rein session steer ended with exit code ${code}` })
})

/** Kills `rein` as soon as its test run is held, and waits until nothing of it is left. False when it has ended before. */
const killInTestRun = Effect.fnUntraced(function* ({ report }: Stage, run: Running, hold: Hold.Hold) {
  const isHeld = yield* Effect.raceFirst(Effect.as(hold.reached, true), Effect.as(run.ended, false))
  if (!isHeld) return false
  const groups = yield* Processes.groupsBelow(run.pid)
  run.kill("SIGKILL")
  const { signal } = yield* run.ended
  report.outside(`kill -9 ${run.pid}: rein is dead in the middle of the test run`)
  yield* hold.release
  if (signal !== "SIGKILL") return yield* new Different({ message: "rein was not killed but ended by itself" })
  if (groups.length === 0) return yield* new Different({ message: "rein was killed without a command that runs" })
  if (yield* Processes.untilGone(groups)) return true
  return yield* new Different({ message: "something of the killed run still lives" })
})

const typedRun = ["run", Script.task, "--model", "anthropic/scripted", ...permissions]
const typedContinue = ["run", "--continue", ...permissions]

/** The work itself: `rein run`, killed, and `rein run --continue`. */
const work = Effect.fnUntraced(function* (stage: Stage, hold: Hold.Hold) {
  const { environment, place, report } = stage
  report.command(Place.typed(typedRun))
  const run = yield* start(Place.rein(place, typedRun, environment), "shown")
  if (!(yield* killInTestRun(stage, run, hold))) return
  report.command(Place.typed(typedContinue))
  const { code } = yield* show(Place.rein(place, typedContinue, environment))
  if (code !== 0) return yield* new Different({ message: `rein run --continue ended with exit code ${code ?? "none"}` })
}, Effect.scoped)

const farewell = (place: Place.Place, session: string): string =>
  [
    `Left to look at: ${place.project}`,
    `  XDG_DATA_HOME=${place.data} ${Place.command()} session show ${session}`,
    "The same with a real model:",
    `  ANTHROPIC_API_KEY=... ${Place.command()} demo --model anthropic/claude-sonnet-4-5`
  ].join("\n")

const played = Effect.fnUntraced(function* (place: Place.Place, report: Report.Report) {
  const began = yield* Clock.currentTimeMillis
  const before = yield* Project.runTests(place.project)
  const hold = yield* Hold.make(join(place.project, Project.fixture))
  let environment: NodeJS.ProcessEnv = {}
  const script = Script.make({
    steer: () => Effect.runPromise(steer({ place, report, environment })),
    hold: () => Effect.runPromise(hold.arm)
  })
  const server = yield* WireServer.make({ script: script.answer, key })
  environment = environmentOf(place, server.url)
  const worked = yield* Effect.result(work({ place, report, environment }, hold))
  // What a program did differently follows from what the script was asked differently.
  const difference = script.difference()
  if (difference !== undefined) return yield* new Different({ message: difference })
  yield* Effect.fromResult(worked)
  const after = yield* Project.runTests(place.project)
  const { id, usage } = yield* stored(place)
  report.printed(Report.testHeading("before", before), before.output)
  report.printed(Report.testHeading("after", after), after.output)
  report.printed("git diff", yield* Project.diff(place.project))
  const seconds = ((yield* Clock.currentTimeMillis) - began) / 1000
  report.say(`\n${server.requests.length} requests, ${Report.cachedShare(usage)}, ${seconds.toFixed(1)} s.`)
  if (after.code !== 0) return yield* new Different({ message: "the tests still fail" })
  report.say(farewell(place, id))
}, Effect.scoped)

const playScripted = Effect.fnUntraced(function* (given: string | undefined) {
  const report = Report.make()
  report.say("This demo is scripted: a local server plays the model, and no model is asked.")
  report.say("All else is real: rein, its provider package, HTTP, git, bash, files, SQLite, kill -9.")
  const place = yield* Place.prepare(given)
  report.say(`The project: ${place.project}`)
  const tooLong = () => Effect.fail(new Different({ message: `it was not over after ${limit}` }))
  yield* Effect.timeoutOrElse(played(place, report), { duration: limit, orElse: tooLong }).pipe(
    Effect.catchTag(["Different", "HoldError"], ({ message }) => {
      report.wrong(`${message}\n  left to look at: ${place.project}`)
      return Effect.fail(new Ended({ code: failureCode }))
    })
  )
})

/** Options of `demo`; a real model follows no script, and its work is judged by the tests. */
export interface Options {
  /** A copy of the project to work on; default: a new one. */
  readonly directory: string | undefined
  /** A real model, as provider/model; default: the scripted one. */
  readonly model: string | undefined
}

/** Plays the demo; a difference from the script ends it with exit code 1. */
export const demo = Effect.fn("rein.demo")(function* ({ directory, model }: Options) {
  const signal = yield* Signals.listen
  const play = model === undefined ? playScripted(directory) : RealModel.play(directory, model)
  yield* Signals.unlessStopped(signal, play)
}, Effect.scoped)
