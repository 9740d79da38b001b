/** Lists, reads and stops the jobs of a session. */
import { type Job, type JobError, Jobs, type Read } from "@rein/core/process/Jobs"
import { JobId } from "@rein/core/schema/Ids"
import { ToolError } from "@rein/core/schema/ToolError"
import * as Tool from "@rein/core/tool/Tool"
import { Effect, Schema } from "effect"
import { z } from "zod"
import { description } from "./description.ts"

const maximumWaitMillis = 10 * 60 * 1000
/** For an answer after the longest wait, before the runner of tools would end the call. */
const marginMillis = 10_000

const parameters = z.strictObject({
  job: z.string().optional().describe("The id of a job"),
  wait: z.int().min(0).max(maximumWaitMillis).optional().describe("In milliseconds"),
  stop: z.boolean().optional()
})
type Input = z.infer<typeof parameters>

const stateOf = ({ isStopped, state }: Job): string => {
  if (state === "running") return "running"
  if (isStopped) return "stopped"
  if (state.timedOut) return "stopped after its timeout"
  return state.signal === undefined ? `ended with exit code ${state.exitCode}` : `ended by ${state.signal}`
}

const listed = (jobs: ReadonlyArray<Job>): string => {
  const lines = jobs.map((job) => `${job.id}: ${stateOf(job)}${job.hasUnread ? ", unread output" : ""}: ${job.command}`)
  return lines.length === 0 ? "This session has no jobs." : lines.join("\n")
}

const written = ({ blobs, skipped, text }: Read["unread"]): ReadonlyArray<string> => [
  ...(skipped === 0
    ? []
    : [
        `[${skipped} characters before this were too many to keep${blobs.length === 0 ? "" : `; stored as ${blobs.join(", ")}`}.]`
      ]),
  text === "" ? "It has written nothing since you last read it." : text.replace(/\n$/, "")
]

const options = Effect.gen(function* () {
  const jobs = yield* Jobs

  const execute = Effect.fnUntraced(
    function* (
      { job: given, stop, wait = 0 }: Input,
      { session }: Tool.ToolContext
    ): Effect.fn.Return<Tool.ToolResult, ToolError | JobError> {
      if (given === undefined) {
        if (stop === true) return yield* new ToolError({ message: "Name the job to stop: give `job`." })
        return { title: "List the jobs", output: listed(jobs.list(session)) }
      }
      const id = yield* Effect.mapError(
        Schema.decodeUnknownEffect(JobId)(given),
        () => new ToolError({ message: `${given} is no id of a job: they begin with job_.` })
      )
      if (stop === true) yield* jobs.stop(session, id)
      const { job, unread } = yield* jobs.read(session, id, wait)
      const isRunning = job.state === "running"
      return {
        title: `${stop === true ? "Stop" : "Read"} ${job.command}`,
        output: [...written(unread), `Job ${job.id}: ${stateOf(job)}.`].join("\n"),
        metadata: { job: job.id, isRunning },
        ...(isRunning ? {} : { job: { id: job.id, command: job.command, isRunning } })
      }
    },
    Effect.catchTag("JobError", ({ message }) => Effect.fail(new ToolError({ message })))
  )

  const made: Tool.Options<Input> = {
    description: description(new URL("./Jobs.txt", import.meta.url), { maximum: maximumWaitMillis }),
    parameters,
    safety: "idempotent",
    keep: "tail",
    timeoutMillis: maximumWaitMillis + marginMillis,
    // What a session started by permission is its own.
    permissions: () => Effect.succeed([]),
    execute
  }
  return made
})

/** Makes the `jobs` tool. */
export const make: Effect.Effect<Tool.Tool, never, Jobs> = Tool.effect("jobs", options)
