/** A model as a user names it: which one, and the layer that can ask it. */
import type { Layer } from "effect"
import type { ModelRef } from "../schema/ModelRef.ts"
import type { Model } from "./Model.ts"
import type { ModelCatalog } from "./ModelCatalog.ts"

/** What `createAgent({ model })` takes. */
export interface ModelSource {
  readonly ref: ModelRef
  readonly layer: Layer.Layer<Model>
  /** What is known of it and of others. Default: nothing. */
  readonly catalog?: Layer.Layer<ModelCatalog>
}
