/** The command line of `rein session steer`. */
import { Effect } from "effect"
import { Argument, Command } from "effect/cli"

/** `rein session steer`. */
export const steerCommand = Command.make(
  "steer",
  {
    session: Argument.String("session").pipe(Argument.withDescription("The id, as `rein session list` shows it")),
    text: Argument.String("text").pipe(Argument.withDescription("What to say; the model reads it before its next step"))
  },
  Effect.fnUntraced(function* (given) {
    const { steer } = yield* Effect.promise(() => import("./Steer.ts"))
    yield* steer(given.session, given.text)
  })
).pipe(Command.withDescription("Says something to a session, also while another process works on it"))
