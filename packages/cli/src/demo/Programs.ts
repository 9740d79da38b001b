/** Runs the programs that the demo needs, and waits for them. */
import { type ChildProcess, spawn } from "node:child_process"
import { Effect, Schema, type Scope } from "effect"

/** A program could not be started. */
export class ProgramError extends Schema.TaggedError<ProgramError>("@rein/cli/demo/Programs/ProgramError")(
  "ProgramError",
  { message: Schema.String }
) {}

/** A program to run, without a shell; it gets this environment and no other. */
export interface Program {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly directory: string
  readonly environment: NodeJS.ProcessEnv
}

/** How a program ended; what it printed is both streams as they came, and empty where it was shown. */
export interface Ran {
  /** `undefined`: a signal ended it. */
  readonly code: number | undefined
  readonly signal: NodeJS.Signals | undefined
  readonly output: string
}

/** A program that has started; `ended` never fails, whatever the exit code. */
export interface Running {
  readonly pid: number
  readonly kill: (signal: NodeJS.Signals) => void
  readonly ended: Effect.Effect<Ran>
}

/** Where its output goes: to us, or where ours goes. With `attended` it also gets our standard input. */
type Streams = "captured" | "shown" | "attended"

const stdio = { captured: ["ignore", "pipe", "pipe"], shown: ["ignore", "inherit", "inherit"], attended: "inherit" }

/** Between asking a program to stop and making it. */
const graceMillis = 5_000

const endOf = (child: ChildProcess): Promise<Ran> => {
  const pieces: Array<Buffer> = []
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (piece: Buffer) => pieces.push(piece))
  return new Promise((resolve) =>
    child.once("close", (code, signal) =>
      resolve({
        code: code ?? undefined,
        signal: signal ?? undefined,
        output: Buffer.concat(pieces).toString("utf8")
      })
    )
  )
}

const stop = async (child: ChildProcess, end: Promise<Ran>): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill("SIGTERM")
  const force = setTimeout(() => child.kill("SIGKILL"), graceMillis)
  await end
  clearTimeout(force)
}

const open = ({ args, command, directory, environment }: Program, streams: Streams) =>
  Effect.callback<{ readonly child: ChildProcess; readonly end: Promise<Ran> }, ProgramError>((resume) => {
    // The literals above are what Node takes; written in a table they are widened.
    const options = { cwd: directory, env: environment, stdio: stdio[streams] as "inherit" }
    const child: ChildProcess = spawn(command, args, options)
    const end = endOf(child)
    child.once("spawn", () => resume(Effect.succeed({ child, end })))
    child.once("error", (cause) =>
      resume(Effect.fail(new ProgramError({ message: `${command} could not be started: ${cause.message}` })))
    )
  })

/** Starts a program. When the scope closes it is stopped, gets time for its own end, and is waited for. */
export const start = (program: Program, streams: Streams): Effect.Effect<Running, ProgramError, Scope.Scope> =>
  Effect.acquireRelease(open(program, streams), ({ child, end }) => Effect.promise(() => stop(child, end))).pipe(
    Effect.map(({ child, end }) => ({
      // It has started, so it has one.
      pid: Number(child.pid),
      kill: (signal) => void child.kill(signal),
      ended: Effect.promise(() => end)
    }))
  )

const run = (program: Program, streams: Streams): Effect.Effect<Ran, ProgramError> =>
  Effect.scoped(Effect.flatMap(start(program, streams), ({ ended }) => ended))

/** Gives what the program prints. */
export const capture = (program: Program) => run(program, "captured")

/** Lets the program print for itself. */
export const show = (program: Program) => run(program, "shown")

/** The same, and a person may answer what it asks. */
export const attend = (program: Program) => run(program, "attended")
