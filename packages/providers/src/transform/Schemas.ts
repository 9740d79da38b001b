/** Parameters of tools as a provider reads them. What is lost to the model's sight is still checked when a call comes. */
import type { Schema } from "effect"
import { isGemini, isKimi, speaksGoogle, speaksResponses } from "./Models.ts"
import { mapEach, type Rule, type ToolSpec } from "./Rule.ts"
import { gathered, isList, isNode, type Node, rewritten, without } from "./SchemaNodes.ts"

type Json = Schema.Json

const withParameters = (tool: ToolSpec, parameters: Json): ToolSpec =>
  JSON.stringify(parameters) === JSON.stringify(tool.parameters) ? tool : { ...tool, parameters }

const changing = (change: (parameters: Json) => Json) => (tools: ReadonlyArray<ToolSpec>) =>
  mapEach(tools, (tool) => withParameters(tool, change(tool.parameters)))

const namesIn = (value: Json | undefined): ReadonlyArray<string> =>
  isList(value) ? value.filter((name) => typeof name === "string") : []

/** The schema that a reference within the same document names, else the schema itself. */
const resolved = (schema: Json, document: Node): Json => {
  const name = isNode(schema) ? schema["$ref"] : undefined
  const [, list = "", key = ""] =
    typeof name === "string" ? (/^#\/(\$defs|definitions)\/([^/]+)$/.exec(name) ?? []) : []
  const found = isNode(document[list]) ? document[list][key] : undefined
  return isNode(schema) && isNode(found) ? { ...found, ...without(schema, "$ref") } : schema
}

/** One object in which everything may stand that one of the branches has; required is what all of them require. */
const merged = (given: Node): Json => {
  const resolvedRoot = resolved(given, given)
  const root = isNode(resolvedRoot) ? resolvedRoot : given
  const key = ["anyOf", "oneOf", "allOf"].find((name) => isList(root[name]))
  if (key === undefined) return { ...root, type: root["type"] ?? "object", properties: root["properties"] ?? {} }
  const branches = (isList(root[key]) ? root[key] : []).map((branch) => resolved(branch, root)).filter(isNode)
  const rest = without(root, key)
  const lists = branches.map((branch) => namesIn(branch["required"]))
  const everywhere = (name: string) => lists.every((list) => list.includes(name))
  const required = [...new Set(lists.flat())].filter((name) => key === "allOf" || everywhere(name))
  const properties: Record<string, Json> = { ...(isNode(rest["properties"]) ? rest["properties"] : {}) }
  for (const branch of branches) {
    for (const [name, schema] of Object.entries(isNode(branch["properties"]) ? branch["properties"] : {})) {
      const known = properties[name]
      const isNew = known === undefined || JSON.stringify(known) === JSON.stringify(schema)
      properties[name] = isNew ? schema : { anyOf: [known, schema] }
    }
  }
  return { ...rest, type: "object", properties, required: [...new Set([...namesIn(rest["required"]), ...required])] }
}

const root: Rule = {
  name: "object-parameters",
  what: "Makes a tool's parameters an object with fields, also where they are a choice or name none.",
  why: "OpenAI, Claude and others refuse anyOf, oneOf and allOf there, and an object that says nothing of its fields.",
  source:
    "https://platform.openai.com/docs/guides/structured-outputs#root-objects-must-not-be-anyof-and-must-be-an-object",
  applies: () => true,
  tools: changing((parameters) => (isNode(parameters) ? merged(parameters) : parameters))
}

/** What Gemini's schemas may say. */
const geminiKeywords = new Set([
  "$id",
  "$defs",
  "$ref",
  "$anchor",
  "type",
  "format",
  "title",
  "description",
  "enum",
  "items",
  "prefixItems",
  "minItems",
  "maxItems",
  "minimum",
  "maximum",
  "anyOf",
  "oneOf",
  "properties",
  "additionalProperties",
  "required"
])

const described = (node: Node, text: string): Node => {
  const before = typeof node["description"] === "string" ? `${node["description"]} ` : ""
  return { ...node, description: `${before}${text}` }
}

/** Only texts may be listed; other values are told in words. */
const geminiEnum = (node: Node): Node => {
  const { const: only, ...rest } = node
  const values = only === undefined ? node["enum"] : [only]
  if (!isList(values)) return node
  const texts = values.filter((value) => typeof value === "string")
  if (texts.length === values.length) return { type: "string", ...rest, enum: texts }
  const { enum: _, ...others } = rest
  return described(others, `One of: ${values.map((value) => JSON.stringify(value)).join(", ")}.`)
}

const isOf = (node: Node, type: string): boolean =>
  node["type"] === type || (isList(node["type"]) && node["type"].includes(type))

/** Of several that must all hold nothing is read; one alone says what it says. */
const geminiAll = (node: Node): Node => {
  const { allOf, ...rest } = node
  const [only, ...others] = isList(allOf) ? allOf : []
  return isNode(only) && others.length === 0 ? { ...only, ...rest } : node
}

const geminiNode = (given: Node): Json => {
  const node: Record<string, Json> = { ...geminiEnum(geminiAll(given)) }
  if (node["$ref"] !== undefined) {
    const { $ref, description } = node
    return { $ref, ...(description === undefined ? {} : { description }) }
  }
  for (const keyword of Object.keys(node)) if (!geminiKeywords.has(keyword)) delete node[keyword]
  if (isList(node["items"])) node["items"] = node["items"][0] ?? {}
  if (isOf(node, "array") && node["items"] === undefined && node["prefixItems"] === undefined) {
    node["items"] = { type: "string" }
  }
  const { properties, required } = node
  if (required !== undefined) {
    const known = namesIn(required).filter((name) => isNode(properties) && Object.hasOwn(properties, name))
    if (known.length === 0) delete node["required"]
    else node["required"] = known
  }
  return node
}

const gemini: Rule = {
  name: "gemini-parameters",
  what: "Keeps the keywords that Gemini knows; lists only texts in enum, requires only what is there, says what lists hold, and refers to $defs alone.",
  why: "Gemini refuses all tools when one schema says something else.",
  source: "https://ai.google.dev/gemini-api/docs/structured-output#json_schema_support",
  applies: (target) => speaksGoogle(target) || isGemini(target),
  tools: changing((parameters) => rewritten(gathered(parameters), geminiNode))
}

/** A reference says all; a type beside a choice stands in each branch; a tuple is a list. */
const kimiNode = (node: Node): Json => {
  if (typeof node["$ref"] === "string") return { $ref: node["$ref"] }
  const { anyOf, items, type, ...rest } = node
  const list = isList(items) ? { items: items[0] ?? {} } : items === undefined ? {} : { items }
  if (!isList(anyOf)) return { ...rest, ...(type === undefined ? {} : { type }), ...list }
  const branches = anyOf.map((branch) =>
    isNode(branch) && branch["type"] === undefined && branch["$ref"] === undefined && type !== undefined
      ? { type, ...branch }
      : branch
  )
  return { ...rest, anyOf: branches, ...list }
}

const kimi: Rule = {
  name: "kimi-parameters",
  what: "Leaves nothing beside a $ref, which names one of $defs, and the type of a choice only in its branches.",
  why: "Moonshot refuses the tool: keywords beside $ref would be expanded into a broken schema.",
  source: "https://github.com/MoonshotAI/walle/blob/main/docs/mfjs-spec.md",
  applies: (target) => isKimi(target) || target.provider === "moonshotai" || target.provider === "moonshot",
  tools: changing((parameters) => rewritten(gathered(parameters), kimiNode))
}

const lists: Rule = {
  name: "whole-lists",
  what: "Says of each list that it may hold anything, where its schema does not say what.",
  why: 'OpenAI and servers like it refuse the tool: "array schema missing items".',
  source: "https://github.com/sigoden/aichat/pull/1049",
  applies: () => true,
  tools: changing((parameters) =>
    rewritten(parameters, (node) =>
      isOf(node, "array") && node["items"] === undefined ? { ...node, items: {} } : node
    )
  )
}

/** What a strict schema may say. */
const strictKeywords =
  /^(type|properties|required|additionalProperties|description|enum|const|anyOf|items|\$ref|\$defs|pattern|multipleOf|(exclusiveM|m)(in|ax)imum|(min|max)Items)$/

/** May OpenAI hold a call to this schema to the letter? */
const isStrict = (schema: Json): boolean => {
  if (!isNode(schema) || !Object.keys(schema).every((keyword) => strictKeywords.test(keyword))) return false
  const { $defs = {}, $ref, anyOf = [], items, properties = {}, required, type } = schema
  if (!isNode(properties) || !isNode($defs) || !isList(anyOf)) return false
  // Nothing may stand beside a reference, and whatever else there is must say of which type it is.
  if ($ref !== undefined) return Object.keys(schema).length === 1
  if (type === undefined && anyOf.length === 0) return false
  if (isOf(schema, "object")) {
    if (schema["additionalProperties"] !== false) return false
    if (Object.keys(properties).some((name) => !namesIn(required).includes(name))) return false
  }
  const inner = [
    ...Object.values(properties),
    ...Object.values($defs),
    ...anyOf,
    ...(items === undefined ? [] : [items])
  ]
  return inner.every(isStrict)
}

const strict: Rule = {
  name: "strict-parameters",
  what: "Asks for strict calls where the parameters allow it: all fields required, of a type that is told, and no others.",
  why: "Strict is what Responses takes when nothing is said, and then refuses tools with optional fields.",
  source: "https://platform.openai.com/docs/guides/function-calling#strict-mode",
  applies: speaksResponses,
  tools: (tools) => mapEach(tools, (tool) => ({ ...tool, strict: isStrict(tool.parameters) }))
}

/** In this order. */
export const rules: ReadonlyArray<Rule> = [root, gemini, kimi, lists, strict]
