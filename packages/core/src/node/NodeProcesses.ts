/**
 * Runs programs with `node:child_process`.
 *
 * Each program leads its own process group and carries `REIN_OWNER` in its
 * environment: `<runtime>:<session>:<call>:<number of the run>`. A watcher
 * stops all of them when this process dies without a word. The group is
 * always stopped as a whole.
 *
 * Where the system allows it, each program is *contained*: it runs in a PID
 * namespace, in which nothing outlives it. Else it is *tracked*: a child that
 * left the group (`setsid`) is looked for by the mark whenever a run ends,
 * among what has started since, when a session is stopped, and when the layer ends.
 */
import { Deferred, Effect, Layer } from "effect"
import {
  type Level,
  ProcessError,
  Processes,
  type Program,
  type RunOptions,
  type RunResult
} from "../process/Processes.ts"
import { candidates, type Namespace } from "./internal/namespace.ts"
import { makePipes, type Pipes } from "./internal/pipes.ts"
import { isLeft, pause, stop, sweepDead } from "./internal/processGroup.ts"
import { awaitExit, letGo, drain, pump, reportMillis, type Running, start, targetOf } from "./internal/running.ts"
import { makeRuntimeMark, ownerVariable } from "./internal/runtimeMark.ts"
import { makeWatcher } from "./internal/watcher.ts"

export { ownerVariable }

/** How programs are stopped, and how surely nothing of them is left. */
export interface Options {
  /** Between TERM and KILL. Default 1 second. */
  readonly graceMillis?: number
  /**
   * May programs run in a PID namespace? `"auto"` (the default): where that changes nothing else for them, which needs
   * the right to make one. `"always"`: also in a user namespace, in which nobody can become another user (no `sudo`);
   * where neither works, nothing runs. `"never"`: programs see, and can signal, everything else that runs here.
   */
  readonly containment?: "auto" | "always" | "never"
  /** Process groups that live now, kept up to date: for a program that must end them on the spot. */
  readonly groups?: Set<number>
}

/** When to look for what runtimes have left that died together with their watchers. */
const sweepAfterMillis = 250

/** Waits for the end, stops at the timeout or when asked to, and clears up what the program left behind. */
const finish = Effect.fnUntraced(function* (running: Running, graceMillis: number) {
  const { stop: asked = Effect.never, timeoutMillis } = running.options
  const first = yield* Effect.raceFirst(awaitExit(running, timeoutMillis), Effect.as(asked, "stop" as const))
  const inTime = first === "stop" ? undefined : first
  if (inTime === undefined) yield* stop(targetOf(running), graceMillis)
  const exit = inTime ?? (yield* awaitExit(running, reportMillis))
  // Whoever still holds a pipe is stopped first: then the pipe closes by itself, and nothing that was written is lost.
  const isDrained = yield* drain(running, true)
  const isStopNeeded = !isDrained || (running.init === undefined && (yield* isLeft(targetOf(running), running.group)))
  const found = isStopNeeded && (yield* stop(targetOf(running), graceMillis))
  const isClosed = isDrained || (yield* drain(running, false))
  letGo(running)
  running.settled = true
  const result: RunResult = {
    exitCode: exit?.exitCode,
    signal: exit === undefined ? "SIGKILL" : exit.signal,
    timedOut: first === undefined,
    leftBehind: inTime !== undefined && (found || !isClosed)
  }
  return result
})

/** Stops a run that did not end by itself. Its output is thrown away, as a program that cannot write cannot end. */
const abandon = Effect.fnUntraced(function* (running: Running, graceMillis: number) {
  if (running.settled) return
  for (const pipe of [running.output.stdout, running.output.stderr]) pipe.removeAllListeners("data").resume()
  yield* stop(targetOf(running), graceMillis)
  yield* awaitExit(running, reportMillis)
  letGo(running)
})

/** How long the probe may take: far more than it needs. */
const probeMillis = 10_000

/** It leaves somebody who holds its output, so that the end of that tells that nothing lives. */
const probe: Program = {
  command: "/bin/sh",
  args: ["-c", "sleep 20 & exit 7"],
  directory: "/",
  environment: { PATH: "/usr/bin:/bin" }
}

/** Does a program run in such a namespace, is its end told, and does what it left behind end with the namespace? */
const works = (namespace: Namespace, mark: string, pipes: Pipes): Effect.Effect<boolean> => {
  const look = Effect.fnUntraced(function* ({ child, closed, init }: Running) {
    const reported = init === undefined ? undefined : yield* Deferred.await(init.reported)
    child.stdin?.end()
    yield* Deferred.await(closed)
    return reported?.exitCode === 7
  })
  return Effect.acquireUseRelease(
    start(probe, mark, namespace, pipes),
    (running) => Effect.raceFirst(look(running), Effect.as(pause(probeMillis), false)),
    (running) => abandon(running, 0)
  ).pipe(Effect.orElseSucceed(() => false))
}

/** The first way in which programs can be contained here, looked for once. */
const findNamespace = (containment: Options["containment"], mark: string, pipes: Pipes) =>
  Effect.cached(
    Effect.gen(function* () {
      if (containment === "never") return undefined
      for (const candidate of candidates(containment === "always")) {
        if (yield* works(candidate, mark, pipes)) return candidate
      }
      return undefined
    })
  )

const uncontained = ({ command }: Program) =>
  new ProcessError({
    command,
    detail:
      "it is to be contained, and this system gives no PID namespace to programs of this user, " +
      'not even in a user namespace. Containment "auto" runs it all the same, tracked'
  })

/** Starts the program as contained as it may be. A namespace that was to be had can be refused later, e.g. by a limit on their number. */
const startWith = (namespace: Effect.Effect<Namespace | undefined>, isRequired: boolean, pipes: Pipes) =>
  Effect.fnUntraced(function* (options: Program, mark: string) {
    const found = yield* namespace
    if (found === undefined)
      return isRequired ? yield* uncontained(options) : yield* start(options, mark, undefined, pipes)
    const running = yield* start(options, mark, found, pipes)
    if (running.init === undefined || (yield* Deferred.await(running.init.started))) return running
    letGo(running)
    return isRequired ? yield* uncontained(options) : yield* start(options, mark, undefined, pipes)
  })

const make = Effect.fnUntraced(function* ({ containment = "auto", graceMillis = 1_000, groups = new Set() }: Options) {
  const runtimeMark = makeRuntimeMark()
  const watcher = makeWatcher(runtimeMark)
  const pipes = makePipes()
  const namespace = yield* findNamespace(containment, `${runtimeMark}probe:`, pipes)
  const startProgram = startWith(namespace, containment === "always", pipes)
  const all = new Set<Running>()
  let runs = 0

  // No spans here and in jobs: their errors name commands, which are content.
  const run = (options: RunOptions) =>
    Effect.acquireUseRelease(
      Effect.tap(
        Effect.suspend(() => {
          watcher.start() // guard: I5 core/test/process/watcher.test.ts #is one small shell
          return startProgram(options, `${runtimeMark}${options.owner.session}:${options.owner.call}:${++runs}:`)
        }),
        (running) =>
          Effect.sync(() => {
            all.add(running)
            groups.add(running.group)
            watcher.add(running.group)
          })
      ),
      (running) =>
        Effect.andThen(
          options.onStart ?? Effect.void,
          Effect.map(Effect.all([finish(running, graceMillis), pump(running)], { concurrency: 2 }), ([end]) => end)
        ),
      (running) =>
        Effect.ensuring(
          abandon(running, graceMillis), // guard: I5 core/test/process/NodeProcesses.test.ts
          Effect.sync(() => {
            all.delete(running)
            groups.delete(running.group)
            watcher.remove(running.group)
          })
        )
    )

  /** Stops whatever carries a mark that begins like this. */
  const stopMarked = Effect.fnUntraced(function* (mark: string) {
    // The search costs milliseconds, which an end without any program should not pay.
    if (runs === 0) return
    const targets = [...all].filter((running) => running.mark.startsWith(mark)).map(targetOf)
    yield* stop(
      {
        groups: targets.flatMap(({ groups }) => groups),
        mark,
        namespaces: targets.flatMap(({ namespaces = [] }) => namespaces),
        onLook: () => targets.forEach(({ onLook }) => onLook?.())
      },
      graceMillis
    )
  })

  const sweep = yield* Effect.cached(sweepDead(graceMillis))
  // Later than the first request of a program that has just started, and at its end if that comes first.
  yield* Effect.forkScoped(Effect.andThen(pause(sweepAfterMillis), sweep))
  yield* Effect.addFinalizer(() =>
    Effect.ensuring(
      // Its own programs first: those of dead runtimes have waited already.
      Effect.andThen(stopMarked(runtimeMark), sweep), // guard: I5 core/test/process/NodeProcesses.test.ts
      Effect.sync(() => {
        watcher.close()
        pipes.close()
      })
    )
  )

  return Processes.of({
    run,
    stop: (session) => stopMarked(`${runtimeMark}${session}:`),
    level: Effect.map(namespace, (found): Level => (found === undefined ? "tracked" : "contained"))
  })
})

/** Its end stops every program that it has started. */
export const layerWith = (options: Options): Layer.Layer<Processes> => Layer.effect(Processes, make(options))

/** The default: contained where that changes nothing else for programs, with a second between TERM and KILL. */
export const layer: Layer.Layer<Processes> = layerWith({})
