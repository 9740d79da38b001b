/** JSON Schemas as trees: how to change each schema within one, and how to bring what is referred to into one place. */
import type { Schema } from "effect"

type Json = Schema.Json

/** A schema that is an object; `true` and `false` are schemas too, and no nodes. */
export type Node = { readonly [keyword: string]: Json }

/** Is it such an object? A list is none. */
export const isNode = (value: Json | undefined): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Is it a list, for the types one of JSON? `Array.isArray` would make it one of anything. */
export const isList = (value: Json | undefined): value is ReadonlyArray<Json> => Array.isArray(value)

/** A copy of the schema without these keywords; schemas within it keep theirs. */
export const without = (node: Node, ...keywords: ReadonlyArray<string>): Node =>
  Object.fromEntries(Object.entries(node).filter(([keyword]) => !keywords.includes(keyword)))

const listsOfSchemas = new Set(["anyOf", "oneOf", "allOf", "prefixItems"])
const mapsOfSchemas = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"])
const singleSchemas = new Set([
  "items",
  "additionalProperties",
  "not",
  "contains",
  "propertyNames",
  "if",
  "then",
  "else"
])

const inside = (keyword: string, value: Json, change: (node: Node) => Json): Json => {
  if (mapsOfSchemas.has(keyword) && isNode(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, rewritten(inner, change)]))
  }
  // The old form of a tuple stands under `items`.
  if ((listsOfSchemas.has(keyword) || keyword === "items") && isList(value)) {
    return value.map((inner) => rewritten(inner, change))
  }
  return singleSchemas.has(keyword) ? rewritten(value, change) : value
}

/** Changes every schema within a schema, the inner ones first. Names of properties are no keywords. */
export const rewritten = (schema: Json, change: (node: Node) => Json): Json =>
  isNode(schema)
    ? change(Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, inside(name, value, change)])))
    : schema

/** What a reference within the same document names. */
const target = (document: Node, reference: string): Json | undefined => {
  if (reference === "#") return document
  if (!reference.startsWith("#/")) return undefined
  const steps = reference.slice(2).split("/")
  return steps.reduce<Json | undefined>((inner, step) => {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~")
    if (isList(inner)) return inner[Number(name)]
    return isNode(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined
  }, document)
}

/**
 * The same schema, in which all that is referred to stands in `$defs`, wherever it stood before. A reference that names
 * nothing in the document says nothing.
 */
export const gathered = (document: Json): Json => {
  if (!isNode(document)) return document
  const names = new Map<string, string>()
  const waiting: Array<string> = []
  const nameOf = (reference: string): string => {
    const known = names.get(reference)
    if (known !== undefined) return known
    const wanted = (reference.split("/").at(-1) ?? "").replace(/[^a-zA-Z0-9_-]+/g, "_").replace(/^_?$/, "root")
    const taken = new Set(names.values())
    let name = wanted
    for (let count = 2; taken.has(name); count++) name = `${wanted}_${count}`
    names.set(reference, name)
    waiting.push(reference)
    return name
  }
  const bare = (schema: Json): Json => (isNode(schema) ? without(schema, "$defs", "definitions") : schema)
  const moved = (node: Node): Json => {
    const { $ref } = node
    if (typeof $ref !== "string") return bare(node)
    return target(document, $ref) === undefined
      ? bare(without(node, "$ref"))
      : { ...node, $ref: `#/$defs/${nameOf($ref)}` }
  }
  const body = rewritten(bare(document), moved)
  const found: Record<string, Json> = {}
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    found[nameOf(next)] = rewritten(bare(target(document, next) ?? {}), moved)
  }
  return names.size === 0 || !isNode(body) ? body : { ...body, $defs: found }
}
