/** The command `rein`: its subcommands, and how an end becomes an exit code. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { version } from "@rein/core/version"
import { Effect, Exit, Layer, Logger, References } from "effect"
import { CliConfig, type CliError, CliOutput, Command, GlobalFlag } from "effect/cli"
import { demoCommand } from "./demo/DemoCommand.ts"
import { codeOf, describe } from "./Failure.ts"
import { runCommand } from "./run/RunCommand.ts"
import { sessionCommand } from "./session/SessionCommand.ts"
import { oneLine, visible } from "./Visible.ts"

const rein = Command.make("rein").pipe(
  Command.withDescription("The harness around a language model"),
  Command.withSubcommands([runCommand, demoCommand, sessionCommand])
)

const tell = (text: string) => Effect.sync(() => void process.stderr.write(`${text}\n`))

const firstError = (errors: ReadonlyArray<CliError.CliError>): string =>
  oneLine(errors[0]?.message ?? "The command line cannot be read", 400).replace(/\.$/, "")

/** A wrong command line is one sentence; the help is one command away. */
const presenter = CliOutput.layerPresenter({
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? tell(`rein: ${firstError(event.errors)}. See: ${event.commandPath.join(" ")} --help`)
      : CliOutput.defaultPresenter.present(event)
})

/** Warnings of the runtime go to standard error, in one line; standard output is the answer's. */
const logger = Logger.layer([
  Logger.make(({ logLevel, message }) => {
    const text = (Array.isArray(message) ? message : [message]).map(String).join(" ")
    process.stderr.write(`rein: ${logLevel.toLowerCase()}: ${visible(text)}\n`)
  })
])

const services = (isDebug: boolean) =>
  Layer.mergeAll(
    NodeServices.layer,
    presenter,
    logger,
    CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] }),
    Layer.succeed(References.MinimumLogLevel, isDebug ? "Debug" : "Warn")
  )

const optionsOf = (args: ReadonlyArray<string>): ReadonlyArray<string> =>
  args.includes("--") ? args.slice(0, args.indexOf("--")) : args

/** Runs a command line and gives the exit code. */
export const run = async (args: ReadonlyArray<string>): Promise<number> => {
  const isDebug = optionsOf(args).includes("--debug")
  const program = Command.runWith(rein, { version })(args)
  const exit = await Effect.runPromiseExit(Effect.provide(program, services(isDebug)))
  if (Exit.isSuccess(exit)) return 0
  const text = describe(exit.cause, isDebug)
  if (text !== undefined) process.stderr.write(`${text}\n`)
  return codeOf(exit.cause)
}
