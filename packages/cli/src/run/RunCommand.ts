/** The command line of `rein run`. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"

const flags = {
  prompt: Argument.String("prompt").pipe(
    Argument.withDescription("What to do; without it, or with -, standard input"),
    Argument.optional
  ),
  model: Flag.String("model").pipe(
    Flag.withAlias("m"),
    Flag.withDescription("The model, as provider/model; a continued session has its own"),
    Flag.optional
  ),
  yes: Flag.Boolean("yes").pipe(Flag.withDescription("Allow everything that no rule denies"), Flag.withDefault(false)),
  dir: Flag.String("dir").pipe(
    Flag.withDescription("The directory to work in; default: the current one"),
    Flag.withDefault(".")
  ),
  continue: Flag.Boolean("continue").pipe(
    Flag.withAlias("c"),
    Flag.withDescription("Go on with the newest session of the directory, first with what was left open"),
    Flag.withDefault(false)
  ),
  session: Flag.String("session").pipe(Flag.withDescription("Go on with this session"), Flag.optional),
  debug: Flag.Boolean("debug").pipe(
    Flag.withDescription("With an error, also say where it came from"),
    Flag.withDefault(false)
  )
}

const description = `Works on a prompt in a directory and ends with its outcome.

The answer is written to standard output, everything about the work to standard error.
Exit codes: 0 completed, 1 failed, 2 bad usage, 10 denied, 11 budget exhausted, 12 no progress, 13 goal unmet,
130 interrupted (Ctrl-C), 143 stopped by SIGTERM, 129 by SIGHUP.`

/** `rein run`. What it runs is loaded when it is called. */
export const runCommand = Command.make(
  "run",
  flags,
  Effect.fnUntraced(function* (given) {
    const { run } = yield* Effect.promise(() => import("./Run.ts"))
    yield* run({
      prompt: Option.getOrUndefined(given.prompt),
      model: Option.getOrUndefined(given.model),
      yes: given.yes,
      directory: given.dir,
      goOn: given.continue,
      session: Option.getOrUndefined(given.session)
    })
  })
).pipe(Command.withDescription(description), Command.withShortDescription("Work on a prompt in a directory"))
