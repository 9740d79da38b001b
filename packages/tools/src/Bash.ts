/** Runs a command with bash. What runs is the text that was judged, with nothing of the user's shell around it. */
import { existsSync } from "node:fs"
import { constants } from "node:os"
import { isAbsolute } from "node:path"
import { Jobs } from "@rein/core/process/Jobs"
import { Processes, type RunResult } from "@rein/core/process/Processes"
import { ToolError } from "@rein/core/schema/ToolError"
import * as Tool from "@rein/core/tool/Tool"
import type { Judgement, Layer } from "@rein/permission"
import { visible } from "@rein/permission/Visible"
import { Effect } from "effect"
import { z } from "zod"
import { description } from "./description.ts"
import * as Output from "./Output.ts"
import { quietGit } from "./QuietGit.ts"
import * as ShellLine from "./ShellLine.ts"

/** Options of the tool; without a `PATH` there, commands are found in the usual folders. */
export interface Options {
  /** Where the commands' environment is taken from, by an allow list; usually `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

const defaultTimeoutMillis = 2 * 60 * 1000
const maximumTimeoutMillis = 10 * 60 * 1000
/** For stopping the command, before the runner of tools would do it. */
const marginMillis = 10_000

const parameters = z.strictObject({
  command: z.string().min(1).describe("The command, as bash reads it"),
  description: z.string().optional().describe("Why, in one line"),
  background: z.boolean().optional().describe("Start it as a job and go on at once"),
  timeout: z.int().min(1).max(maximumTimeoutMillis).optional().describe("In milliseconds")
})
type Input = z.infer<typeof parameters>

/** Nothing else of the environment reaches a command: other variables hold keys, or change what bash or git do. */
const allowed = /^(?:PATH|HOME|USER|LANG|LC_[A-Z]+|TZ|TERM|TMPDIR|NODE_ENV|CI)$/

const fixed = { SHELL: "/bin/bash", PAGER: "cat", GIT_PAGER: "cat", GIT_TERMINAL_PROMPT: "0" }

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/** The environment of the commands. Relative entries of PATH are left out: they would run programs of the project by bare names. */
export const cleaned = (environment: Options["environment"]): Readonly<Record<string, string>> => {
  const kept = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && allowed.test(entry[0])
  )
  const path = (environment["PATH"] ?? "")
    .split(":")
    .filter((entry) => isAbsolute(entry))
    .join(":")
  return { ...Object.fromEntries(kept), PATH: path === "" ? defaultPath : path, ...fixed }
}

/** The system's own bash: a project can put another one on the PATH. */
const bash = () => ["/bin/bash", "/usr/bin/bash"].find((path) => existsSync(path)) ?? "bash"

/** As a shell would tell it: a signal is 128 and its number. */
const exitCodeOf = ({ exitCode, signal }: RunResult): number =>
  // A name that Node gives is one that it knows.
  exitCode ?? 128 + (signal === undefined ? 0 : constants.signals[signal as NodeJS.Signals])

const remarks = (result: RunResult, timeoutMillis: number): ReadonlyArray<string> => [
  ...(result.timedOut
    ? [
        `The command was stopped after its timeout of ${timeoutMillis} ms; what it did before stays done. ` +
          `Give a longer timeout (up to ${maximumTimeoutMillis}), or run less at once.`
      ]
    : []),
  ...(result.leftBehind
    ? [
        "The command left programs running in the background; they were stopped, as nothing outlives its call. " +
          "To let one run on, start it alone, without `&`, with `background: true`."
      ]
    : []),
  `Exit code: ${exitCodeOf(result)}${result.signal === undefined ? "" : ` (${result.signal})`}`
]

/** What a command is started with. */
const programOf = (input: Input, context: Tool.ToolContext, shell: string, environment: Record<string, string>) => ({
  command: shell,
  // Without the two dashes a command that begins with one would be an option of bash.
  args: ["--noprofile", "--norc", "-c", "--", input.command],
  directory: context.directory,
  environment,
  owner: { session: context.session, call: context.call }
})

const notRun = ({ message }: { readonly message: string }) =>
  new ToolError({ message: `${message.replace(/\.$/, "")}. The command did not run.` })

const lastLine = (text: string): string => {
  const end = text.slice(-1_000).trimEnd()
  return end.slice(end.lastIndexOf("\n") + 1).slice(-200)
}

/** Of a line with more commands and paths than these, a person sees the first. */
const maximumShown = 20
const maximumLine = 300

/** Why a line is asked, each of its commands, and what it reads and writes. */
const detailsOf = ({ commands, paths, why }: Judgement): string => {
  // Of a line that is not understood, what was found in it is no list of what would run.
  const isList = commands.length > 1 && commands.every(({ argv }) => argv.length > 0)
  const lines = [
    ...(isList ? commands.map(({ action, text }) => `${action}: ${text}`) : []),
    ...paths.map(({ access, outside, path }) => `${access} ${path}${outside ? ", outside of the project" : ""}`)
  ]
  const more = lines.length > maximumShown ? [`and ${lines.length - maximumShown} more`] : []
  return [`why: ${why}`, ...lines.slice(0, maximumShown), ...more]
    .map((line) => (line.length > maximumLine ? `${line.slice(0, maximumLine).toWellFormed()}…` : line))
    .map((line) => `  ${visible(line).replaceAll("\n", "\n    ")}`)
    .join("\n")
}

/** What was decided about a line, in the words of a verdict. */
const verdictOf = (judgement: Judgement): Tool.Verdict => {
  const { action, commands, offers, origins, paths, why } = judgement
  const decided = [...commands, ...paths].find((one) => one.action === action && one.why === why)
  return {
    action,
    why,
    details: detailsOf(judgement),
    offers: offers.map((pattern) => ({ permission: "bash", pattern })),
    ...(decided?.rule === undefined ? {} : { rule: decided.rule }),
    ...(origins.length === 0 ? {} : { origin: origins.join(" and ") })
  }
}

const options = Effect.fnUntraced(function* ({ environment }: Options) {
  const processes = yield* Processes
  const jobs = yield* Jobs
  const [own, shell] = [cleaned(environment), bash()]
  const judge = yield* ShellLine.make({ path: own["PATH"] ?? defaultPath, home: own["HOME"] ?? "/" })
  /** The inputs of calls that only look: the same object when it is judged and when it runs. */
  const looking = new WeakSet<Input>()
  const variablesOf = (input: Input) => (looking.has(input) ? { ...own, ...quietGit } : own)

  const startJob = Effect.fnUntraced(function* (input: Input, context: Tool.ToolContext) {
    const { id } = yield* jobs
      .start({
        ...programOf(input, context, shell, variablesOf(input)),
        title: input.command,
        ...(input.timeout === undefined ? {} : { timeoutMillis: input.timeout })
      })
      .pipe(Effect.mapError(notRun))
    return {
      title: `${input.description ?? input.command} (in the background)`,
      output:
        `Job ${id} runs in the background. A note will tell you when it has ended; with \`jobs\` you read what it ` +
        `writes, wait for it, or stop it. It ends with this session at the latest.`,
      metadata: { job: id },
      job: { id, command: input.command, isRunning: true }
    }
  })

  const execute = Effect.fnUntraced(function* (
    input: Input,
    context: Tool.ToolContext
  ): Effect.fn.Return<Tool.ToolResult, ToolError> {
    if (input.background === true) return yield* startJob(input, context)
    const timeoutMillis = input.timeout ?? defaultTimeoutMillis
    const output = Output.make()
    const result = yield* processes
      .run({
        ...programOf(input, context, shell, variablesOf(input)),
        timeoutMillis,
        onOutput: (stream, bytes) =>
          Effect.suspend(() => {
            const line = lastLine(output.add(stream, bytes))
            return line === "" ? Effect.void : context.progress(line)
          })
      })
      .pipe(Effect.mapError(notRun))
    const text = output.finish()
    return {
      title: input.description ?? input.command,
      output: [...(text === "" ? [] : [text.replace(/\n$/, "")]), ...remarks(result, timeoutMillis)].join("\n"),
      metadata: { exitCode: exitCodeOf(result) }
    }
  })

  const made: Tool.Options<Input> = {
    description: description(new URL("./Bash.txt", import.meta.url), {
      default: defaultTimeoutMillis,
      maximum: maximumTimeoutMillis
    }),
    parameters,
    safety: "once",
    keep: "tail",
    timeoutMillis: maximumTimeoutMillis + marginMillis,
    permissions: (input, { directory }) => {
      const title = visible(input.background === true ? `${input.command} (in the background)` : input.command)
      const verdict = (layers: ReadonlyArray<Layer>) =>
        Effect.map(judge(input.command, { directory, layers }), (judgement) => {
          if (judgement.onlyLooks) looking.add(input)
          return verdictOf(judgement)
        })
      return Effect.succeed([{ permission: "bash", patterns: [input.command], title, judge: verdict }])
    },
    execute
  }
  return made
})

/** Makes the `bash` tool. */
export const make = (from: Options): Effect.Effect<Tool.Tool, never, Processes | Jobs> =>
  Tool.effect("bash", options(from))
