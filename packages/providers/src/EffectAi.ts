/** Any language model of `effect/ai` as the model: swap the provider's Layer, and the runtime asks that one. */
import { Model } from "@rein/core/model/Model"
import { isSemantic, type ModelPart } from "@rein/core/model/ModelPart"
import type { ModelRequest } from "@rein/core/model/ModelRequest"
import type { ModelSource } from "@rein/core/model/ModelSource"
import type { ModelError } from "@rein/core/schema/ModelError"
import * as ModelRef from "@rein/core/schema/ModelRef"
import { Effect, Layer, Stream } from "effect"
import { LanguageModel } from "effect/ai"
import { failureOf } from "./effectai/Failure.ts"
import { convert, type Part } from "./effectai/Parts.ts"
import { promptOf, toolkitOf } from "./effectai/Prompt.ts"

const ask = (model: LanguageModel.LanguageModel, request: ModelRequest): Stream.Stream<Part, unknown> =>
  model.streamText({
    prompt: promptOf(request),
    toolkit: toolkitOf(request.tools),
    disableToolCallResolution: true,
    toolCallValidation: "deferred"
  })

const stream = (model: LanguageModel.LanguageModel, request: ModelRequest): Stream.Stream<ModelPart, ModelError> =>
  Stream.suspend(() => {
    let begun = false
    const fail = (error: unknown): ModelError => failureOf(error, { phase: begun ? "after-output" : "before-output" })
    /** What came before an error is not lost: it is given out first. */
    const parts = (batch: ReadonlyArray<Part>): Stream.Stream<ModelPart, ModelError> => {
      const made: Array<ModelPart> = []
      for (const part of batch) {
        if (part.type === "error") {
          return Stream.concat(Stream.fromArray(made), Stream.fail(fail(part.error)))
        }
        const one = convert(part)
        if (one === undefined) continue
        begun ||= isSemantic(one)
        made.push(one)
      }
      return Stream.fromArray(made)
    }
    return ask(model, request).pipe(
      Stream.mapError(fail),
      Stream.mapArray((batch) => [batch] as const),
      Stream.flatMap(parts)
    )
  })

/** The language model of the context answers every request, whichever model that asks for. */
export const layer: Layer.Layer<Model, never, LanguageModel.LanguageModel> = Layer.effect(
  Model,
  Effect.gen(function* () {
    const model = yield* LanguageModel.LanguageModel
    return Model.of({ stream: (request) => stream(model, request) })
  })
)

/** A model for `createAgent`, by the name that it has in events and in the catalogue, `provider/model`. */
export const effectModel = (id: string, provider: Layer.Layer<LanguageModel.LanguageModel>): ModelSource => {
  const ref = ModelRef.parse(id)
  if (ref === undefined) throw new TypeError(`"${id}" is no model id: write provider/model, e.g. openai/gpt-5.`)
  return { ref, layer: Layer.provide(layer, provider) }
}
