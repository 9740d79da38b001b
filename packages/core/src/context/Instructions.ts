/** What the people of a project tell every agent. */
import { Context, Effect, FileSystem, Layer, Path } from "effect"

/** Finds the texts that end the system prompt. Asked once for each epoch, so a change waits for the next one. */
export class Instructions extends Context.Service<
  Instructions,
  {
    /** The sections for a directory, each with its origin in its first line. Never fails: what cannot be read is left out with a warning in the log. */
    readonly forDirectory: (directory: string) => Effect.Effect<ReadonlyArray<string>>
  }
>()("@rein/core/context/Instructions") {}

/** No more than this of one file enters the prompt, in characters. */
const limit = 64_000

const make = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  return Instructions.of({
    forDirectory: Effect.fnUntraced(function* (directory) {
      const file = path.join(directory, "AGENTS.md")
      if (!(yield* Effect.orElseSucceed(files.exists(file), () => false))) return []
      const text = yield* files.readFileString(file).pipe(
        Effect.tapError((error) => Effect.logWarning(`${file} was left out: ${error.message}`)),
        Effect.orElseSucceed(() => "")
      )
      if (text.trim() === "") return []
      const cut = text.length > limit ? `${text.slice(0, limit)}\n[cut after ${limit} characters]` : text
      return [`Instructions from ${file}\n${cut}`]
    })
  })
})

/** `AGENTS.md` of the session's directory. */
export const layer: Layer.Layer<Instructions, never, FileSystem.FileSystem | Path.Path> = Layer.effect(
  Instructions,
  make
)

/** None. */
export const layerNone: Layer.Layer<Instructions> = Layer.succeed(
  Instructions,
  Instructions.of({ forDirectory: () => Effect.succeed([]) })
)
