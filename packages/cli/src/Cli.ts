/** The command `rein`: its subcommands, and how an end becomes an exit code. */
import { version } from "@rein/core/version"
import { Cause, Effect, Exit, Layer, Logger, References } from "effect"
import { CliConfig, type CliError, CliOutput, Command, GlobalFlag } from "effect/cli"
import { chatCommand, startChat } from "./chat/ChatCommand.ts"
import { demoCommand } from "./demo/DemoCommand.ts"
import { codeOf, describe, failureCode, messageOf, onScreen, usageCode } from "./Failure.ts"
import { permissionCommand } from "./permission/PermissionCommand.ts"
import * as Platform from "./Platform.ts"
import { modelsCommand } from "./models/ModelsCommand.ts"
import { flags } from "./run/Flags.ts"
import { errorObject } from "./run/Result.ts"
import { runCommand } from "./run/RunCommand.ts"
import { withoutSecrets } from "./Secrets.ts"
import { sessionCommand } from "./session/SessionCommand.ts"
import { statsCommand } from "./stats/StatsCommand.ts"
import * as Telemetry from "./telemetry/Telemetry.ts"
import { oneLine, visible, visibleJson } from "./Visible.ts"

/** Without a subcommand it is a chat. */
const rein = Command.make("rein", flags, startChat).pipe(
  Command.withDescription("The harness around a language model; without a command: rein chat"),
  Command.withSubcommands([
    chatCommand,
    runCommand,
    demoCommand,
    sessionCommand,
    permissionCommand,
    modelsCommand,
    statsCommand
  ])
)

const tell = (text: string): void => void process.stderr.write(`${text}\n`)

const firstError = (errors: ReadonlyArray<CliError.CliError>): string =>
  oneLine(errors[0]?.message ?? "The command line cannot be read", 400).replace(/\.$/, "")

/** A wrong command line is one sentence; the help is one command away. */
const presenter = (refuse: (message: string) => void) =>
  CliOutput.layerPresenter({
    present: (event) =>
      event._tag === "InvalidInvocation"
        ? Effect.sync(() => refuse(`${firstError(event.errors)}. See: ${event.commandPath.join(" ")} --help`))
        : CliOutput.defaultPresenter.present(event)
  })

/** Warnings of the runtime go to standard error, in one line; standard output is the answer's. */
const logger = Logger.layer([
  Logger.make(({ logLevel, message }) => {
    const text = (Array.isArray(message) ? message : [message]).map(String).join(" ")
    tell(`rein: ${logLevel.toLowerCase()}: ${visible(withoutSecrets(text))}`)
  })
])

const services = (isDebug: boolean, refuse: (message: string) => void) =>
  Layer.mergeAll(
    Platform.layer,
    presenter(refuse),
    logger,
    CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] }),
    Layer.succeed(References.MinimumLogLevel, isDebug ? "Debug" : "Warn")
  )

const optionsOf = (args: ReadonlyArray<string>): ReadonlyArray<string> =>
  args.includes("--") ? args.slice(0, args.indexOf("--")) : args

/** What has to be known of a command line before it is read, because reading it may fail. */
const modesOf = (args: ReadonlyArray<string>) => {
  const options = optionsOf(args)
  const isJson = options.some(
    (one, at) => one === "--format=json" || (one === "--format" && options[at + 1] === "json")
  )
  return { isDebug: options.includes("--debug"), isJson }
}

/** Tells why there is no outcome: a sentence for people, and for programs an object as the last line. */
const fail = (args: ReadonlyArray<string>, message: string, code: number, origin = "") => {
  const { isDebug, isJson } = modesOf(args)
  tell(onScreen(message, isDebug && origin !== "", origin))
  if (isJson) process.stdout.write(`${visibleJson(errorObject(withoutSecrets(message), code))}\n`)
  return code
}

/** Runs a command line and gives the exit code. */
export const run = async (args: ReadonlyArray<string>): Promise<number> => {
  const refuse = (message: string) => void fail(args, message, usageCode)
  const program = Command.runWith(rein, { version })(args)
  const told = Effect.provide(program, Telemetry.layer(process.env))
  const exit = await Effect.runPromiseExit(Effect.provide(told, services(modesOf(args).isDebug, refuse)))
  if (Exit.isSuccess(exit)) return 0
  const message = describe(exit.cause)
  const code = codeOf(exit.cause)
  return message === undefined ? code : fail(args, message, code, Cause.pretty(exit.cause))
}

/** Tells of an error that nobody caught, which is a bug, and gives the exit code. */
export const crashed = (args: ReadonlyArray<string>, error: unknown): number =>
  fail(args, messageOf(error), failureCode, error instanceof Error ? (error.stack ?? "") : "")
