/** A model as a user names it: which one, and the layer that can ask it. */
import type { Layer } from "effect"
import type { ModelRef } from "../schema/ModelRef.ts"
import type { Model } from "./Model.ts"

/** What `createAgent({ model })` takes. */
export interface ModelSource {
  readonly ref: ModelRef
  readonly layer: Layer.Layer<Model>
}
