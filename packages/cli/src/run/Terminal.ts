/** Asks the person at the terminal, line by line. */
import { createInterface } from "node:readline"
import { Deferred, Effect, type Scope } from "effect"
import type { Answer, Question } from "@rein/core/schema/Question"
import { oneLine, visible } from "../Visible.ts"

/** The streams of a terminal. */
export interface Streams {
  readonly input: NodeJS.ReadableStream
  readonly write: (text: string) => void
}

export interface Terminal {
  /** Puts a question and waits for the answer. One at a time. */
  readonly ask: (question: Question) => Effect.Effect<Answer>
}

const closed: Answer = { _tag: "reject", message: "The terminal was closed before anybody answered." }

const choices = "  y = once, s = for this session, n = reject (a reason for the model may follow): "

const intro = ({ request }: Question): string => {
  const details = request.details === undefined ? "" : `${visible(request.details).trimEnd()}\n`
  // A title may leave something out; what is judged are the patterns.
  const values = request.patterns.filter((value) => value !== request.title)
  const list = values.map((value) => `  ${visible(value)}\n`).join("")
  return `? ${request.permission}: ${oneLine(request.title, 500)}\n${list}${details}`
}

/** Opens the terminal while the scope lives. Lines that come while nothing is asked are dropped: nobody answers in advance. */
export const open = Effect.fnUntraced(function* ({
  input,
  write
}: Streams): Effect.fn.Return<Terminal, never, Scope.Scope> {
  let waiting: Deferred.Deferred<string | undefined> | undefined
  let isClosed = false
  const give = (line: string | undefined) => {
    const asked = waiting
    // First of all: whoever gets the line may ask again at once.
    waiting = undefined
    if (asked !== undefined) Deferred.doneUnsafe(asked, Effect.succeed(line))
  }
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      // Not as `terminal`: then Ctrl-C stays the signal that everything else listens to.
      const lines = createInterface({ input, terminal: false })
      lines.on("line", give)
      lines.on("close", () => {
        isClosed = true
        give(undefined)
      })
      return lines
    }),
    (lines) => Effect.sync(() => lines.close())
  )

  const line = (text: string): Effect.Effect<string | undefined> =>
    Effect.suspend(() => {
      if (isClosed) return Effect.succeed(undefined)
      write(text)
      waiting = Deferred.makeUnsafe<string | undefined>()
      return Deferred.await(waiting)
    })

  const ask = Effect.fnUntraced(function* (question: Question): Effect.fn.Return<Answer> {
    write(intro(question))
    for (;;) {
      const typed = (yield* line(choices))?.trim()
      if (typed === undefined) return closed
      const [, choice, reason] = /^([ysn])(?:\s+(.+))?$/i.exec(typed) ?? []
      if (choice?.toLowerCase() === "n") {
        const message = reason ?? (yield* line("  why, for the model (empty: stop here): "))?.trim()
        return message === undefined || message === "" ? { _tag: "reject" } : { _tag: "reject", message }
      }
      // More than the letter is no yes: it may have been meant for something else.
      if (choice === undefined || reason !== undefined) continue
      return choice.toLowerCase() === "y" ? { _tag: "once" } : { _tag: "session" }
    }
  })
  return { ask }
})
