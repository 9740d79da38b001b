/** `--record FILE` and `--model replay:FILE`: the model of a run, recorded or played. */
import { resolve } from "node:path"
import type { Model } from "@rein/core/model/Model"
import type { ModelRef } from "@rein/core/schema/ModelRef"
import { Effect, Layer } from "effect"
import { UsageError } from "../Failure.ts"
import { near } from "../Near.ts"
import { ofProcess } from "../Output.ts"

const replay = "replay:"

/** Does the text of `--model` name a recording? */
export const isReplay = (text: string | undefined): text is string => text?.startsWith(replay) === true

/** What to say where it nearly does. */
export const meant = (text: string): string | undefined => {
  const [word = "", ...file] = text.split(":")
  if (file.length === 0 || near(word, ["replay"]).length === 0) return undefined
  return `"${text}" is no model. Did you mean ${replay}${file.join(":")}?`
}

// Few runs record, and all of them start.
const load = Effect.promise(() => import("@rein/providers/recording/Recording"))

const refuse = (error: { readonly message: string }) => new UsageError({ message: error.message })

const asUsage = <Out, In>(
  layer: Layer.Layer<Out, { readonly message: string }, In>
): Layer.Layer<Out, UsageError, In> =>
  layer.pipe(Layer.catch((error) => Layer.effectContext(Effect.fail(refuse(error)))))

/** A recording as a model. */
export interface Played {
  readonly ref: ModelRef
  readonly layerIn: (directory: string) => Layer.Layer<Model, UsageError>
}

/** A session that went another way than the recorded one leaves some of it; that is told when it has ended. */
const tellUnused = (name: string, { unused }: { readonly unused: () => number }) =>
  Effect.sync(() => {
    const left = unused()
    if (left === 0) return
    const answers = left === 1 ? "1 recorded answer" : `${left} recorded answers`
    ofProcess().line(`* ${answers} of ${name} ${left === 1 ? "was" : "were"} not asked for`, "warning")
  })

/** Reads the recording that `replay:FILE` names. */
export const played = Effect.fnUntraced(function* (text: string): Effect.fn.Return<Played, UsageError> {
  const name = text.slice(replay.length)
  if (name === "") return yield* new UsageError({ message: `Which recording? Write it as --model ${replay}file.` })
  const file = resolve(name)
  const { modelOf, replay: layerOf, Replayed } = yield* load
  const ref = yield* Effect.mapError(modelOf(file), refuse)
  const telling = Layer.effectDiscard(Effect.acquireRelease(Replayed, (replayed) => tellUnused(name, replayed)))
  return { ref, layerIn: (directory) => asUsage(Layer.provideMerge(telling, layerOf(file, { directory }))) }
})

/** Options of `recorded`; a file that is there already is refused, unless a session goes on. */
export interface Options {
  readonly file: string
  readonly directory: string
  /** A session that goes on may go on with its recording. */
  readonly isContinued: boolean
}

/** Records around a model. */
export const recorded = (model: Layer.Layer<Model, UsageError>, options: Options): Layer.Layer<Model, UsageError> =>
  Layer.unwrap(
    Effect.map(load, ({ record }) => {
      const { directory, file, isContinued } = options
      const existing = isContinued ? "append" : "refuse"
      return asUsage(Layer.provide(record(resolve(file), { directory, existing }), model))
    })
  )
