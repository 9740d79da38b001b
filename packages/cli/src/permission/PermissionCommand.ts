/** The command line of `rein permission`. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"

const dir = Flag.String("dir").pipe(
  Flag.withDescription("The project's directory; default: the current one"),
  Flag.withDefault(".")
)

const rules = Flag.String("rules").pipe(
  Flag.withMetavar("file.json"),
  Flag.withDescription("Only the rules of this file, an array of { permission, pattern, action }: no built-in ones"),
  Flag.optional
)

const format = Flag.Literals("format", ["text", "json"]).pipe(
  Flag.withDescription("text or json; default: text"),
  Flag.withDefault("text" as const)
)

const checkDescription = `Tells what would be decided about a command or another value, and runs nothing.

Exit codes: 0 whatever was decided, 2 bad usage; with --exit-code 0 allow, 3 ask, 4 deny.`

const check = Command.make(
  "check",
  {
    value: Argument.String("value").pipe(
      Argument.withDescription("A line of shell; with --permission a path or another value"),
      Argument.optional
    ),
    permission: Flag.String("permission").pipe(
      Flag.withDescription("What the value is wanted for, e.g. read, edit; default: bash"),
      Flag.withDefault("bash")
    ),
    rules,
    dir,
    format,
    stdin: Flag.Boolean("stdin").pipe(
      Flag.withDescription('Read lines of JSON { "id", "permission", "value" }, and answer each with one'),
      Flag.withDefault(false)
    ),
    "exit-code": Flag.Boolean("exit-code").pipe(
      Flag.withDescription("Tell the decision by the exit code, too"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function* ({ "exit-code": exitCode, rules, value, ...given }) {
    const { check } = yield* Effect.promise(() => import("./CheckCommand.ts"))
    yield* check({ ...given, exitCode, rules: Option.getOrUndefined(rules), value: Option.getOrUndefined(value) })
  })
).pipe(Command.withDescription(checkDescription), Command.withShortDescription("Tells what would be decided"))

const list = Command.make(
  "rules",
  { rules, dir, format },
  Effect.fnUntraced(function* (given) {
    const { rules } = yield* Effect.promise(() => import("./List.ts"))
    yield* rules({ ...given, rules: Option.getOrUndefined(given.rules) })
  })
).pipe(Command.withDescription("Lists the rules in their order, and warns of those that do nothing"))

const log = Command.make(
  "log",
  {
    session: Argument.String("session").pipe(
      Argument.withDescription("The id; default: all sessions of the directory"),
      Argument.optional
    ),
    dir,
    format
  },
  Effect.fnUntraced(function* (given) {
    const { log } = yield* Effect.promise(() => import("./Log.ts"))
    yield* log({ ...given, session: Option.getOrUndefined(given.session) })
  })
).pipe(Command.withDescription("Lists what was allowed and declined, by whom and by which rule"))

/** `rein permission`. */
export const permissionCommand = Command.make("permission").pipe(
  Command.withDescription("Looks at rules and decisions"),
  Command.withSubcommands([check, list, log])
)
