/** Which model: the provider's id, the provider's own name of the model, and options for it. */
import { Schema } from "effect"

/** Whether there is such a model is known only when it is asked. */
export const ModelRef = Schema.Struct({
  provider: Schema.String,
  model: Schema.String,
  /** Options in the provider's own words, passed on as they are. */
  options: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json))
})
/** The name of a model with its options; the same model with other options opens an epoch, too. */
export type ModelRef = typeof ModelRef.Type

/** Reads `provider/model`; the model's name may itself hold slashes. Gives `undefined` when either half is missing. */
export const parse = (text: string): ModelRef | undefined => {
  const slash = text.indexOf("/")
  if (slash <= 0 || slash === text.length - 1) return undefined
  return { provider: text.slice(0, slash), model: text.slice(slash + 1) }
}

/** `provider/model`. */
export const format = (ref: ModelRef): string => `${ref.provider}/${ref.model}`
