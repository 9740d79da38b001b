/** Runs the programs that the demo needs, and waits for them. */
import { type ChildProcess, spawn } from "node:child_process"
import { Effect, Schema } from "effect"

/** A program could not be started. */
export class ProgramError extends Schema.TaggedError<ProgramError>("@rein/cli/demo/Programs/ProgramError")(
  "ProgramError",
  { message: Schema.String }
) {}

export interface Program {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly directory: string
  readonly environment: NodeJS.ProcessEnv
}

export interface Ran {
  /** `undefined`: a signal ended it. */
  readonly code: number | undefined
  readonly output: string
}

/** Between asking a program to stop and making it. */
const graceMillis = 5_000

/** Waits for the end. Interrupted, it stops the program, which gets time for its own end, and waits all the same. */
const ended = (program: Program, start: () => ChildProcess): Effect.Effect<Ran, ProgramError> =>
  Effect.callback<Ran, ProgramError>((resume) => {
    const child = start()
    const pieces: Array<Buffer> = []
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (piece: Buffer) => pieces.push(piece))
    const closed = new Promise<void>((resolve) => child.once("close", () => resolve()))
    child.once("error", (cause) =>
      resume(Effect.fail(new ProgramError({ message: `${program.command} could not be started: ${cause.message}` })))
    )
    child.once("close", (code) =>
      resume(Effect.succeed({ code: code ?? undefined, output: Buffer.concat(pieces).toString("utf8") }))
    )
    return Effect.promise(async () => {
      child.kill("SIGTERM")
      const force = setTimeout(() => child.kill("SIGKILL"), graceMillis)
      await closed
      clearTimeout(force)
    })
  })

const spawned =
  ({ args, command, directory, environment }: Program, stdio: "inherit" | "pipe") =>
  () =>
    spawn(command, args, { cwd: directory, env: environment, stdio: ["ignore", stdio, stdio] })

/** Gives what the program prints. */
export const capture = (program: Program) => ended(program, spawned(program, "pipe"))

/** Lets the program print for itself. */
export const show = (program: Program) => ended(program, spawned(program, "inherit"))
