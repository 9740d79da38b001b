/** Structured answers: asks for JSON of a schema, finds it in the answer, and checks it. */
import type { Schema } from "effect"
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "effect/StandardSchema"

/** Any Standard Schema that can also tell its JSON Schema. */
export type OutputSchema<Value> = StandardSchemaV1<unknown, Value> & StandardJSONSchemaV1<unknown, Value>

/** The value, or in words that the model can use what is wrong with its answer. */
export type Checked<Value> =
  | { readonly valid: true; readonly value: Value }
  | { readonly valid: false; readonly problem: string }

const describe = <Value>(schema: OutputSchema<Value>): Schema.Json =>
  // A JSON Schema is JSON.
  schema["~standard"].jsonSchema.input({ target: "draft-2020-12" }) as Schema.Json

/** What is added to the prompt. */
export const request = <Value>(schema: OutputSchema<Value>): string =>
  `When you are done, end with one JSON value and nothing after it. It must fit this JSON Schema:\n${JSON.stringify(describe(schema))}`

/** What the one repair round says. */
export const repair = (problem: string): string =>
  `The JSON at the end of your answer cannot be used: ${problem}\nAnswer again with the corrected JSON value only.`

/** JSON as a whole answer, in a fence, or at the end of the text. */
const candidates = (text: string): ReadonlyArray<string> => {
  const fences = [...text.matchAll(/```(?:json)?\s*\n([\s\S]*?)```/g)].map((match) => match[1] ?? "")
  const begin = text.search(/[[{]/)
  return [text, ...fences.toReversed(), ...(begin === -1 ? [] : [text.slice(begin)])]
}

const parse = (text: string): { readonly json: unknown } | undefined => {
  for (const candidate of candidates(text)) {
    try {
      return { json: JSON.parse(candidate) }
    } catch {
      // The next candidate may do.
    }
  }
  return undefined
}

/** Finds and checks the value. */
export const read = async <Value>(schema: OutputSchema<Value>, text: string): Promise<Checked<Value>> => {
  const found = parse(text)
  if (found === undefined) return { valid: false, problem: "there is no JSON in it" }
  const checked = await schema["~standard"].validate(found.json)
  if (checked.issues === undefined) return { valid: true, value: checked.value }
  const issues = checked.issues.map((issue) => {
    const path = (issue.path ?? []).map((segment) => String(typeof segment === "object" ? segment.key : segment))
    return `${path.join(".") || "value"}: ${issue.message}`
  })
  return { valid: false, problem: issues.join("; ") }
}
