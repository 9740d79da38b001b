/** The command line of `rein run`. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"

const rule = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("permission:pattern"),
    Flag.withDescription(`${description}; can be repeated`),
    Flag.atLeast(0)
  )

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
  agent: Flag.String("agent").pipe(
    Flag.withDescription("The agent to work with, default: build; a continued session has its own"),
    Flag.optional
  ),
  allow: rule("allow", "Allow what this rule matches, e.g. bash:npm test*"),
  ask: rule("ask", "Ask for what this rule matches, also with --yes"),
  deny: rule("deny", "Deny what this rule matches, e.g. edit:secrets/*"),
  yes: Flag.Boolean("yes").pipe(Flag.withDescription("Allow everything that no rule denies"), Flag.withDefault(false)),
  "max-steps": Flag.String("max-steps").pipe(
    Flag.withMetavar("number"),
    Flag.withDescription("Stop after so many steps, with exit code 11"),
    Flag.optional
  ),
  format: Flag.Literals("format", ["text", "json"]).pipe(
    Flag.withDescription("text, or json: one line for each stored event, then one for the result"),
    Flag.withDefault("text")
  ),
  dir: Flag.String("dir").pipe(
    Flag.withDescription("The directory to work in; default: the current one, or that of --session"),
    Flag.optional
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
      agent: Option.getOrUndefined(given.agent),
      maxSteps: Option.getOrUndefined(given["max-steps"]),
      format: given.format,
      rules: { allow: given.allow, ask: given.ask, deny: given.deny, yes: given.yes },
      directory: Option.getOrUndefined(given.dir),
      goOn: given.continue,
      session: Option.getOrUndefined(given.session)
    })
  })
).pipe(Command.withDescription(description), Command.withShortDescription("Work on a prompt in a directory"))
