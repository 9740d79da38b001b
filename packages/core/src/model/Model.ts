/** The model: one request in, a stream of model parts out. Swap it by providing another layer. */
import { Context, Effect, Layer, Stream } from "effect"
import { ModelError } from "../schema/ModelError.ts"
import * as ModelRef from "../schema/ModelRef.ts"
import type { ModelPart } from "./ModelPart.ts"
import type { ModelRequest } from "./ModelRequest.ts"

/** Asks a model once for each request: repeating it, and giving it up, is the loop's. */
export class Model extends Context.Service<
  Model,
  {
    /**
     * One attempt; never repeated here. The stream ends when the provider closes it. Interrupting it aborts the
     * request. Parts should come in arrays, as many as are there.
     */
    readonly stream: (request: ModelRequest) => Stream.Stream<ModelPart, ModelError>
    /** A name, without its key, for the account that a model is asked with: models of one account share its limits. Without it, the provider's id. */
    readonly account?: (model: ModelRef.ModelRef) => string
  }
>()("@rein/core/model/Model") {}

/** What a model layer is made of. */
export type ModelService = Model["Service"]

/** No model at all: each request fails and says what to configure. */
export const layerNone: Layer.Layer<Model> = Layer.succeed(
  Model,
  Model.of({
    stream: (request) =>
      Stream.fromEffect(
        Effect.fail(
          new ModelError({
            reason: { _tag: "InvalidRequest" },
            message: `No model is configured, so ${ModelRef.format(request.model)} cannot be asked. Provide a Model layer.`
          })
        )
      )
  })
)
