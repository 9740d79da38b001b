// A runtime whose model and compaction policy are our own; everything else stays as it is.
import { Blobs, Compaction, Model, Runtime, SessionEvent, SessionStoreMemory, Settings } from "@rein/core"
import { Effect, Layer, Stream } from "effect"

/** Answers with how many messages it was given. */
const counting = Layer.succeed(
  Model.Model,
  Model.Model.of({
    stream: ({ messages }) =>
      Stream.make(
        { type: "text-delta", id: "1", text: `I see ${messages.length} messages.` },
        { type: "finish", reason: "stop", usage: { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 } }
      )
  })
)

/** Keeps the last two entries of the history whenever there are more than six. */
const lastTwo = Layer.succeed(
  Compaction.Compaction,
  Compaction.Compaction.of({
    rewrite: ({ state: { history } }) => {
      const keepFrom = history.at(-2)?.sequence
      if (history.length <= 6 || keepFrom === undefined) return Effect.succeed([])
      const summary = `There were ${history.length - 2} entries before.`
      return Effect.succeed([SessionEvent.make("Compacted", { summary, keepFrom, why: "more than six entries" })])
    }
  })
)

export const layer = Runtime.withDefaults(
  Layer.mergeAll(
    counting,
    lastTwo,
    SessionStoreMemory.layerSolo,
    Blobs.layerMemory,
    Settings.layerValues({ model: { provider: "own", model: "counting" }, rules: [] })
  )
)
