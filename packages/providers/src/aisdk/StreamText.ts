/**
 * Asks through `streamText` of the `ai` package, for its telemetry and its gateway: one step, no retries, and no tool is
 * run there.
 */
import type {
  JSONValue,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata
} from "@ai-sdk/provider"
import type { LanguageModel, LanguageModelUsage, ModelMessage, TelemetryOptions, TextStreamPart, ToolSet } from "ai"
import type { Asker } from "./Answer.ts"

/** What of `streamText` may be set. */
export interface Settings {
  readonly telemetry?: TelemetryOptions
}

type StreamPart = LanguageModelV4StreamPart
type Of<Type extends TextStreamPart<ToolSet>["type"]> = Extract<TextStreamPart<ToolSet>, { readonly type: Type }>

/** What `streamText` does not pass on, as it comes from the model. */
interface Tapped {
  /** Which answer and which model it is. */
  readonly metadata: Array<StreamPart>
  /** The input of each call as the model wrote it. */
  readonly inputs: Map<string, string>
}

const note = (tapped: Tapped, part: StreamPart): void => {
  if (part.type === "response-metadata") tapped.metadata.push(part)
  if (part.type === "tool-call") tapped.inputs.set(part.toolCallId, part.input)
}

/**
 * The same model, which also tells what it streams. It gets our request as it stands: what the SDK makes of its messages
 * and tools may change with its version, and with it the prefix that a provider has cached.
 */
const tap = async (
  model: LanguageModelV4,
  { prompt, reasoning, temperature, tools, topK, topP }: LanguageModelV4CallOptions,
  tapped: Tapped
): Promise<LanguageModelV4> => {
  const { wrapLanguageModel } = await import("ai")
  return wrapLanguageModel({
    model,
    middleware: {
      specificationVersion: "v4",
      transformParams: async ({ params }) => {
        const { toolChoice: _choice, ...others } = params
        const asked = { reasoning, temperature, tools, topK, topP }
        const given = Object.entries(asked).filter(([, value]) => value !== undefined)
        return { ...others, prompt, ...Object.fromEntries(given) }
      },
      wrapStream: async ({ doStream }) => {
        const result = await doStream()
        const noting = new TransformStream<StreamPart, StreamPart>({
          transform: (part, controller) => {
            note(tapped, part)
            // The SDK prints warnings, which is not for a library to do.
            controller.enqueue(part.type === "stream-start" ? { ...part, warnings: [] } : part)
          }
        })
        return { ...result, stream: result.stream.pipeThrough(noting) }
      }
    }
  })
}

const isFunction = (tool: { readonly type: string }): tool is LanguageModelV4FunctionTool => tool.type === "function"

/** The tools by name, for the SDK to know the calls; without anything that could run them. */
const toolSet = async ({ tools = [] }: LanguageModelV4CallOptions): Promise<ToolSet> => {
  const { jsonSchema, tool } = await import("ai")
  return Object.fromEntries(
    tools
      .filter(isFunction)
      .map(({ inputSchema, name }) => [name, tool({ inputSchema: jsonSchema(inputSchema) })] as const)
  )
}

const rawUsage = (usage: LanguageModelUsage): LanguageModelV4Usage => ({
  inputTokens: {
    total: usage.inputTokens,
    noCache: usage.inputTokenDetails.noCacheTokens,
    cacheRead: usage.inputTokenDetails.cacheReadTokens,
    cacheWrite: usage.inputTokenDetails.cacheWriteTokens
  },
  outputTokens: {
    total: usage.outputTokens,
    text: usage.outputTokenDetails.textTokens,
    reasoning: usage.outputTokenDetails.reasoningTokens
  },
  ...(usage.raw === undefined ? {} : { raw: usage.raw })
})

const metadataOf = (part: { readonly providerMetadata?: SharedV4ProviderMetadata | undefined }) =>
  part.providerMetadata === undefined ? {} : { providerMetadata: part.providerMetadata }

const call = (part: Of<"tool-call">, inputs: Tapped["inputs"]): StreamPart => ({
  type: "tool-call",
  toolCallId: part.toolCallId,
  toolName: part.toolName,
  input: inputs.get(part.toolCallId) ?? JSON.stringify(part.input ?? {}),
  ...(part.providerExecuted === true ? { providerExecuted: true } : {}),
  ...metadataOf(part)
})

const result = (part: Of<"tool-result"> | Of<"tool-error">): StreamPart => ({
  type: "tool-result",
  toolCallId: part.toolCallId,
  toolName: part.toolName,
  // A provider's results are JSON by its interface; the SDK types them by the tool.
  result: (part.type === "tool-result" ? part.output : part.error) as NonNullable<JSONValue>,
  ...(part.type === "tool-error" ? { isError: true } : {}),
  ...(part.type === "tool-result" && part.preliminary === true ? { preliminary: true } : {}),
  ...metadataOf(part)
})

const finish = (part: Of<"finish-step">): StreamPart => ({
  type: "finish",
  finishReason: { unified: part.finishReason, raw: part.rawFinishReason },
  usage: rawUsage(part.usage),
  ...metadataOf(part)
})

/** A part as the provider streamed it; nothing for what the SDK says about its own work. */
const back = (part: TextStreamPart<ToolSet>, inputs: Tapped["inputs"]): StreamPart | undefined => {
  switch (part.type) {
    case "text-delta":
    case "reasoning-delta":
      return { type: part.type, id: part.id, delta: part.text, ...metadataOf(part) }
    case "text-start":
    case "text-end":
    case "reasoning-start":
    case "reasoning-end":
    case "tool-input-start":
    case "tool-input-delta":
    case "tool-input-end":
    case "source":
    case "custom":
    case "ping":
      return part
    case "error":
      // An answer without anything is the same to us however it is asked for.
      return part.error instanceof Error && part.error.name === "AI_NoOutputGeneratedError" ? undefined : part
    case "file":
      return {
        type: "file",
        mediaType: part.file.mediaType,
        data: { type: "data", data: part.file.base64 },
        ...metadataOf(part)
      }
    case "tool-call":
      return call(part, inputs)
    case "tool-result":
      return result(part)
    case "tool-error":
      // Of other tools it only says that the SDK does not know them or cannot read the input: both are ours to judge.
      return part.providerExecuted === true ? result(part) : undefined
    case "finish-step":
      return finish(part)
    default:
      return undefined
  }
}

const asStream = (parts: AsyncIterable<TextStreamPart<ToolSet>>, tapped: Tapped): ReadableStream<StreamPart> => {
  const iterator = parts[Symbol.asyncIterator]()
  return new ReadableStream<StreamPart>(
    {
      pull: async (controller) => {
        for (;;) {
          const next = await iterator.next()
          // Before the part that it came before.
          for (const part of tapped.metadata.splice(0)) controller.enqueue(part)
          if (next.done === true) return controller.close()
          const made = back(next.value, tapped.inputs)
          if (made !== undefined) return controller.enqueue(made)
        }
      },
      cancel: async () => void (await iterator.return?.())
    },
    { highWaterMark: 0 }
  )
}

/** A model of any version of the SDK's interface. */
export type ModelValue = Exclude<LanguageModel, string>

/** The model value behind a name, as the SDK finds it: with its default provider, or else the gateway. */
export const resolve = async (name: string): Promise<ModelValue> => {
  const { gateway } = await import("ai")
  return (globalThis.AI_SDK_DEFAULT_PROVIDER ?? gateway).languageModel(name)
}

/** An asker over `streamText`; the package is loaded at the first use. */
export const asker =
  ({ telemetry }: Settings): Asker =>
  async (model, options) => {
    const { streamText } = await import("ai")
    const tapped: Tapped = { metadata: [], inputs: new Map() }
    const { fullStream } = streamText({
      model: await tap(model, options, tapped),
      messages: asMessages(options.prompt),
      allowSystemInMessages: true,
      ...(options.tools === undefined ? {} : { tools: await toolSet(options) }),
      ...(options.maxOutputTokens === undefined ? {} : { maxOutputTokens: options.maxOutputTokens }),
      ...(options.providerOptions === undefined ? {} : { providerOptions: options.providerOptions }),
      ...(options.abortSignal === undefined ? {} : { abortSignal: options.abortSignal }),
      ...(telemetry === undefined ? {} : { telemetry }),
      maxRetries: 0,
      // Addresses of files are the provider's to read.
      experimental_download: async (files) => files.map(() => null),
      // It comes among the parts; the SDK would also print it.
      onError: () => {}
    })
    return asStream(fullStream, tapped)
  }

/** The SDK's messages are the provider's with more said in words; what we make is both. */
const asMessages = (prompt: LanguageModelV4Prompt): Array<ModelMessage> => prompt as Array<ModelMessage>
