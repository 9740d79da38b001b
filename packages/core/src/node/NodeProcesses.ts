/**
 * Runs programs with `node:child_process`.
 *
 * Each program leads its own process group and carries `REIN_OWNER` in its
 * environment: `<runtime>:<session>:<call>:<number of the run>`. The group is
 * always stopped as a whole. A child that left it (`setsid`) is looked for by
 * that mark when a run is stopped, when its session is, and when the layer
 * ends; a program that ended by itself is not searched for such children,
 * which would cost milliseconds on each run.
 */
import type { ChildProcess } from "node:child_process"
import { statSync } from "node:fs"
import type { Readable } from "node:stream"
import { type Cause, Deferred, Effect, Layer, Queue } from "effect"
import { uuidV7Unsafe } from "effect/crypto/SecureRandom"
import { ProcessError, Processes, type RunOptions, type RunResult } from "../process/Processes.ts"
import { isLeft, pause, stop } from "./internal/processGroup.ts"

/** The variable that says whose a process is. */
export const ownerVariable = "REIN_OWNER"

export interface Options {
  /** Between TERM and KILL. Default 1 second. */
  readonly graceMillis?: number
  /** Process groups that live now, kept up to date: for a program that must end them on the spot. */
  readonly groups?: Set<number>
}

/** Output counts as complete when no more of it came for this long after the end of the program. */
const quietMillis = 100
/** A child that goes on writing is given this long after the end of the program. */
const drainMillis = 500
/** More than a pipe and our own buffers hold: what comes later was written after the end of the program. */
const drainBytes = 1024 * 1024

type StreamName = "stdout" | "stderr"

interface Piece {
  readonly from: StreamName
  readonly bytes: Uint8Array
  readonly source: Readable
}

/** A program that runs. */
interface Running {
  readonly group: number
  readonly mark: string
  readonly options: RunOptions
  readonly child: ChildProcess
  readonly exited: Deferred.Deferred<Exit>
  /** Both pipes are closed. Their last output may still be in the queue. */
  readonly closed: Deferred.Deferred<void>
  readonly pieces: Queue.Queue<Piece, Cause.Done>
  /** Pieces that were read and are not dealt with, and all bytes so far. */
  readonly read: { pending: number; bytes: number }
  /** It ended by itself and left nothing. */
  settled: boolean
}

interface Exit {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
}

const isDirectory = (path: string): boolean => {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** Node reports ENOENT for the program also when it is the directory that is missing. */
const explain = ({ command, directory }: RunOptions, cause: unknown): ProcessError => {
  // What `spawn` throws or emits is an Error, with a code where the system refused.
  const { code, message } = cause as NodeJS.ErrnoException
  if (!isDirectory(directory)) {
    return new ProcessError({ command, detail: `its directory ${directory} does not exist or is no directory` })
  }
  if (code === "ENOENT") return new ProcessError({ command, detail: `there is no program ${command} on the PATH` })
  if (code === "EACCES") return new ProcessError({ command, detail: `${command} is not executable` })
  if (code === "E2BIG") return new ProcessError({ command, detail: "its arguments and environment are too long" })
  return new ProcessError({ command, detail: message })
}

/** Puts what a pipe gives into the queue. It is read on when that was dealt with. */
const listen = ({ pieces, read }: Running, from: StreamName, source: Readable) => {
  source.on("data", (bytes: Buffer) => {
    read.pending++
    read.bytes += bytes.length
    source.pause()
    Queue.offerUnsafe(pieces, { from, bytes, source })
  })
  // `close` follows; without a listener the error would end this process.
  source.on("error", () => undefined)
}

const spawnChild = (options: RunOptions, mark: string) =>
  Effect.try({
    try: () => {
      // Loaded when the first program is run: it takes milliseconds, and not every start runs one.
      const { spawn } = process.getBuiltinModule("node:child_process")
      const child = spawn(options.command, options.args, {
        cwd: options.directory,
        env: { ...options.environment, [ownerVariable]: mark.slice(ownerVariable.length + 1) },
        detached: true,
        stdio: ["ignore", "pipe", "pipe"]
      })
      const failed = Deferred.makeUnsafe<never, ProcessError>()
      child.once("error", (cause) => Deferred.doneUnsafe(failed, Effect.fail(explain(options, cause))))
      return { child, failed }
    },
    catch: (cause) => explain(options, cause)
  })

/** Starts the program. No step between the spawn and the last listener may wait, or events are missed. */
const start = Effect.fnUntraced(function* (options: RunOptions, mark: string) {
  const pieces = yield* Queue.make<Piece, Cause.Done>()
  const { child, failed } = yield* spawnChild(options, mark)
  // Without a pid an error follows.
  if (child.pid === undefined) return yield* Deferred.await(failed)
  const running: Running = {
    group: child.pid,
    mark,
    options,
    child,
    exited: Deferred.makeUnsafe(),
    closed: Deferred.makeUnsafe(),
    pieces,
    read: { pending: 0, bytes: 0 },
    settled: false
  }
  child.once("exit", (code, signal) => {
    const exit = { exitCode: code ?? undefined, signal: signal ?? undefined }
    Deferred.doneUnsafe(running.exited, Effect.succeed(exit))
  })
  child.once("close", () => {
    Deferred.doneUnsafe(running.closed, Effect.void)
    Queue.endUnsafe(pieces)
  })
  listen(running, "stdout", child.stdout)
  listen(running, "stderr", child.stderr)
  return running
})

/** Hands the output over, one piece after the other, until the pipes are closed. */
const pump = ({ options, pieces, read }: Running) =>
  Queue.take(pieces).pipe(
    Effect.flatMap(({ bytes, from, source }) =>
      Effect.andThen(
        options.onOutput?.(from, bytes) ?? Effect.void,
        Effect.sync(() => {
          read.pending--
          source.resume()
        })
      )
    ),
    Effect.forever,
    Effect.catch(() => Effect.void)
  )

/**
 * Waits for the end of the output, after the end of the program.
 *
 * False when somebody else holds a pipe: nothing came for a while, or more than
 * the program can have written. Time in which the consumer is busy counts only
 * with `impatient`.
 */
const drain = Effect.fnUntraced(function* ({ closed, read }: Running, impatient: boolean) {
  const step = 10
  const limit = read.bytes + drainBytes
  let [bytes, quiet, total] = [read.bytes, 0, 0]
  while (!Deferred.isDoneUnsafe(closed)) {
    if (quiet >= quietMillis || total >= drainMillis || read.bytes > limit) return false
    yield* Effect.raceFirst(Deferred.await(closed), pause(step))
    const isBusy = read.pending > 0
    quiet = isBusy || read.bytes !== bytes ? 0 : quiet + step
    total += isBusy && !impatient ? 0 : step
    bytes = read.bytes
  }
  return true
})

/** How long a stopped program may take to be reported as ended. One that waits for a disk is not waited for. */
const reportMillis = 1_000

const awaitExit = ({ exited }: Running, millis: number | undefined) =>
  millis === undefined
    ? Deferred.await(exited)
    : Effect.raceFirst(Deferred.await(exited), Effect.as(pause(millis), undefined))

const closePipes = ({ child }: Running) => {
  child.stdout?.destroy()
  child.stderr?.destroy()
  child.unref()
}

/** Waits for the end, stops at the timeout, and clears up what the program left behind. */
const finish = Effect.fnUntraced(function* (running: Running, graceMillis: number) {
  const target = { groups: [running.group], mark: running.mark }
  const inTime = yield* awaitExit(running, running.options.timeoutMillis)
  if (inTime === undefined) yield* stop(target, graceMillis)
  const exit = inTime ?? (yield* awaitExit(running, reportMillis))
  // Whoever still holds a pipe is stopped first: then the pipe closes by itself, and nothing that was written is lost.
  const isDrained = yield* drain(running, true)
  const isStopNeeded = !isDrained || (yield* isLeft(running.group))
  const found = isStopNeeded && (yield* stop(target, graceMillis))
  const isClosed = isDrained || (yield* drain(running, false))
  closePipes(running)
  running.settled = true
  const result: RunResult = {
    exitCode: exit?.exitCode,
    signal: exit === undefined ? "SIGKILL" : exit.signal,
    timedOut: inTime === undefined,
    leftBehind: inTime !== undefined && (found || !isClosed)
  }
  return result
})

/** Stops a run that did not end by itself. Its output is thrown away, as a program that cannot write cannot end. */
const abandon = Effect.fnUntraced(function* (running: Running, graceMillis: number) {
  if (running.settled) return
  for (const pipe of [running.child.stdout, running.child.stderr]) pipe?.removeAllListeners("data").resume()
  yield* stop({ groups: [running.group], mark: running.mark }, graceMillis)
  yield* awaitExit(running, reportMillis)
  closePipes(running)
})

const make = Effect.fnUntraced(function* ({ graceMillis = 1_000, groups = new Set() }: Options) {
  const runtimeMark = `${ownerVariable}=${uuidV7Unsafe()}:`
  const all = new Set<Running>()
  let runs = 0

  const run = Effect.fn("Processes.run")((options: RunOptions) =>
    Effect.acquireUseRelease(
      Effect.tap(
        Effect.suspend(() => start(options, `${runtimeMark}${options.owner.session}:${options.owner.call}:${++runs}:`)),
        (running) =>
          Effect.sync(() => {
            all.add(running)
            groups.add(running.group)
          })
      ),
      (running) =>
        Effect.map(Effect.all([finish(running, graceMillis), pump(running)], { concurrency: 2 }), ([end]) => end),
      (running) =>
        Effect.ensuring(
          abandon(running, graceMillis),
          Effect.sync(() => {
            all.delete(running)
            groups.delete(running.group)
          })
        )
    )
  )

  const stopWhere = Effect.fnUntraced(function* (mark: string, isMeant: (running: Running) => boolean) {
    // The search costs milliseconds, which an end without any program should not pay.
    if (runs === 0) return
    yield* stop({ groups: [...all].filter(isMeant).map(({ group }) => group), mark }, graceMillis)
  })

  yield* Effect.addFinalizer(() => stopWhere(runtimeMark, () => true))

  return Processes.of({
    run,
    stop: Effect.fn("Processes.stop")((session) =>
      stopWhere(`${runtimeMark}${session}:`, ({ options }) => options.owner.session === session)
    )
  })
})

export const layerWith = (options: Options): Layer.Layer<Processes> => Layer.effect(Processes, make(options))

export const layer: Layer.Layer<Processes> = layerWith({})
