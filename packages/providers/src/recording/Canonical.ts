/** The canonical request: what the model reads, with names for what differs between runs, and one spelling for equal values. */
import { createHash } from "node:crypto"
import type { ModelMessage, ModelRequest } from "@rein/core/model/ModelRequest"
import { ModelRef } from "@rein/core/schema/ModelRef"
import { Schema } from "effect"
import type { Naming } from "./Naming.ts"

/** A request as it stands in a recording. */
export const Canonical = Schema.Struct({
  model: ModelRef,
  maxOutputTokens: Schema.optionalKey(Schema.Finite),
  system: Schema.Array(Schema.Json),
  tools: Schema.Array(Schema.Json),
  messages: Schema.Array(Schema.Json)
})
/** No request can be made of it again: files are hashes, and signatures are left out. */
export type Canonical = typeof Canonical.Type

/** The bytes of a file are known by their hash. */
const fileHash = (base64: string): string => `sha256:${createHash("sha256").update(base64).digest("base64url")}`

type Name = (text: string) => string

/** Each text as `name` writes it, keys sorted; what is not there is left out. */
const canonicalOf = (value: unknown, name: Name): Schema.Json => {
  if (typeof value === "string") return name(value)
  if (typeof value === "number" || typeof value === "boolean") return value
  if (Array.isArray(value)) return value.map((one) => canonicalOf(one, name))
  return typeof value === "object" && value !== null ? canonicalObject(value, name) : null
}

const canonicalObject = (value: object, name: Name): Record<string, Schema.Json> =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, inner]) => [
        name(key),
        key === "base64" && typeof inner === "string" ? fileHash(inner) : canonicalOf(inner, name)
      ])
  )

/** A signature is the provider's: it is the same when it is replayed, and no text. */
const withoutProvider = (message: ModelMessage): unknown => ({
  role: message.role,
  content: message.content.map((content) => ("provider" in content ? { ...content, provider: undefined } : content))
})

/** The name of a model may hold a date, which is no date. */
const modelRef = ({ model, options, provider }: ModelRef, naming: Naming): ModelRef => ({
  provider,
  model,
  ...(options === undefined ? {} : { options: canonicalObject(options, (text) => naming.fixed(text)) })
})

/** In the order in which the model reads it, so that a longer history begins with the same names. */
export const canonical = (request: ModelRequest, naming: Naming): Canonical => {
  const { maxOutputTokens, messages, model, system, tools } = request
  const name = (text: string) => naming.request(text)
  return {
    model: modelRef(model, naming),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    system: system.map((section) => canonicalOf(section, name)),
    tools: tools.map((tool) => canonicalOf(tool, name)),
    messages: messages.map((message) => canonicalOf(withoutProvider(message), name))
  }
}

/** Equal requests have the same. */
export const keyOf = ({ maxOutputTokens, messages, model, system, tools }: Canonical): string =>
  createHash("sha256")
    .update(JSON.stringify([model, maxOutputTokens ?? null, system, tools, messages]))
    .digest("hex")
    .slice(0, 16)
