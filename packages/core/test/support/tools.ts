// Small tools for tests of the loop.
import { Deferred, Effect } from "effect"
import { z } from "zod"
import { ToolError } from "../../src/schema/ToolError.ts"
import * as Tool from "../../src/tool/Tool.ts"

/** Gives back what it gets, and remembers its calls. */
export const echo = (seen: Array<string> = []) =>
  Tool.make("echo", {
    description: "Gives the text back.",
    parameters: z.object({ text: z.string() }),
    safety: "once",
    execute: ({ text }) =>
      Effect.sync(() => {
        seen.push(text)
        return { output: `echo: ${text}`, title: text }
      })
  })

/** The same as a reader, so that calls of it run side by side. */
export const readEcho = Tool.make("read_echo", {
  description: "Gives the text back.",
  parameters: z.object({ text: z.string() }),
  safety: "read",
  execute: ({ text }) => Effect.succeed({ output: `echo: ${text}` })
})

/** Completes `started`, then waits for ever. */
export const hang = (started: Deferred.Deferred<void>, onInterrupt: Effect.Effect<void> = Effect.void) =>
  Tool.make("hang", {
    description: "Never ends.",
    parameters: z.object({}),
    safety: "once",
    execute: () =>
      Effect.andThen(Deferred.succeed(started, undefined), Effect.never).pipe(Effect.onInterrupt(() => onInterrupt))
  })

/** A promise that never settles and ignores its interruption. */
export const deaf = (started: Deferred.Deferred<void>) =>
  Tool.make("deaf", {
    description: "Cannot be interrupted.",
    parameters: z.object({}),
    safety: "once",
    execute: () => Effect.uninterruptible(Effect.andThen(Deferred.succeed(started, undefined), Effect.never))
  })

export const fails = Tool.make("fails", {
  description: "Fails.",
  parameters: z.object({}),
  safety: "once",
  execute: () => Effect.fail(new ToolError({ message: "it did not work" }))
})
