/** The command line of `rein run`. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { flags, read } from "./Flags.ts"

const own = {
  prompt: Argument.String("prompt").pipe(
    Argument.withDescription("What to do; without it, or with -, standard input"),
    Argument.optional
  ),
  format: Flag.Literals("format", ["text", "json"]).pipe(
    Flag.withDescription("text, or json: one line for each stored event, then one for the result"),
    Flag.withDefault("text")
  ),
  follow: Flag.Boolean("follow").pipe(
    Flag.withDescription("Watch the session while another process works on it; a prompt is sent to that one"),
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
  { ...own, ...flags },
  Effect.fnUntraced(function* (given) {
    const { run } = yield* Effect.promise(() => import("./Run.ts"))
    yield* run({
      ...read(given),
      prompt: Option.getOrUndefined(given.prompt),
      format: given.format,
      follow: given.follow
    })
  })
).pipe(Command.withDescription(description), Command.withShortDescription("Work on a prompt in a directory"))
