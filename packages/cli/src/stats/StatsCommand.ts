/** The command line of `rein stats`. */
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"

/** `rein stats`. What it runs is loaded when it is called. */
export const statsCommand = Command.make(
  "stats",
  {
    by: Flag.Literals("by", ["day", "model", "project"]).pipe(
      Flag.withDescription("One line for each day, model or project; default: day"),
      Flag.withDefault("day")
    ),
    format: Flag.Literals("format", ["text", "json"]).pipe(
      Flag.withDescription("text, or json: one line for each"),
      Flag.withDefault("text")
    )
  },
  Effect.fnUntraced(function* (given) {
    const { stats } = yield* Effect.promise(() => import("./Stats.ts"))
    yield* stats(given)
  })
).pipe(Command.withDescription("Tokens and cost of all stored sessions"))
