/** The command line of `rein session request`. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"

const description = `Shows the request of a step: as it was made of the log, what the provider's package is given, and what goes over the
wire. Names the rules that have changed it. Nothing is sent, and no key is read.`

/** `rein session request`. */
export const requestCommand = Command.make(
  "request",
  {
    session: Argument.String("session").pipe(Argument.withDescription("The id, as `rein session list` shows it")),
    step: Argument.String("step").pipe(
      Argument.withDescription("Which request of the session, from 1; default: the last one"),
      Argument.optional
    ),
    format: Flag.Literals("format", ["text", "json"]).pipe(
      Flag.withDescription("text, or json: one object"),
      Flag.withDefault("text")
    )
  },
  Effect.fnUntraced(function* (given) {
    const { request } = yield* Effect.promise(() => import("./Request.ts"))
    yield* request({ ...given, step: Option.getOrUndefined(given.step) })
  })
).pipe(Command.withDescription(description), Command.withShortDescription("Shows what a step has sent to its model"))
