// The same in Effect: the turn's events as a stream, to be served by whatever speaks HTTP.
import { Sessions } from "@rein/core"
import { Effect, Stream } from "effect"

const encoder = new TextEncoder()

/** Prompts a new session; the bytes are server-sent events until the turn ends. */
export const turnAsServerSentEvents = Effect.fn("turnAsServerSentEvents")(function* (prompt: string) {
  const sessions = yield* Sessions.Sessions
  const session = yield* sessions.create({ directory: "/" })
  yield* sessions.prompt(session, prompt)
  return sessions.events(session, 0).pipe(
    Stream.takeUntil((event) => event.type === "TurnEnded"),
    Stream.map((event) => encoder.encode(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`))
  )
})
