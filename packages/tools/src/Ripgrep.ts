/** Runs ripgrep, which comes with a package; nothing of the machine's or the user's configuration of it counts. */
import { Processes } from "@rein/core/process/Processes"
import { ToolError } from "@rein/core/schema/ToolError"
import type { ToolContext } from "@rein/core/tool/Tool"
import { Deferred, Effect } from "effect"

/** One search; who asked for it may stop it when they have seen enough. */
export interface Run {
  readonly context: ToolContext
  /** A real path: where it searches, and what its output is relative to. */
  readonly directory: string
  readonly args: ReadonlyArray<string>
  /** Takes a piece of the output; false stops the program. */
  readonly onText: (text: string) => boolean
}

/** How a run ended. */
export interface Ended {
  /** Some files or directories could not be read. */
  readonly isPartial: boolean
  readonly timedOut: boolean
  /** What was wrong with its arguments. */
  readonly errors: string
}

const timeoutMillis = 60_000
/** Of what it says on standard error. */
const maximumErrors = 4_000

/**
 * Hidden files are searched, ignored ones are not, also outside of a repository.
 *
 * The only `--glob` may be one that excludes: one that includes also brings back what is ignored.
 */
const always = [
  "--no-config",
  "--color=never",
  "--no-messages",
  "--hidden",
  "--glob=!.git",
  "--no-require-git",
  "--no-ignore-global",
  // A file that shrinks while it is mapped kills the program.
  "--no-mmap"
]

const program = Effect.tryPromise({
  // Where there is no binary for this platform, the import throws: the other tools must not break with it.
  try: () => import("@vscode/ripgrep"),
  catch: () =>
    new ToolError({
      message:
        `Searching needs ripgrep, and its package for ${process.platform} ${process.arch} is not installed. ` +
        "Install Rein again with optional dependencies; until then use bash with grep or find."
    })
}).pipe(Effect.map(({ rgPath }) => rgPath))

/** Runs it until it ends, it has given enough, or its time is over. */
export type Ripgrep = (run: Run) => Effect.Effect<Ended, ToolError>

/** Takes the processes once. */
export const make: Effect.Effect<Ripgrep, never, Processes> = Effect.map(Processes, (processes) =>
  Effect.fnUntraced(function* ({ args, context, directory, onText }: Run) {
    const command = yield* program
    const enough = yield* Deferred.make<void>()
    const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }
    let errors = ""
    let isStopped = false
    const take = (stream: "stdout" | "stderr", bytes: Uint8Array): boolean => {
      const text = decoders[stream].decode(bytes, { stream: true })
      if (stream === "stdout") return onText(text)
      errors = (errors + text).slice(0, maximumErrors)
      return true
    }
    const run = processes.run({
      command,
      args: [...always, ...args],
      directory,
      // Without a home it finds no ignore file of the user: the same search gives the same on each machine.
      environment: {},
      owner: { session: context.session, call: context.call },
      timeoutMillis,
      onOutput: (stream, bytes) =>
        Effect.suspend(() => {
          isStopped ||= !take(stream, bytes)
          return isStopped ? Deferred.succeed(enough, undefined) : Effect.void
        })
    })
    const ended = yield* Effect.raceFirst(run, Effect.as(Deferred.await(enough), undefined)).pipe(
      Effect.mapError(({ message }) => new ToolError({ message: `${message}. Nothing was searched.` }))
    )
    if (ended !== undefined && !ended.timedOut && ended.exitCode === undefined) {
      return yield* new ToolError({
        message: `ripgrep was stopped by ${ended.signal}, so there is no result. Try again.`
      })
    }
    const isPartial = ended?.exitCode === 2
    return { isPartial, timedOut: ended?.timedOut === true, errors: isPartial ? errors.trim() : "" }
  })
)

/** Takes the output of `--files --null`, path by path. */
export const eachPath = (use: (path: string) => void): Run["onText"] => {
  let rest = ""
  return (text) => {
    const paths = (rest + text).split("\0")
    rest = paths.pop() ?? ""
    for (const path of paths) use(withoutDot(path))
    return true
  }
}

/** Paths below `.` come with it. */
export const withoutDot = (path: string): string => path.replace(/^\.\//, "")

/** What a search has to say of its end. */
export const remarksOn = ({ isPartial, timedOut }: Ended): ReadonlyArray<string> => [
  ...(isPartial ? ["[Some files could not be read or searched, and were left out.]"] : []),
  ...(timedOut
    ? [`[The search was stopped after ${timeoutMillis / 1_000} s, so this is not all. Give a narrower path.]`]
    : [])
]
