/** The command line of `rein session`. */
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { answerCommand, questionsCommand } from "./QuestionCommands.ts"
import { requestCommand } from "./RequestCommand.ts"
import { steerCommand } from "./SteerCommand.ts"

const dir = Flag.String("dir").pipe(
  Flag.withDescription("The sessions of this directory; default: the current one"),
  Flag.withDefault(".")
)

const all = Flag.Boolean("all").pipe(Flag.withDescription("The sessions of every directory"), Flag.withDefault(false))

const limit = (most: number, what: string) =>
  Flag.String("limit").pipe(
    Flag.withMetavar("number"),
    Flag.withDescription(`At most so many ${what}; default: ${most}`),
    Flag.withDefault(String(most))
  )

const session = Argument.String("session").pipe(Argument.withDescription("The id, as `rein session list` shows it"))

const list = Command.make(
  "list",
  { dir, all, limit: limit(100, "sessions") },
  Effect.fnUntraced(function* (given) {
    const { list } = yield* Effect.promise(() => import("./Look.ts"))
    yield* list(given.all ? undefined : given.dir, given.limit)
  })
).pipe(Command.withDescription("Lists sessions, newest first"))

const show = Command.make(
  "show",
  { session },
  Effect.fnUntraced(function* (given) {
    const { show } = yield* Effect.promise(() => import("./Look.ts"))
    yield* show(given.session)
  })
).pipe(Command.withDescription("Shows what was said and done in a session"))

const after = Flag.String("after").pipe(
  Flag.withMetavar("sequence"),
  Flag.withDescription("Only events behind this sequence; default: 0"),
  Flag.withDefault("0")
)

const events = Command.make(
  "events",
  { session, after, limit: limit(1_000, "events") },
  Effect.fnUntraced(function* (given) {
    const { events } = yield* Effect.promise(() => import("./Look.ts"))
    yield* events(given)
  })
).pipe(Command.withDescription("Prints the stored events of a session, one line of JSON each"))

/** `rein session`. */
export const sessionCommand = Command.make("session").pipe(
  Command.withDescription("Looks at stored sessions, and talks to them"),
  Command.withSubcommands([list, show, events, requestCommand, steerCommand, questionsCommand, answerCommand])
)
