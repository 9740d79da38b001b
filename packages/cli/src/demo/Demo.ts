/** `rein demo`: repairs a small project through the whole of `rein run`, with a scripted model behind a local server. */
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as WireServer from "@rein/core/testing/WireServer"
import { Clock, Deferred, Effect } from "effect"
import { Ended, failureCode } from "../Failure.ts"
import { realDirectory } from "../Folders.ts"
import { ofProcess } from "../Output.ts"
import * as Signals from "../run/Signals.ts"
import { visible } from "../Visible.ts"
import { type Ran, show } from "./Programs.ts"
import * as Project from "./Project.ts"
import * as Script from "./Script.ts"

const bin = fileURLToPath(new URL("../../bin/rein.js", import.meta.url))

/** It takes a few seconds; after this something hangs. */
const limitMillis = 60_000

interface Place {
  /** Everything but the project. */
  readonly folder: string
  readonly project: string
}

const prepare = Effect.fnUntraced(function* (given: string | undefined) {
  const folder = yield* Project.newFolder
  const project = given === undefined ? yield* Project.copyInto(folder) : yield* realDirectory(given)
  yield* Project.commitAll(project)
  return { folder, project } satisfies Place
})

/** `rein run`, as anybody would type it. */
const repair = ({ folder, project }: Place, url: string) =>
  show({
    command: process.execPath,
    args: [bin, "run", Script.task, "--model", "anthropic/scripted", "--yes"],
    directory: project,
    environment: Project.environment({
      ANTHROPIC_API_KEY: "scripted",
      ANTHROPIC_BASE_URL: url,
      NO_PROXY: "127.0.0.1",
      XDG_CONFIG_HOME: join(folder, "config"),
      XDG_DATA_HOME: join(folder, "data"),
      XDG_STATE_HOME: join(folder, "state"),
      XDG_CACHE_HOME: join(folder, "cache")
    })
  }).pipe(
    Effect.timeoutOrElse({
      duration: limitMillis,
      orElse: () => Effect.succeed<Ran>({ code: undefined, output: "" })
    })
  )

/** What went differently, if anything. */
const differenceOf = (script: Script.Script, run: Ran, after: Ran): string | undefined => {
  const difference = script.difference()
  if (difference !== undefined) return difference
  if (run.code !== 0) return `rein run ended with exit code ${run.code ?? "none, it was stopped"}`
  return after.code === 0 ? undefined : "the tests still fail"
}

const realModel = (): string =>
  [
    "The same with a real model:",
    `  cp -r ${Project.original} bookshop`,
    `  ANTHROPIC_API_KEY=... ${bin} run "${Script.task}" --model anthropic/claude-sonnet-4-5 --dir bookshop`
  ].join("\n")

const play = Effect.fnUntraced(function* (given: string | undefined) {
  const output = ofProcess()
  const say = (text: string) => output.answer(`${visible(text).trimEnd()}\n`)
  say("This demo is scripted: a local server plays the model, and no model is asked. Everything else is real.")
  const place = yield* prepare(given)
  const before = yield* Project.runTests(place.project)
  say(`\n== The tests before (exit code ${before.code ?? "none"})\n${before.output}`)
  say(`\n== rein run "${Script.task}" --model anthropic/scripted --yes`)
  const script = Script.make()
  const server = yield* WireServer.make({ script: script.answer, key: "scripted" })
  const began = yield* Clock.currentTimeMillis
  const run = yield* repair(place, server.url)
  const seconds = ((yield* Clock.currentTimeMillis) - began) / 1000
  const after = yield* Project.runTests(place.project)
  say(`\n== The tests after (exit code ${after.code ?? "none"})\n${after.output}`)
  say(`\n== git diff\n${yield* Project.diff(place.project)}`)
  say(`\n${server.requests.length} requests in ${seconds.toFixed(1)} s. The project: ${place.project}`)
  say(`Its session is stored in ${join(place.folder, "data/rein")}.`)
  const difference = differenceOf(script, run, after)
  if (difference !== undefined) {
    output.line(`rein: the demo did not go as scripted: ${difference}`)
    return yield* new Ended({ code: failureCode })
  }
  say(`\n${realModel()}`)
})

/** Plays the demo; a difference from the script ends it with exit code 1. */
export const demo = Effect.fn("rein.demo")(function* (given: string | undefined) {
  const signal = yield* Signals.listen
  const stopped = Effect.flatMap(Deferred.await(signal), (name) =>
    Effect.fail(new Ended({ code: Signals.codes[name] }))
  )
  yield* Effect.raceFirst(Effect.scoped(play(given)), stopped)
}, Effect.scoped)
