// Small requests, and what a case of a rule is made of.
import type { ModelMessage, ModelRequest } from "@rein/core/model/ModelRequest"
import type { ModelRef } from "@rein/core/schema/ModelRef"
import type * as models from "./models.ts"

export const ref: ModelRef = { provider: "asked", model: "asked" }
export const other: ModelRef = { provider: "other", model: "other" }

export const user = (text: string): ModelMessage => ({ role: "user", content: [{ type: "text", text }] })

export type Assistant = Extract<ModelMessage, { readonly role: "assistant" }>["content"]
export type Results = Extract<ModelMessage, { readonly role: "tool" }>["content"]

export const said = (content: Assistant, from?: ModelRef): ModelMessage => ({
  role: "assistant",
  content,
  ...(from === undefined ? {} : { from })
})

export const results = (content: Results, from?: ModelRef): ModelMessage => ({
  role: "tool",
  content,
  ...(from === undefined ? {} : { from })
})

export const call = (id = "call_1", changes: object = {}) => ({
  type: "call" as const,
  id,
  tool: "look",
  input: {},
  ...changes
})

export const result = (id = "call_1", changes: object = {}) => ({
  type: "result" as const,
  id,
  tool: "look",
  output: "seen",
  failed: false,
  ...changes
})

export const thought = (
  provider?: Assistant[number] extends infer P ? (P extends { provider?: infer D } ? D : never) : never
) => ({
  type: "reasoning" as const,
  text: "hm",
  ...(provider === undefined ? {} : { provider })
})

export const tool = (parameters: ModelRequest["tools"][number]["parameters"]) => ({
  name: "look",
  description: "Looks.",
  parameters
})

export const closed = { type: "object", additionalProperties: false }

export const look = tool({ ...closed, properties: {}, required: [] })

/** A call and its result, with these ids. */
export const round = (id?: string): ReadonlyArray<ModelMessage> => [user("go"), said([call(id)]), results([result(id)])]

export const file = (mediaType: string, base64 = "AAAA") =>
  ({ type: "file", mediaType, name: "a", data: { type: "base64", base64 } }) as const

export const withFile = (mediaType: string, base64?: string): Partial<ModelRequest> => ({
  messages: [{ role: "user", content: [{ type: "text", text: "look" }, file(mediaType, base64)] }]
})

export const options = (given: NonNullable<ModelRef["options"]>): Partial<ModelRequest> => ({
  model: { ...ref, options: given }
})

export interface Case {
  readonly rule: string
  readonly model: models.Make
  readonly request: Partial<ModelRequest>
  /** What the API, or the package before it, says without the rule. Or what its body lacks then. */
  readonly without: RegExp | ((body: string) => boolean)
  readonly provider?: string
  /** To tell cases of one rule apart. */
  readonly about?: string
}
