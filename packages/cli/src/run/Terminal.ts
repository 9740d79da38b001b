/** Asks the person at the terminal, line by line. */
import { createInterface } from "node:readline"
import { Deferred, Effect, type Scope } from "effect"
import type { Answer, Question } from "@rein/core/schema/Question"
import { choices, intro, readAnswer, rejection, why } from "./QuestionText.ts"

/** The streams of a terminal. */
export interface Streams {
  readonly input: NodeJS.ReadableStream
  readonly write: (text: string) => void
}

/** A terminal that was opened; once its input has ended, each question is rejected. */
export interface Terminal {
  /** Puts a question and waits for the answer. One at a time. */
  readonly ask: (question: Question) => Effect.Effect<Answer>
}

const closed: Answer = { _tag: "reject", message: "The terminal was closed before anybody answered." }

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
      const typed = yield* line(choices)
      if (typed === undefined) return closed
      const answer = readAnswer(typed)
      if (answer === "why") return rejection((yield* line(why)) ?? "")
      if (answer !== undefined) return answer
    }
  })
  return { ask }
})
