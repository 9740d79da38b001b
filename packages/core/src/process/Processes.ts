/** Runs other programs. Each has its own process group, and an owner that it does not outlive. */
import { Context, type Effect, Schema } from "effect"
import type { CallId, SessionId } from "../schema/Ids.ts"

/** The program could not be started. */
export class ProcessError extends Schema.TaggedError<ProcessError>("@rein/core/process/Processes/ProcessError")(
  "ProcessError",
  { command: Schema.String, detail: Schema.String }
) {
  override get message() {
    return `Could not start ${this.command}: ${this.detail}`
  }
}

/** Whose process it is; it ends when its owner does. */
export interface ProcessOwner {
  readonly session: SessionId
  readonly call: CallId
}

/** What to run. */
export interface Program {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly directory: string
  /** The whole environment of the child; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>
  /** After this time the group gets TERM, then KILL. */
  readonly timeoutMillis?: number
  /** When it succeeds, the program is stopped like at its timeout; what it wrote until then is kept. */
  readonly stop?: Effect.Effect<void>
  /** Called when the program runs. */
  readonly onStart?: Effect.Effect<void>
  /** Called with each piece of output as it comes. Back pressure: the pipe is not read on before it is done. */
  readonly onOutput?: (stream: "stdout" | "stderr", bytes: Uint8Array) => Effect.Effect<void>
}

/** What to run, and for whom. */
export interface RunOptions extends Program {
  readonly owner: ProcessOwner
}

/** How the program ended. */
export interface RunResult {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly timedOut: boolean
  /** The program had ended, and children of it lived; they were stopped. */
  readonly leftBehind: boolean
}

/**
 * How surely nothing is left. `contained`: the system ends everything that a program has started. `tracked`: a child
 * that leaves its process group *and* clears its environment can escape.
 */
export type Level = "contained" | "tracked"

/** Runs programs and sees to it that they end. */
export class Processes extends Context.Service<
  Processes,
  {
    /** Runs to the end. Interrupted: TERM to the group, after the grace KILL; nothing of the group is left when it returns. Standard input is closed. */
    readonly run: (options: RunOptions) => Effect.Effect<RunResult, ProcessError>
    /** Stops everything that a session owns. */
    readonly stop: (session: SessionId) => Effect.Effect<void>
    /** The level that holds on this machine. Looks by running something, once. */
    readonly level: Effect.Effect<Level>
  }
>()("@rein/core/process/Processes") {}
