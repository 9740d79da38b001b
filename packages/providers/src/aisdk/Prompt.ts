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
  TextContent
} from "@rein/core/model/ModelRequest"
import type { ModelRef } from "@rein/core/schema/ModelRef"
import type { ProviderData } from "@rein/core/schema/Part"
import * as Snapshot from "../catalogue/Snapshot.ts"
import type { Rule, Settings, Target, ToolSpec } from "../transform/Rule.ts"
import * as Transform from "../transform/Transform.ts"
import type { Transformed } from "../transform/Transform.ts"
import type { Dialect } from "./Dialect.ts"

type Role<Name extends LanguageModelV4Message["role"]> = Extract<LanguageModelV4Message, { readonly role: Name }>
type AssistantPart = Role<"assistant">["content"][number]
type UserPart = Role<"user">["content"][number]

/** Makes call options of requests and keeps what it made of each message. */
export type Prompt = (request: ModelRequest, signal: AbortSignal) => Prepared

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

const assistantPart = (part: TextContent | ReasoningContent | FileContent | CallContent): AssistantPart => {
  switch (part.type) {
    case "text":
    case "reasoning":
      return { type: part.type, text: part.text, ...providerOptions(part.provider) }
    case "file":
      return file(part)
    case "call":
      return {
        type: "tool-call",
        toolCallId: part.id,
        toolName: part.tool,
        input: part.input,
        ...(part.hosted === true ? { providerExecuted: true } : {}),
        ...providerOptions(part.provider)
      }
  }
}

const resultOutput = ({ attachments, failed, output }: ResultContent): LanguageModelV4ToolResultOutput => {
  if (failed) return { type: "error-text", value: output }
  if (!attachments?.length) return { type: "text", value: output }
  return { type: "content", value: [{ type: "text", text: output }, ...attachments.map(file)] }
}

const result = (part: ResultContent): LanguageModelV4ToolResultPart => ({
  type: "tool-result",
  toolCallId: part.id,
  toolName: part.tool,
  output: resultOutput(part)
})

const userPart = (part: TextContent | FileContent): UserPart =>
  part.type === "file" ? file(part) : { type: "text", text: part.text, ...providerOptions(part.provider) }

const convert = (message: ModelMessage): LanguageModelV4Message => {
  switch (message.role) {
    case "user":
      return { role: "user", content: message.content.map(userPart) }
    case "assistant":
      return { role: "assistant", content: message.content.map(assistantPart) }
    case "tool":
      return { role: "tool", content: message.content.map(result) }
  }
}

const tool = ({ description, name, parameters, strict }: ToolSpec): LanguageModelV4FunctionTool => ({
  type: "function",
  name,
  description,
  // A tool's parameters are a JSON Schema by contract; only their type says no more than JSON.
  inputSchema: parameters as JSONSchema7,
  ...(strict === undefined ? {} : { strict })
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

/** What a request becomes, and the rules that have changed it. */
export interface Prepared {
  readonly options: LanguageModelV4CallOptions
  readonly transformed: Transformed
}

/** Makes call options for one model and remembers what was made of each message and tool list, as long as these live. */
const forModel = (target: Target, asked: ModelRef, rules: ReadonlyArray<Rule> | undefined) => {
  const transform = Transform.make(target, asked, rules)
  const lists = new WeakMap<ReadonlyArray<ModelMessage>, ReadonlyArray<LanguageModelV4Message>>()
  const toolLists = new WeakMap<ReadonlyArray<ToolSpec>, ReadonlyArray<LanguageModelV4FunctionTool>>()
  const messagesOf = kept(lists, (made) => made.map(convert))
  const toolsOf = kept(toolLists, (specs) => specs.map(tool))

  return (request: ModelRequest, signal: AbortSignal): Prepared => {
    const transformed = transform(request)
    const { joinsUsers, mark, settings, system } = transformed
    const markIf = (wanted: boolean) => (wanted ? mark : undefined)
    const systemMessages = system.map((content): LanguageModelV4Message => ({ role: "system", content }))
    const prompt = [...marked(systemMessages, markIf(request.cache.system))]
    const add = (message: LanguageModelV4Message) => {
      const last = prompt.at(-1)
      if (!joinsUsers || message.role !== "user" || last?.role !== "user") prompt.push(message)
      else prompt[prompt.length - 1] = { ...last, content: [...last.content, ...message.content] }
    }
    transformed.messages.forEach((made, index) => {
      const messages = messagesOf(made)
      // Nearly all of them have no mark; this runs once per message and step.
      if (!request.cache.messages.includes(index)) for (const message of messages) add(message)
      else for (const message of marked(messages, mark)) add(message)
    })
    const tools = toolsOf(transformed.tools)
    const options: LanguageModelV4CallOptions = {
      prompt,
      ...(tools.length === 0 ? {} : { tools: [...marked(tools, markIf(request.cache.tools))] }),
      ...(request.maxOutputTokens === undefined ? {} : { maxOutputTokens: request.maxOutputTokens }),
      ...settings.call,
      ...providerSettings(target, settings),
      includeRawChunks: false,
      abortSignal: signal
    }
    return { options, transformed }
  }
}

const kept =
  <Given extends object, Made>(known: WeakMap<Given, Made>, make: (given: Given) => Made) =>
  (given: Given): Made => {
    const made = known.get(given) ?? make(given)
    known.set(given, made)
    return made
  }

const providerSettings = (
  { dialect }: Target,
  { options }: Settings
): Pick<LanguageModelV4CallOptions, "providerOptions"> =>
  // Options are JSON by schema; the provider's type only spells that differently.
  Object.keys(options).length === 0
    ? {}
    : { providerOptions: { [dialect.optionsKey]: options } as SharedV4ProviderOptions }

/** Who is asked: the router's provider for any of its models, or one model value. */
export interface Asked {
  readonly provider: string
  /** Whichever model requests name, it is this one that answers. */
  readonly model?: string
  readonly dialect: Dialect
  /** What is known of the provider's models; see `factsFor`. */
  readonly known?: Snapshot.Models
  /** Instead of the table's. */
  readonly rules?: ReadonlyArray<Rule>
}

const holdsFiles = ({ messages }: ModelRequest): boolean =>
  messages.some(({ content }) =>
    content.some((part) => part.type === "file" || (part.type === "result" && part.attachments !== undefined))
  )

/** What must be known of a provider's models for this request: nothing, unless it holds a file that one may not take. */
export const factsFor = async (provider: string, request: ModelRequest): Promise<Snapshot.Models | undefined> =>
  holdsFiles(request) ? Snapshot.load(provider) : undefined

/** The models of a process are few; the one that was asked longest ago is made again. */
const keptModels = 32

/** Makes call options of requests, by the rules for the model that each one names. */
export const make = ({ dialect, known = {}, model, provider, rules }: Asked): Prompt => {
  const models = new Map<string, ReturnType<typeof forModel>>()
  const targetOf = (name: string): Target => {
    const input = Object.hasOwn(known, name) ? known[name]?.capabilities?.input : undefined
    return { provider, model: name, dialect, ...(input === undefined ? {} : { input }) }
  }
  return (request, signal) => {
    const { model: asked } = request
    const name = `${asked.provider}/${asked.model}`
    const prompt = models.get(name) ?? forModel(targetOf(model ?? asked.model), asked, rules)
    models.delete(name)
    models.set(name, prompt)
    for (const oldest of models.keys()) {
      if (models.size <= keptModels) break
      models.delete(oldest)
    }
    return prompt(request, signal)
  }
}
