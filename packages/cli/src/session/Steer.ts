/**
 * Says something to a session from outside of the process that works on it.
 *
 * It only stores the input and never runs a turn: whoever owns the session reads it between two steps.
 */
import * as Ids from "@rein/core/schema/Ids"
import { fold } from "@rein/core/session/Fold"
import { SessionReadOnly } from "@rein/core/session/OpenSession"
import { SessionStore } from "@rein/core/session/SessionStore"
import { Effect, Schema } from "effect"
import { UsageError } from "../Failure.ts"
import { dataFolder } from "../Folders.ts"
import * as Harness from "../Harness.ts"
import { ofProcess } from "../Output.ts"

const noSession = (id: string) =>
  new UsageError({ message: `There is no session ${id}. \`rein session list --all\` shows all of them.` })

const submit = Effect.fnUntraced(function* (given: string, text: string) {
  const store = yield* SessionStore
  const id = yield* Schema.decodeUnknownEffect(Ids.SessionId)(given).pipe(Effect.mapError(() => noSession(given)))
  const events = yield* Effect.mapError(store.read(id, 0), (error) =>
    error.reason._tag === "NotFound" ? noSession(given) : error
  )
  const { readOnly, turn } = fold(id, events)
  if (readOnly !== undefined) return yield* new SessionReadOnly({ session: id, ...readOnly })
  const input = {
    _tag: "input",
    input: Ids.make.input(),
    delivery: "steer",
    parts: [{ type: "text", text }]
  } as const
  yield* store.submit(id, Ids.make.command(), input)
  return { id, isOpen: turn !== undefined }
})

/** Stores the input and says when it will be read. Done when it cannot be lost any more. */
export const steer = Effect.fn("rein.session.steer")(function* (given: string, text: string) {
  if (text.trim() === "") return yield* new UsageError({ message: "There is nothing to say: the text is empty." })
  const layer = Harness.layerStore(yield* dataFolder)
  const { id, isOpen } = yield* Effect.provide(submit(given, text), layer)
  ofProcess().line(
    isOpen
      ? "Stored. The model reads it before its next step."
      : `Stored. No turn is open; the model reads it when the session goes on: rein run --session ${id}`
  )
})
