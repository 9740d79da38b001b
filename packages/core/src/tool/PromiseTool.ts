/** Tools for people who write promises: our own `tool()`, and `tool()` values of the AI SDK. */
import { Effect, type Schema } from "effect"
import type { StandardSchemaV1 } from "effect/StandardSchema"
import type { Safety } from "../schema/SessionEvent.ts"
import { ToolError } from "../schema/ToolError.ts"
import * as Tool from "./Tool.ts"

/** What a promise tool is told besides its input. */
export interface PromiseContext {
  /** Aborted when the call is interrupted or takes too long. */
  readonly signal: AbortSignal
  /** The call's idempotency key. */
  readonly key: string
  readonly directory: string
  readonly progress: (text: string) => void
}

/** What `tool()` takes. Its permission is the tool's name, and a call takes two minutes at most by default. */
export interface PromiseToolOptions<Input> {
  readonly name: string
  readonly description: string
  readonly parameters: Tool.Parameters<Input>
  /** May a call run again after a crash? Default `once`: never. */
  readonly safety?: Safety
  readonly timeoutMillis?: number
  readonly keep?: "head" | "tail"
  /** A string is the output; anything else is given to the model as JSON. */
  readonly execute: (input: Input, context: PromiseContext) => unknown
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

const isResult = (value: unknown): value is Tool.ToolResult =>
  typeof value === "object" && value !== null && "output" in value && typeof value.output === "string"

const toResult = (value: unknown): Tool.ToolResult => {
  if (typeof value === "string") return { output: value }
  // Only JSON can be stored; what is none fails here, where the tool's author sees it.
  if (isResult(value))
    return {
      ...value,
      ...(value.metadata === undefined ? {} : { metadata: JSON.parse(JSON.stringify(value.metadata)) })
    }
  return { output: value === undefined ? "" : (JSON.stringify(value) ?? String(value)) }
}

/** AI SDK tools may give a sequence of results, of which the last one counts. */
const settle = async (value: unknown): Promise<unknown> => {
  const given = await value
  if (typeof given !== "object" || given === null || !(Symbol.asyncIterator in given)) return given
  let last: unknown
  // The check above saw the method that makes it one.
  for await (const next of given as AsyncIterable<unknown>) last = next
  return last
}

const call = (
  run: (context: PromiseContext) => unknown,
  { directory, key, progress }: Tool.ToolContext
): Effect.Effect<Tool.ToolResult, ToolError> =>
  Effect.tryPromise({
    try: async (signal) => {
      const show = (text: string) => Effect.runFork(progress(text))
      return toResult(await settle(run({ signal, key, directory, progress: show })))
    },
    catch: (cause) => new ToolError({ message: messageOf(cause) })
  })

/** Makes a tool from a function that gives a promise. */
export const tool = <Input>(options: PromiseToolOptions<Input>): Tool.Tool => {
  const { description, execute, keep, parameters, safety = "once", timeoutMillis } = options
  return Tool.make(options.name, {
    description,
    parameters,
    safety,
    ...(keep === undefined ? {} : { keep }),
    ...(timeoutMillis === undefined ? {} : { timeoutMillis }),
    execute: (input, context) => call((promise) => execute(input, promise), context)
  })
}

/** The shape of an AI SDK `tool()` value, as far as we use it. */
export interface AiSdkTool {
  /** A text, or a function that makes one. */
  readonly description?: unknown
  readonly inputSchema: unknown
  /** Its parameters are the tool's own types; what we pass has been checked by its own schema. */
  execute?(input: never, options: never): unknown
}

interface JsonSchemaOnly {
  readonly jsonSchema: Schema.Json
  readonly validate?: (value: unknown) => unknown
}

const hasJsonSchema = (value: unknown): value is JsonSchemaOnly =>
  typeof value === "object" && value !== null && "jsonSchema" in value

const isStandard = (value: unknown): value is Tool.Parameters<unknown> =>
  typeof value === "object" && value !== null && "~standard" in value

/** `jsonSchema()` of the AI SDK as a Standard Schema. Its own check, if it has one, is used. */
const fromJsonSchema = (schema: JsonSchemaOnly): Tool.Parameters<unknown> => ({
  "~standard": {
    version: 1,
    vendor: "json-schema",
    validate: async (value): Promise<StandardSchemaV1.Result<unknown>> => {
      const checked = await schema.validate?.(value)
      const refused =
        typeof checked === "object" && checked !== null && "success" in checked && checked.success === false
      if (refused) {
        return { issues: [{ message: "error" in checked ? messageOf(checked.error) : "it does not fit the schema" }] }
      }
      // The check may have changed the value, e.g. filled in defaults.
      return typeof checked === "object" && checked !== null && "value" in checked
        ? { value: checked.value }
        : { value }
    },
    // A JSON Schema is a JSON object.
    jsonSchema: {
      input: () => schema.jsonSchema as Record<string, unknown>,
      output: () => schema.jsonSchema as Record<string, unknown>
    }
  }
})

const parametersOf = (name: string, inputSchema: unknown): Tool.Parameters<unknown> => {
  if (isStandard(inputSchema) && "jsonSchema" in inputSchema["~standard"]) return inputSchema
  const resolved = typeof inputSchema === "function" ? inputSchema() : inputSchema
  if (hasJsonSchema(resolved)) return fromJsonSchema(resolved)
  throw new TypeError(
    `The inputSchema of the tool "${name}" has no JSON Schema. Use zod 4.2 or newer, or jsonSchema().`
  )
}

const descriptionOf = (description: unknown): string =>
  String((typeof description === "function" ? description({ context: undefined }) : description) ?? "")

/** Accepts an AI SDK tool under a name. Without `execute` it answers that it cannot run. Its safety is `once`. */
export const fromAiSdk = (name: string, value: AiSdkTool): Tool.Tool =>
  tool({
    name,
    description: descriptionOf(value.description),
    parameters: parametersOf(name, value.inputSchema),
    execute: (input, { key, signal }) => {
      if (value.execute === undefined) throw new Error(`The tool "${name}" has no execute function.`)
      const given = { toolCallId: key, messages: [], abortSignal: signal, context: undefined }
      // The input was checked by the tool's own schema just before; the options are those that the SDK passes.
      return value.execute(input as never, given as never)
    }
  })
