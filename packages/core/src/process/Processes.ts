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

export interface RunOptions {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly directory: string
  /** The whole environment of the child; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>
  readonly owner: ProcessOwner
  /** After this time the group gets TERM, then KILL. */
  readonly timeoutMillis?: number
  /** Called with each piece of output as it comes. Back pressure: the pipe is not read on before it is done. */
  readonly onOutput?: (stream: "stdout" | "stderr", bytes: Uint8Array) => Effect.Effect<void>
}

/** How the program ended. */
export interface RunResult {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly timedOut: boolean
  /** A child was still holding the output when the program had ended; it was stopped. */
  readonly leftBehind: boolean
}

export class Processes extends Context.Service<
  Processes,
  {
    /** Runs to the end. Interrupted: TERM to the group, after the grace KILL; nothing of the group is left when it returns. Standard input is closed. */
    readonly run: (options: RunOptions) => Effect.Effect<RunResult, ProcessError>
    /** Stops everything that a session owns. */
    readonly stop: (session: SessionId) => Effect.Effect<void>
  }
>()("@rein/core/process/Processes") {}
