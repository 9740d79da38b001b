/**
 * Programs that go on while the agent works on. A job belongs to a session: it outlives its call and its turn, and ends
 * with the session or with this runtime, whichever is first.
 */
import { Context, Deferred, Effect, Layer, Schema } from "effect"
import { Blobs } from "../blob/Blobs.ts"
import * as Ids from "../schema/Ids.ts"
import { type JobOutput, makeJobOutput, type Unread } from "./internal/jobOutput.ts"
import { Processes, type ProcessError, type RunOptions, type RunResult } from "./Processes.ts"

/** What `read` gives of a job's output. */
export type { Unread } from "./internal/jobOutput.ts"

/** There is no such job in this runtime, or there may be no more. */
export class JobError extends Schema.TaggedError<JobError>("@rein/core/process/Jobs/JobError")("JobError", {
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** What is known of a job. */
export interface Job {
  readonly id: Ids.JobId
  /** What runs, as people say it. */
  readonly command: string
  readonly state: "running" | RunResult
  /** Somebody asked for its end. */
  readonly isStopped: boolean
  /** Whether it has written something that was not read yet. */
  readonly hasUnread: boolean
}

/** A job and what it has written since the last look. */
export interface Read {
  readonly job: Job
  readonly unread: Unread
}

/** What to run as a job. Its output is kept for whoever reads it, so there is no callback for that. */
export interface StartOptions extends Omit<RunOptions, "onOutput" | "onStart" | "stop"> {
  /** What runs, as people say it. */
  readonly title: string
}

/** Starts, reads and stops jobs. A job is known only in the runtime that has started it. */
export class Jobs extends Context.Service<
  Jobs,
  {
    /** Succeeds as soon as the program runs. */
    readonly start: (options: StartOptions) => Effect.Effect<Job, ProcessError | JobError>
    /** The jobs of a session, oldest first; those that have ended among them, as long as they are remembered. */
    readonly list: (session: Ids.SessionId) => ReadonlyArray<Job>
    /** What it wrote since the last look. First waits for its end, at most so long. */
    readonly read: (session: Ids.SessionId, job: Ids.JobId, waitMillis: number) => Effect.Effect<Read, JobError>
    /** TERM, after the grace KILL; done when nothing of it is left. */
    readonly stop: (session: Ids.SessionId, job: Ids.JobId) => Effect.Effect<void, JobError>
    /** Stops all jobs of a session. */
    readonly stopAll: (session: Ids.SessionId) => Effect.Effect<void>
  }
>()("@rein/core/process/Jobs") {}

/** How much is kept for each session and each job. */
export interface Options {
  /** How many may run at the same time for one session. */
  readonly running: number
  /** How many that have ended are remembered for one session, the newest. */
  readonly ended: number
  /** Characters of output that a job keeps until they are read; what comes before them goes to blobs. */
  readonly unread: number
}

/** 16 that run and 32 that have ended for each session, and about 128 Ki characters for each job. */
export const defaults: Options = { running: 16, ended: 32, unread: 128 * 1024 }

/** A job, while this runtime remembers it. */
interface Entry {
  readonly id: Ids.JobId
  readonly command: string
  readonly output: JobOutput
  readonly ended: Deferred.Deferred<RunResult>
  readonly stop: Deferred.Deferred<void>
  state: Job["state"]
  isStopped: boolean
}

/** How a run ends that was interrupted, by the end of the runtime. */
const interrupted: RunResult = { exitCode: undefined, signal: "SIGTERM", timedOut: false, leftBehind: false }

const view = ({ command, id, isStopped, output, state }: Entry): Job => ({
  id,
  command,
  state,
  isStopped,
  hasUnread: output.hasUnread()
})

const make = Effect.fnUntraced(function* (options: Options) {
  const processes = yield* Processes
  const blobs = yield* Blobs
  const scope = yield* Effect.scope
  const sessions = new Map<Ids.SessionId, Map<Ids.JobId, Entry>>()

  const entriesOf = (session: Ids.SessionId) => [...(sessions.get(session)?.values() ?? [])]

  const find = (session: Ids.SessionId, job: Ids.JobId): Effect.Effect<Entry, JobError> => {
    const entry = sessions.get(session)?.get(job)
    if (entry !== undefined) return Effect.succeed(entry)
    const known = entriesOf(session).map(({ id }) => id)
    const names = known.length === 0 ? "There are none." : `There are: ${known.join(", ")}.`
    return Effect.fail(new JobError({ detail: `There is no job ${job} in this session. ${names}` }))
  }

  const remember = (session: Ids.SessionId, entry: Entry) => {
    const all = sessions.get(session) ?? new Map<Ids.JobId, Entry>()
    sessions.set(session, all.set(entry.id, entry))
    const over = [...all.values()].filter(({ state }) => state !== "running").slice(0, -options.ended)
    for (const { id } of over) all.delete(id)
  }

  /** The program's life, in a fiber that belongs to this layer. */
  const live = (entry: Entry, given: StartOptions, started: Deferred.Deferred<void, ProcessError>) =>
    processes
      .run({
        ...given,
        stop: Deferred.await(entry.stop),
        onStart: Effect.asVoid(Deferred.succeed(started, undefined)),
        onOutput: entry.output.add
      })
      .pipe(
        Effect.onExit((exit) =>
          Effect.suspend(() => {
            entry.state = exit._tag === "Success" ? exit.value : interrupted
            return Effect.andThen(entry.output.end, Deferred.succeed(entry.ended, entry.state))
          })
        ),
        Effect.asVoid,
        // Whoever waits for the start is not left waiting, however it ends.
        Effect.onExit((exit) => Deferred.done(started, exit))
      )

  const start = Effect.fnUntraced(function* (given: StartOptions) {
    const { session } = given.owner
    const running = entriesOf(session).filter(({ state }) => state === "running")
    if (running.length >= options.running) {
      const names = running.map(({ command, id }) => `${id} (${command})`).join(", ")
      return yield* new JobError({ detail: `${options.running} jobs run already: ${names}. Stop one first.` })
    }
    const entry: Entry = {
      id: Ids.make.job(),
      command: given.title,
      output: makeJobOutput(options.unread, blobs),
      ended: Deferred.makeUnsafe(),
      stop: Deferred.makeUnsafe(),
      state: "running",
      isStopped: false
    }
    // Before it runs: it counts for the next one, and whoever stops all of the session stops it, too.
    remember(session, entry)
    const started = Deferred.makeUnsafe<void, ProcessError>()
    yield* Effect.forkIn(live(entry, given, started), scope, { startImmediately: true })
    yield* Effect.tapError(Deferred.await(started), () => Effect.sync(() => sessions.get(session)?.delete(entry.id)))
    return view(entry)
  }, Effect.uninterruptible)

  const end = (entry: Entry): Effect.Effect<unknown> =>
    Effect.suspend(() => {
      if (entry.state !== "running") return Effect.void
      entry.isStopped = true
      return Effect.andThen(Deferred.succeed(entry.stop, undefined), Deferred.await(entry.ended))
    })

  const read = Effect.fnUntraced(function* (session: Ids.SessionId, job: Ids.JobId, waitMillis: number) {
    const entry = yield* find(session, job)
    if (waitMillis > 0) yield* Effect.raceFirst(Deferred.await(entry.ended), Effect.sleep(waitMillis))
    return { job: view(entry), unread: entry.output.take() }
  })

  return Jobs.of({
    start,
    list: (session) => entriesOf(session).map(view),
    read,
    stop: (session, job) => Effect.suspend(() => Effect.asVoid(Effect.flatMap(find(session, job), end))),
    stopAll: (session) =>
      Effect.andThen(
        Effect.suspend(() => Effect.forEach(entriesOf(session), end, { concurrency: "unbounded", discard: true })), // guard: I5 tools/test/Jobs.test.ts
        Effect.sync(() => void sessions.delete(session))
      )
  })
})

/** With other bounds; those left out are as in `defaults`. Its end stops all jobs. */
export const layerWith = (options: Partial<Options>): Layer.Layer<Jobs, never, Processes | Blobs> =>
  Layer.effect(Jobs, make({ ...defaults, ...options }))

/** The default: with the bounds in `defaults`. */
export const layer: Layer.Layer<Jobs, never, Processes | Blobs> = layerWith({})

/** No job can be started. */
export const layerNone: Layer.Layer<Jobs> = Layer.sync(Jobs, () => {
  const none = Effect.fail(new JobError({ detail: "This runtime runs no jobs." }))
  return Jobs.of({ start: () => none, list: () => [], read: () => none, stop: () => none, stopAll: () => Effect.void })
})
