/** The model parts of an answer: as a schema, with names for what differs between runs, and back. */
import type { ModelPart } from "@rein/core/model/ModelPart"
import { ProviderData } from "@rein/core/schema/Part"
import { FinishReason } from "@rein/core/schema/SessionEvent"
import { Usage } from "@rein/core/schema/Usage"
import { Schema } from "effect"
import type { Naming, Spelling } from "./Naming.ts"

// Not taken out of the namespace at once: then a bundle would hold all of it.
const Flag = Schema.Boolean
const Text = Schema.String
const optional = Schema.optionalKey
const type = <Name extends string>(name: Name) => ({ type: Schema.Literal(name) })
const withId = { id: Text, provider: optional(ProviderData) }

/** What a recording holds of an answer: every model part there is. */
export const Part = Schema.Union([
  Schema.Struct({ ...type("text-start"), ...withId }),
  Schema.Struct({ ...type("text-delta"), ...withId, text: Text }),
  Schema.Struct({ ...type("text-end"), ...withId }),
  Schema.Struct({ ...type("reasoning-start"), ...withId }),
  Schema.Struct({ ...type("reasoning-delta"), ...withId, text: Text }),
  Schema.Struct({ ...type("reasoning-end"), ...withId }),
  Schema.Struct({ ...type("call-start"), ...withId, tool: Text }),
  Schema.Struct({ ...type("call-delta"), ...withId, text: Text }),
  Schema.Struct({ ...type("call-end"), ...withId }),
  Schema.Struct({ ...type("call"), ...withId, tool: Text, input: Text, hosted: optional(Flag) }),
  Schema.Struct({ ...type("call-result"), ...withId, result: Schema.Json, failed: optional(Flag) }),
  Schema.Struct({ ...type("file"), mediaType: Text, base64: Text, provider: optional(ProviderData) }),
  Schema.Struct({ ...type("source"), url: optional(Text), title: optional(Text) }),
  Schema.Struct({ ...type("response"), responseId: optional(Text), model: optional(Text) }),
  Schema.Struct({
    ...type("finish"),
    reason: FinishReason,
    raw: optional(Text),
    usage: Usage,
    cost: optional(Schema.Finite)
  }),
  Schema.Struct({ ...type("unknown"), name: Text })
])

/** The same as a model part. What takes one and is given the other does not compile where the schema lacks a part. */
type Part = typeof Part.Type

const spellingOf = (part: Part): Spelling => (part.type === "call-delta" ? "json" : "plain")

const mapTexts = (value: Schema.Json, map: (text: string) => string): Schema.Json => {
  if (typeof value === "string") return map(value)
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, map))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapTexts(inner, map)]))
}

/** The parts with each text changed by `map`, but deltas, whose texts come in pieces. */
const mapPart = (part: Part, map: (text: string, spelling: Spelling) => string): ModelPart => {
  const plain = (text: string) => map(text, "plain")
  switch (part.type) {
    case "call":
      return { ...part, input: map(part.input, "json") }
    case "call-result":
      return { ...part, result: mapTexts(part.result, plain) }
    case "source":
      return {
        ...part,
        ...(part.url === undefined ? {} : { url: plain(part.url) }),
        ...(part.title === undefined ? {} : { title: plain(part.title) })
      }
    default:
      return part
  }
}

/** What only the provider reads is not named, but what is secret is not written either. */
const withoutSecrets = (part: Part, naming: Naming): Part =>
  !("provider" in part) || part.provider === undefined
    ? part
    : {
        ...part,
        provider: Object.fromEntries(
          Object.entries(part.provider).map(([key, value]) => [key, mapTexts(value, (text) => naming.fixed(text))])
        )
      }

const deltasOf = (parts: ReadonlyArray<ModelPart>) =>
  parts.flatMap((part, index) => ("text" in part ? [{ index, part }] : []))

/** With names. A text that came in several deltas is looked at as one. */
export const nameParts = (given: ReadonlyArray<ModelPart>, naming: Naming): ReadonlyArray<ModelPart> => {
  const parts = given.map((part) => withoutSecrets(part, naming))
  const made = parts.map((part) => mapPart(part, (text, spelling) => naming.answer([text], spelling).join("")))
  for (const deltas of Map.groupBy(deltasOf(parts), ({ part }) => `${part.type} ${part.id}`).values()) {
    const [first] = deltas
    if (first === undefined) continue
    const texts = deltas.map(({ part }) => part.text)
    const named = naming.answer(texts, spellingOf(first.part))
    deltas.forEach(({ index, part }, at) => {
      made[index] = { ...part, text: named[at] ?? "" }
    })
  }
  return made
}

/** With what the names stand for here. */
export const restoreParts = (parts: ReadonlyArray<ModelPart>, naming: Naming): ReadonlyArray<ModelPart> =>
  parts.map((part) =>
    "text" in part
      ? { ...part, text: naming.restore(part.text, spellingOf(part)) }
      : mapPart(part, (text, spelling) => naming.restore(text, spelling))
  )
