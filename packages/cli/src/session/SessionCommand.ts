/** The command line of `rein session`. */
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"

const dir = Flag.String("dir").pipe(
  Flag.withDescription("The sessions of this directory; default: the current one"),
  Flag.withDefault(".")
)

const all = Flag.Boolean("all").pipe(Flag.withDescription("The sessions of every directory"), Flag.withDefault(false))

const list = Command.make(
  "list",
  { dir, all },
  Effect.fnUntraced(function* (given) {
    const { list } = yield* Effect.promise(() => import("./Look.ts"))
    yield* list(given.all ? undefined : given.dir)
  })
).pipe(Command.withDescription("Lists sessions, newest first"))

const show = Command.make(
  "show",
  { session: Argument.String("session").pipe(Argument.withDescription("The id, as `rein session list` shows it")) },
  Effect.fnUntraced(function* (given) {
    const { show } = yield* Effect.promise(() => import("./Look.ts"))
    yield* show(given.session)
  })
).pipe(Command.withDescription("Shows what was said and done in a session"))

/** `rein session`. */
export const sessionCommand = Command.make("session").pipe(
  Command.withDescription("Looks at stored sessions"),
  Command.withSubcommands([list, show])
)
