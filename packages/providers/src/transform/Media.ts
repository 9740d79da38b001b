/** Files that a model cannot take become words where they stand: a silent gap would mislead it, a refusal would end the session. */
import type { FileContent, ModelMessage, ResultContent, TextContent } from "@rein/core/model/ModelRequest"
import * as Base64 from "effect/encoding/Base64"
import { Result } from "effect"
import { isGemini, speaksAnthropic, speaksBedrock, speaksChat, speaksGoogle } from "./Models.ts"
import { isSame, mapEach, type Rule, type Target } from "./Rule.ts"

/** Which types of file may be sent as bytes, and which as an address. */
interface Readable {
  readonly bytes: RegExp
  readonly url: RegExp
}

const images = /^image\/(jpe?g|png|gif|webp)$/
const documents = /^(image\/(jpe?g|png|gif|webp)|application\/pdf)$/
const whole = /^[^*]+$/
const all = /^/
const none = /(?!)/

const speaks =
  (optionsKey: RegExp) =>
  ({ dialect }: Target): boolean =>
    optionsKey.test(dialect.optionsKey)

const isGateway = speaks(/^gateway$/)

/** By the package that sends them; what is not here sends anything. */
const packages: ReadonlyArray<readonly [(target: Target) => boolean, Readable]> = [
  [speaksAnthropic, { bytes: documents, url: documents }],
  [speaksBedrock, { bytes: documents, url: none }],
  [
    (target) => speaksGoogle(target) || (isGateway(target) && isGemini(target)),
    { bytes: /^(image\/(jpeg|png|webp|heic|heif)|application\/pdf|(audio|video)\/[\w.+-]+)$/, url: whole }
  ],
  [speaks(/^(openai|azure|mistral|gateway)$/), { bytes: documents, url: documents }],
  [speaks(/^(groq|deepseek|cohere)$/), { bytes: images, url: images }],
  [speaks(/^alibaba$/), { bytes: /^image\/(jpe?g|png|bmp|tiff|webp|heic)$/, url: /^image\// }],
  [speaks(/^xai$/), { bytes: /^image\/(jpe?g|png|webp)$/, url: all }],
  [
    speaks(/^moonshotai$/),
    {
      bytes: /^(image\/(jpeg|png|gif|webp|bmp|heic|heif)|video\/(mp4|mpeg|mov|avi|webm|wmv))$/,
      url: /^(image\/(?!svg)|video\/)/
    }
  ],
  [
    speaks(/^openrouter$/),
    {
      bytes: /^(image\/(jpe?g|png|gif|webp)|application\/pdf|(audio|video)\/[\w.+-]+)$/,
      url: /^(image\/(?!svg)|video\/|application\/pdf$)/
    }
  ],
  [
    speaksChat,
    {
      bytes: /^(image\/(jpe?g|png|gif|webp|bmp)|video\/[\w.+-]+|audio\/(wav|mp3|mpeg)|application\/pdf)$/,
      url: /^(image\/(?!svg)|video\/)/
    }
  ]
]

/** Models that read nothing but text, wherever they are served, where the catalogue does not know it. */
const blind =
  /deepseek[-/](chat|reasoner|r1|v3)|gpt-oss|kimi-k2(?!\.[5-9])|glm-4\.[5-7](?!\d*v)|qwen[\w.-]*coder|codestral|devstral|minimax-m[12]|gpt-3\.5|o[13]-mini|llama-?3\.[13]/i

const isBlind = ({ input, model }: Target): boolean =>
  input === undefined ? blind.test(model) : !input.includes("image")

const isReadable = (file: FileContent, target: Target): boolean => {
  if (isBlind(target) || (file.data.type === "url" && !URL.canParse(file.data.url))) return false
  const readable = packages.find(([sends]) => sends(target))?.[1]
  return readable === undefined || (file.data.type === "url" ? readable.url : readable.bytes).test(file.mediaType)
}

const isEmpty = ({ data }: FileContent): boolean => data.type === "base64" && data.base64.trim() === ""

const nameOf = ({ data, mediaType, name }: FileContent): string =>
  `${name ?? (data.type === "url" ? data.url : "a file")} (${mediaType})`

const unreadable = (file: FileContent): string =>
  isEmpty(file)
    ? `[${nameOf(file)} was left out: it is empty. Tell the user.]`
    : `[${nameOf(file)} was left out: this model cannot read such files. Tell the user.]`

const isText = (mediaType: string): boolean =>
  /^text\/|^application\/([\w.+-]+\+)?(json|xml|yaml|toml|javascript|typescript|sql|x-sh)\b/i.test(mediaType)

const decoder = new TextDecoder()

/** The file as words, where it is nothing else; `undefined` for any other file. */
const asText = (file: FileContent): string | undefined => {
  if (file.data.type !== "base64" || isEmpty(file) || !isText(file.mediaType)) return undefined
  const bytes = Base64.decode(file.data.base64)
  return Result.isSuccess(bytes) ? `[${nameOf(file)}]\n${decoder.decode(bytes.success)}` : undefined
}

/** The words that stand for a file, or nothing where the file itself is sent. */
type Words = (file: FileContent) => string | undefined

const inResult = (result: ResultContent, words: Words): ResultContent => {
  const { attachments = [], ...rest } = result
  const kept = attachments.filter((file) => words(file) === undefined)
  if (isSame(attachments, kept)) return result
  const output = [result.output, ...attachments.flatMap((file) => words(file) ?? [])].join("\n")
  return { ...rest, output, ...(kept.length === 0 ? {} : { attachments: kept }) }
}

const inUser = (part: TextContent | FileContent, words: Words): TextContent | FileContent => {
  const text = part.type === "file" ? words(part) : undefined
  return text === undefined ? part : { type: "text", text }
}

const replaced = (message: ModelMessage, words: Words): ModelMessage => {
  if (message.role === "assistant") return message
  if (message.role === "user") {
    const content = mapEach(message.content, (part) => inUser(part, words))
    return content === message.content ? message : { ...message, content }
  }
  const content = mapEach(message.content, (result) => inResult(result, words))
  return content === message.content ? message : { ...message, content }
}

const texts: Rule = {
  name: "text-files",
  what: "Sends a text file as text.",
  why: "Most APIs take text files as no file at all, and most packages throw at one.",
  source: "https://ai-sdk.dev/docs/ai-sdk-core/prompts#file-parts",
  applies: () => true,
  message: (message) => replaced(message, asText)
}

const media: Rule = {
  name: "unreadable-files",
  what: "Says in words which file the model cannot read, or that it is empty.",
  why: "Packages throw at types that they do not know and APIs refuse them, at every later request, too.",
  source: "https://docs.x.ai/docs/guides/image-understanding",
  applies: () => true,
  message: (message, { target }) =>
    replaced(message, (file) => (isEmpty(file) || !isReadable(file, target) ? unreadable(file) : undefined))
}

/** Google's package loads an address in a result by itself, whoever has named it. */
const staysInResult = (file: FileContent, { failed }: ResultContent, target: Target): boolean =>
  target.dialect.filesInResults && !failed && !(speaksGoogle(target) && file.data.type === "url")

const behind: Rule = {
  name: "files-behind-results",
  what: "Sends the files of results as a message of the user behind them.",
  why: "These APIs take only text as a result, and nowhere files with a failure.",
  source: "https://platform.openai.com/docs/api-reference/chat/create",
  applies: () => true,
  message: (message, { target }) => {
    if (message.role !== "tool") return message
    const moved: Array<FileContent> = []
    const content = mapEach(message.content, (result) => {
      const { attachments = [], ...rest } = result
      const kept = attachments.filter((file) => staysInResult(file, result, target))
      if (isSame(attachments, kept)) return result
      moved.push(...attachments.filter((file) => !kept.includes(file)))
      return { ...rest, ...(kept.length === 0 ? {} : { attachments: kept }) }
    })
    return moved.length === 0
      ? message
      : [
          { ...message, content },
          { role: "user", content: moved }
        ]
  }
}

/** In this order. */
export const rules: ReadonlyArray<Rule> = [texts, media, behind]
