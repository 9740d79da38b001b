/** Everything that happens to a chat, in one row: what is typed, what the session does, and signals. */
import { createInterface } from "node:readline"
import type { SessionId } from "@rein/core/schema/Ids"
import type { Item } from "@rein/core/session/LiveHub"
import { type InputNotFound, Sessions } from "@rein/core/session/Sessions"
import type { StoreError } from "@rein/core/session/SessionStore"
import { Effect, Queue, type Scope, Stream } from "effect"
import { codes, type Signal } from "../run/Signals.ts"

/** One thing that happened; a typed line is not understood yet. */
export type Message =
  | { readonly _tag: "line"; readonly text: string }
  /** Nothing more will be typed. */
  | { readonly _tag: "end" }
  | { readonly _tag: "signal"; readonly name: Signal }
  | { readonly _tag: "items"; readonly items: ReadonlyArray<Item> }

/** Taken from one by one; nothing else happens meanwhile. */
export type Mailbox = Queue.Queue<Message, StoreError | InputNotFound>

const readLines = (mailbox: Mailbox, input: NodeJS.ReadableStream): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.sync(() => {
        // Not as `terminal`: then Ctrl-C stays a signal, and nothing moves the cursor.
        const lines = createInterface({ input, terminal: false })
        lines.on("line", (text) => Queue.offerUnsafe(mailbox, { _tag: "line", text }))
        lines.on("close", () => Queue.offerUnsafe(mailbox, { _tag: "end" }))
        return lines
      }),
      (lines) => Effect.sync(() => lines.close())
    )
  )

const readSignals = (mailbox: Mailbox): Effect.Effect<void, never, Scope.Scope> => {
  // The keys of the literal object: no others exist.
  const handlers = (Object.keys(codes) as ReadonlyArray<Signal>).map(
    (name) => [name, () => void Queue.offerUnsafe(mailbox, { _tag: "signal", name })] as const
  )
  return Effect.asVoid(
    Effect.acquireRelease(
      Effect.sync(() => handlers.forEach(([name, handler]) => process.on(name, handler))),
      () => Effect.sync(() => handlers.forEach(([name, handler]) => process.off(name, handler)))
    )
  )
}

/** Open while the scope lives. Fails when the session cannot be followed any more. */
export const open = Effect.fnUntraced(function* (
  session: SessionId,
  after: number,
  input: NodeJS.ReadableStream
): Effect.fn.Return<Mailbox, never, Scope.Scope | Sessions> {
  const sessions = yield* Sessions
  const mailbox: Mailbox = yield* Queue.make<Message, StoreError | InputNotFound>()
  yield* sessions.events(session, after).pipe(
    Stream.runForEachArray((items) => Queue.offer(mailbox, { _tag: "items", items })),
    Effect.catchCause((cause) => Queue.failCause(mailbox, cause)),
    Effect.forkScoped
  )
  yield* readSignals(mailbox)
  yield* readLines(mailbox, input)
  return mailbox
})
