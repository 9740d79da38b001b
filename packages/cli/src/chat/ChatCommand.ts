/** The command line of `rein chat`, which is also `rein` alone. */
import { Effect } from "effect"
import { Command } from "effect/cli"
import { flags, type Parsed, read } from "../run/Flags.ts"

/** Loads the chat when it is called. */
export const startChat = Effect.fnUntraced(function* (given: Parsed) {
  const { chat } = yield* Effect.promise(() => import("./Chat.ts"))
  yield* chat(read(given))
})

const description = `Talks with an agent, line by line.

A line goes to the model; one that is typed while it works is read between two of its steps. /help lists the commands.
Ctrl-C interrupts, Ctrl-C again leaves; the session stays. Ends with the exit code of the last turn when the input ends,
with 0 after /quit, else as after a signal.`

/** `rein chat`. */
export const chatCommand = Command.make("chat", flags, startChat).pipe(
  Command.withDescription(description),
  Command.withShortDescription("Talk with an agent, line by line")
)
