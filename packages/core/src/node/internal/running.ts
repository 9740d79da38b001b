/** One program that runs: its start, its output with back pressure, and the end of both. */
import type { ChildProcess } from "node:child_process"
import { statSync } from "node:fs"
import type { Readable, Writable } from "node:stream"
import { type Cause, Deferred, Effect, Queue } from "effect"
import { ProcessError, type Program } from "../../process/Processes.ts"
import * as Namespace from "./namespace.ts"
import type { Pair, Pipes } from "./pipes.ts"
import { pause, type Target } from "./processGroup.ts"
import { ownerVariable } from "./runtimeMark.ts"

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

/** How the program ended: with a code, or by a signal. */
export interface Exit {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
}

/** A program that runs. */
export interface Running {
  readonly group: number
  readonly mark: string
  readonly options: Program
  readonly child: ChildProcess
  readonly output: Readonly<Record<StreamName, Readable>>
  readonly exited: Deferred.Deferred<Exit>
  /** Both pipes are closed. Their last output may still be in the queue. */
  readonly closed: Deferred.Deferred<void>
  readonly pieces: Queue.Queue<Piece, Cause.Done>
  /** Pieces that were read and are not dealt with, and all bytes so far. */
  readonly read: { pending: number; bytes: number }
  /** Only in a namespace of its own: then the pipes stay open as long as anything in it lives. */
  readonly init: Namespace.Init | undefined
  /** It ended by itself and left nothing. */
  settled: boolean
}

const isDirectory = (path: string): boolean => {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** Node reports ENOENT for the program also when it is the directory that is missing. */
const explain = ({ command, directory }: Program, cause: unknown): ProcessError => {
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
    source.pause() // guard: I9 core/test/process/NodeProcesses.test.ts
    Queue.offerUnsafe(pieces, { from, bytes, source })
  })
  // `close` follows; without a listener the error would end this process.
  source.on("error", () => undefined)
}

/** What to spawn. */
interface Line {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly isContained: boolean
}

/** A program that is not there is spawned by itself, which tells why. */
const lineOf = (options: Program, namespace: Namespace.Namespace | undefined): Line => {
  const file = namespace === undefined ? undefined : Namespace.fileOf(options)
  if (namespace === undefined || file === undefined) return { ...options, isContained: false }
  return { command: namespace.command, args: Namespace.argsOf(namespace, file, options), isContained: true }
}

/** Spawns it, and gives the pid that one gets who has started. */
const spawnChild = (options: Program, mark: string, line: Line, pair: Pair | undefined) =>
  Effect.try({
    try: () => {
      // Loaded at the first run: a start that runs nothing should not pay for it.
      const { spawn } = process.getBuiltinModule("node:child_process")
      const [out, err] = pair?.into ?? (["pipe", "pipe"] as const)
      const child: ChildProcess = spawn(line.command, line.args, {
        cwd: options.directory,
        env: { ...options.environment, [ownerVariable]: mark.slice(ownerVariable.length + 1) },
        detached: true,
        stdio: line.isContained ? ["pipe", out, err, "pipe"] : ["ignore", out, err]
      })
      const failed = Deferred.makeUnsafe<never, ProcessError>()
      child.once("error", (cause) => Deferred.doneUnsafe(failed, Effect.fail(explain(options, cause))))
      return { child, failed }
    },
    catch: (cause) => explain(options, cause)
  }).pipe(
    // Without a pid an error follows.
    Effect.flatMap(({ child, failed }) =>
      child.pid === undefined ? Deferred.await(failed) : Effect.succeed({ child, pid: child.pid })
    ),
    Effect.ensuring(Effect.sync(() => pair?.handOver())),
    Effect.tapError(() => Effect.sync(() => [pair?.stdout, pair?.stderr].forEach((pipe) => pipe?.resume())))
  )

/** Calls back when all of them have closed. */
const afterAll = (closing: ReadonlyArray<NodeJS.EventEmitter>, callBack: () => void) => {
  let open = closing.length
  for (const one of closing) one.once("close", () => void (--open === 0 && callBack()))
}

/** Starts the program. No step between the spawn and the last listener may wait, or events are missed. */
export const start = Effect.fnUntraced(function* (
  options: Program,
  mark: string,
  namespace: Namespace.Namespace | undefined,
  pipes: Pipes
): Effect.fn.Return<Running, ProcessError> {
  const pieces = yield* Queue.make<Piece, Cause.Done>()
  const line = lineOf(options, namespace)
  const pair = yield* pipes.take
  const { child, pid } = yield* spawnChild(options, mark, line, pair)
  const [control, , , report] = child.stdio
  const running: Running = {
    group: pid,
    mark,
    options,
    child,
    // The types do not follow `stdio`: without a pair both are there, and the other two in a namespace, each in its direction.
    output: pair ?? { stdout: child.stdout as Readable, stderr: child.stderr as Readable },
    exited: Deferred.makeUnsafe(),
    closed: Deferred.makeUnsafe(),
    pieces,
    read: { pending: 0, bytes: 0 },
    init: line.isContained ? Namespace.listen(pid, control as Writable, report as Readable) : undefined,
    settled: false
  }
  child.once("exit", (code, signal) => {
    const exit = { exitCode: code ?? undefined, signal: signal ?? undefined }
    Deferred.doneUnsafe(running.exited, Effect.succeed(exit))
  })
  const { stderr, stdout } = running.output
  afterAll([child, stdout, stderr], () => {
    Deferred.doneUnsafe(running.closed, Effect.void)
    Queue.endUnsafe(pieces)
  })
  listen(running, "stdout", stdout)
  listen(running, "stderr", stderr)
  return running
})

/** What to stop in order to stop the program with all that it has started. */
export const targetOf = ({ group, init, mark }: Running): Target => {
  const namespace = init?.namespace()
  return {
    groups: [group],
    mark,
    ...(namespace === undefined ? {} : { namespaces: [namespace] }),
    ...(init === undefined ? {} : { onLook: init.look })
  }
}

/** Hands the output over, one piece after the other, until the pipes are closed. */
export const pump = ({ options, pieces, read }: Running) =>
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
export const drain = Effect.fnUntraced(function* ({ closed, init, read }: Running, impatient: boolean) {
  const step = 10
  const limit = read.bytes + drainBytes
  let [bytes, quiet, total] = [read.bytes, 0, 0]
  while (!Deferred.isDoneUnsafe(closed)) {
    if (quiet >= quietMillis || total >= drainMillis || read.bytes > limit) return false
    yield* Effect.raceFirst(Deferred.await(closed), pause(step))
    init?.look()
    const isBusy = read.pending > 0
    quiet = isBusy || read.bytes !== bytes ? 0 : quiet + step
    total += isBusy && !impatient ? 0 : step
    bytes = read.bytes
  }
  return true
})

/** How long a stopped program may take to be reported as ended. One that waits for a disk is not waited for. */
export const reportMillis = 1_000

/** The end of a program in a namespace is reported; the child itself is the namespace, which can end later. */
const ending = ({ exited, init }: Running): Effect.Effect<Exit> =>
  init === undefined
    ? Deferred.await(exited)
    : Effect.flatMap(Deferred.await(init.reported), (exit) =>
        exit === undefined ? Deferred.await(exited) : Effect.succeed(exit)
      )

/** Waits for the end of the program, at most so long. */
export const awaitExit = (running: Running, millis: number | undefined) =>
  millis === undefined ? ending(running) : Effect.raceFirst(ending(running), Effect.as(pause(millis), undefined))

/** Lets go of the program: nothing of it is read any more, and it does not keep this process from ending. */
export const letGo = ({ child, init, output }: Running) => {
  for (const pipe of [...child.stdio, output.stdout, output.stderr]) pipe?.destroy()
  init?.release()
  child.unref()
}
