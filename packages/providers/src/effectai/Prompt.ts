/** Our request as a prompt and tools of `effect/ai`. Pure: equal requests give equal prompts. */
import type {
  CallContent,
  FileContent,
  ModelMessage,
  ModelRequest,
  ReasoningContent,
  ResultContent,
  TextContent,
  ToolDefinition
} from "@rein/core/model/ModelRequest"
import type { ProviderData } from "@rein/core/schema/Part"
import { Effect, type Schema } from "effect"
import { type Prompt, Tool, type Toolkit } from "effect/ai"
import type * as JsonSchema from "effect/JsonSchema"

type Options = Prompt.ProviderOptions

/** What the provider wanted back goes back as it came; both are JSON by the provider's names. */
const options = (data: ProviderData | undefined): { readonly options?: Options } =>
  data === undefined ? {} : { options: data as Options }

const isBlank = (text: string): boolean => text.trim() === ""

const text = (part: TextContent): ReadonlyArray<Prompt.TextPartEncoded> =>
  isBlank(part.text) ? [] : [{ type: "text", text: part.text, ...options(part.provider) }]

const file = (part: FileContent): Prompt.FilePartEncoded => ({
  type: "file",
  mediaType: part.mediaType,
  ...(part.name === undefined ? {} : { fileName: part.name }),
  data: part.data.type === "url" ? new URL(part.data.url) : part.data.base64
})

const assistantPart = (
  part: TextContent | ReasoningContent | FileContent | CallContent
): ReadonlyArray<Prompt.AssistantMessagePartEncoded> => {
  switch (part.type) {
    case "text":
      return text(part)
    case "reasoning":
      return part.text === "" && part.provider === undefined
        ? []
        : [{ type: "reasoning", text: part.text, ...options(part.provider) }]
    case "file":
      return [file(part)]
    case "call":
      return [
        {
          type: "tool-call",
          id: part.id,
          name: part.tool,
          params: part.input,
          ...(part.hosted === true ? { providerExecuted: true } : {}),
          ...options(part.provider)
        }
      ]
  }
}

const result = ({ attachments = [], failed, id, output, tool }: ResultContent): Prompt.ToolResultPartEncoded => ({
  type: "tool-result",
  id,
  name: tool,
  isFailure: failed,
  result: output,
  ...(attachments.length === 0
    ? {}
    : { modelOutput: [...text({ type: "text", text: output }), ...attachments.map(file)] })
})

const message = (one: ModelMessage): ReadonlyArray<Prompt.MessageEncoded> => {
  switch (one.role) {
    case "user": {
      const content = one.content.flatMap((part): ReadonlyArray<Prompt.UserMessagePartEncoded> =>
        part.type === "file" ? [file(part)] : text(part)
      )
      return content.length === 0 ? [] : [{ role: "user", content }]
    }
    case "assistant": {
      const content = one.content.flatMap(assistantPart)
      return content.length === 0 ? [] : [{ role: "assistant", content }]
    }
    case "tool":
      return one.content.length === 0 ? [] : [{ role: "tool", content: one.content.map(result) }]
  }
}

/** The messages; several system texts become one, since not every provider takes a second. */
export const promptOf = ({ messages, system }: ModelRequest): ReadonlyArray<Prompt.MessageEncoded> => {
  const content = system.filter((one) => !isBlank(one)).join("\n\n")
  return [...(content === "" ? [] : [{ role: "system" as const, content }]), ...messages.flatMap(message)]
}

/** A tool that is only described: it needs nothing and gives nothing. */
type Described = Tool.Dynamic<
  string,
  {
    readonly parameters: JsonSchema.JsonSchema
    readonly success: typeof Schema.Unknown
    readonly failure: typeof Schema.Never
    readonly failureMode: "error"
  }
>

/** Tools by their names. */
export type Tools = Record<string, Described>

const toolOf = ({ description, name, parameters }: ToolDefinition): Described =>
  // A tool's parameters are a JSON Schema by contract; only their type says no more than JSON.
  Tool.dynamic(name, { description, parameters: parameters as unknown as JsonSchema.JsonSchema })

/** The tools, for the provider to know them. No call is run there. */
export const toolkitOf = (definitions: ReadonlyArray<ToolDefinition>): Toolkit.WithHandler<Tools> => ({
  tools: Object.fromEntries(definitions.map((one) => [one.name, toolOf(one)])),
  handle: (name) => Effect.die(new Error(`${name} is run by Rein, not by effect/ai`))
})
