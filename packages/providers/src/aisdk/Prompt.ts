/** Our request as the call options of an AI SDK provider model. Pure: equal requests give equal options. */
import type {
  JSONSchema7,
  LanguageModelV4CallOptions,
  LanguageModelV4FilePart,
  LanguageModelV4FunctionTool,
  LanguageModelV4Message,
  LanguageModelV4ToolResultOutput,
  LanguageModelV4ToolResultPart,
  SharedV4ProviderOptions
} from "@ai-sdk/provider"
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
import type { Dialect } from "./Dialect.ts"

type Role<Name extends LanguageModelV4Message["role"]> = Extract<LanguageModelV4Message, { readonly role: Name }>
type AssistantPart = Role<"assistant">["content"][number]
type UserPart = Role<"user">["content"][number]

/** Makes call options of requests and keeps what it made of each message. */
export type Prompt = (request: ModelRequest, signal: AbortSignal) => LanguageModelV4CallOptions

/** Whitespace alone is refused by some providers and says nothing to any. */
const isBlank = (text: string): boolean => text.trim() === ""

/** What the provider wanted back goes back as it came; the types differ only in how deep they say that it is JSON. */
const providerOptions = (data: ProviderData | undefined): { readonly providerOptions?: SharedV4ProviderOptions } =>
  data === undefined ? {} : { providerOptions: data as SharedV4ProviderOptions }

const file = (part: FileContent): LanguageModelV4FilePart => ({
  type: "file",
  mediaType: part.mediaType,
  ...(part.name === undefined ? {} : { filename: part.name }),
  data:
    part.data.type === "url" ? { type: "url", url: new URL(part.data.url) } : { type: "data", data: part.data.base64 }
})

const callId = (dialect: Dialect, id: string): string => (dialect.plainIds ? id.replace(/[^a-zA-Z0-9_-]/g, "_") : id)

const assistantPart = (
  dialect: Dialect,
  part: TextContent | ReasoningContent | FileContent | CallContent
): AssistantPart | undefined => {
  switch (part.type) {
    case "text":
      return isBlank(part.text) ? undefined : { type: "text", text: part.text, ...providerOptions(part.provider) }
    case "reasoning":
      // Without text it may still be a redacted block, which lives in the provider's data alone.
      return part.text === "" && part.provider === undefined
        ? undefined
        : { type: "reasoning", text: part.text, ...providerOptions(part.provider) }
    case "file":
      return file(part)
    case "call":
      return {
        type: "tool-call",
        toolCallId: callId(dialect, part.id),
        toolName: part.tool,
        input: part.input,
        ...(part.hosted === true ? { providerExecuted: true } : {}),
        ...providerOptions(part.provider)
      }
  }
}

const resultOutput = (dialect: Dialect, part: ResultContent): LanguageModelV4ToolResultOutput => {
  // An error without a text is refused by Anthropic.
  if (part.failed) return { type: "error-text", value: isBlank(part.output) ? "(no output)" : part.output }
  if (!dialect.filesInResults || !part.attachments?.length) return { type: "text", value: part.output }
  const text = isBlank(part.output) ? [] : [{ type: "text" as const, text: part.output }]
  return { type: "content", value: [...text, ...part.attachments.map(file)] }
}

const result = (dialect: Dialect, part: ResultContent): LanguageModelV4ToolResultPart => ({
  type: "tool-result",
  toolCallId: callId(dialect, part.id),
  toolName: part.tool,
  output: resultOutput(dialect, part)
})

/** Files that the dialect cannot put into a result. Failed results carry none inside, so theirs come here, too. */
const looseFiles = (dialect: Dialect, results: ReadonlyArray<ResultContent>): Array<UserPart> =>
  results.flatMap((part) => (dialect.filesInResults && !part.failed ? [] : (part.attachments ?? []).map(file)))

const convert = (dialect: Dialect, message: ModelMessage): ReadonlyArray<LanguageModelV4Message> => {
  switch (message.role) {
    case "user": {
      const content = message.content.flatMap((part): Array<UserPart> => {
        if (part.type === "file") return [file(part)]
        return isBlank(part.text) ? [] : [{ type: "text", text: part.text, ...providerOptions(part.provider) }]
      })
      return content.length === 0 ? [] : [{ role: "user", content }]
    }
    case "assistant": {
      const content = message.content.flatMap((part) => assistantPart(dialect, part) ?? [])
      return content.length === 0 ? [] : [{ role: "assistant", content }]
    }
    case "tool": {
      if (message.content.length === 0) return []
      const files = looseFiles(dialect, message.content)
      const results: LanguageModelV4Message = {
        role: "tool",
        content: message.content.map((part) => result(dialect, part))
      }
      return files.length === 0 ? [results] : [results, { role: "user", content: files }]
    }
  }
}

const tool = (definition: ToolDefinition): LanguageModelV4FunctionTool => ({
  type: "function",
  name: definition.name,
  description: definition.description,
  // A tool's parameters are a JSON Schema by contract; only their type says no more than JSON.
  inputSchema: definition.parameters as JSONSchema7
})

/** The same with a cache mark on the last one; a copy, because the unmarked ones are kept. */
const marked = <A extends { providerOptions?: SharedV4ProviderOptions }>(
  items: ReadonlyArray<A>,
  mark: SharedV4ProviderOptions | undefined
): ReadonlyArray<A> => {
  const last = items.at(-1)
  return last === undefined || mark === undefined
    ? items
    : [...items.slice(0, -1), { ...last, providerOptions: { ...last.providerOptions, ...mark } }]
}

const systemMessages = (dialect: Dialect, system: ReadonlyArray<string>): Array<LanguageModelV4Message> => {
  const texts = system.filter((text) => !isBlank(text))
  if (texts.length === 0) return []
  const joined = dialect.joinSystem ? [texts.join("\n\n")] : texts
  return joined.map((content) => ({ role: "system", content }))
}

const requestOptions = (dialect: Dialect, request: ModelRequest): SharedV4ProviderOptions | undefined => {
  const key = dialect.cacheKey === undefined ? {} : { [dialect.cacheKey]: request.session }
  const options = { ...dialect.options, ...key, ...request.model.options }
  // Options are JSON by schema; the provider's type only spells that differently.
  return Object.keys(options).length === 0 ? undefined : ({ [dialect.optionsKey]: options } as SharedV4ProviderOptions)
}

/** Remembers what was made of each message and tool list, as long as the request's objects live. */
export const make = (dialect: Dialect): Prompt => {
  const messages = new WeakMap<ModelMessage, ReadonlyArray<LanguageModelV4Message>>()
  const toolLists = new WeakMap<ReadonlyArray<ToolDefinition>, ReadonlyArray<LanguageModelV4FunctionTool>>()

  const messageOf = (message: ModelMessage): ReadonlyArray<LanguageModelV4Message> => {
    const known = messages.get(message)
    if (known !== undefined) return known
    const made = convert(dialect, message)
    messages.set(message, made)
    return made
  }

  const toolsOf = (definitions: ReadonlyArray<ToolDefinition>): ReadonlyArray<LanguageModelV4FunctionTool> => {
    const known = toolLists.get(definitions)
    if (known !== undefined) return known
    const made = definitions.map(tool)
    toolLists.set(definitions, made)
    return made
  }

  return (request, signal) => {
    const mark = (wanted: boolean) => (wanted ? dialect.cacheMark : undefined)
    const prompt = [...marked(systemMessages(dialect, request.system), mark(request.cache.system))]
    request.messages.forEach((message, index) => {
      prompt.push(...marked(messageOf(message), mark(request.cache.messages.includes(index))))
    })
    const options = requestOptions(dialect, request)
    return {
      prompt,
      ...(request.tools.length === 0 ? {} : { tools: [...marked(toolsOf(request.tools), mark(request.cache.tools))] }),
      ...(request.maxOutputTokens === undefined ? {} : { maxOutputTokens: request.maxOutputTokens }),
      ...(options === undefined ? {} : { providerOptions: options }),
      includeRawChunks: false,
      abortSignal: signal
    }
  }
}
