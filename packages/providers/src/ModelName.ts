/** Reads what a person writes for a model, and says what is wrong with it. */
import * as ModelRef from "@rein/core/schema/ModelRef"
import { Result } from "effect"
import { didYouMean, nearMisses } from "./aisdk/NearMiss.ts"
import { known } from "./aisdk/Table.ts"
import * as Snapshot from "./catalogue/Snapshot.ts"

/** The providers that the router knows, as they stand before the slash in `provider/model`. */
export const providers: ReadonlyArray<string> = known.map(({ id }) => id)

/** Names by which the makers of models can be told. */
const makers: ReadonlyArray<readonly [RegExp, string]> = [
  [/^claude/i, "anthropic"],
  [/^(gpt|chatgpt|codex|o\d)/i, "openai"],
  [/^gem(ini|ma)/i, "google"],
  [/^(mistral|codestral|devstral|magistral|ministral)/i, "mistral"],
  [/^grok/i, "xai"],
  [/^deepseek/i, "deepseek"],
  [/^command/i, "cohere"],
  [/^sonar/i, "perplexity"],
  [/^(qwen|qwq)/i, "alibaba"],
  [/^kimi/i, "moonshotai"]
]

const makerOf = (model: string): string | undefined => makers.find(([pattern]) => pattern.test(model))?.[1]

const listed = `Known providers: ${providers.join(", ")}.`

/** What else a provider may be called: for people, or in the names of its variables, which begin with its name. */
const otherNames = ({ keys, title }: (typeof known)[number]): ReadonlyArray<string> => [
  title,
  // "AI" is in many of them.
  ...title.split(" ").filter((word) => word.length > 3),
  ...keys.map((name) => name.replace(/_(API_KEY|TOKEN)$/, ""))
]

/** The providers that may be meant by a name that none of them has, the nearest first. */
export const nearProviders = (name: string): ReadonlyArray<string> => {
  const near = nearMisses(name, providers)
  const called = known.filter((one) => nearMisses(name, otherNames(one)).length > 0).map(({ id }) => id)
  const maker = makerOf(name)
  return [...new Set([...near, ...called, ...(maker === undefined ? [] : [maker])])]
}

/** What to say of a provider that is none. `like` are models of which one may be meant. */
export const unknownProvider = (ref: ModelRef.ModelRef, like: ReadonlyArray<string> = []): string => {
  const near = nearProviders(ref.provider)
  const theirs = like.filter((id) => near.includes(id.slice(0, id.indexOf("/"))))
  const maker = makerOf(ref.model)
  const others = like.length > 0 || maker === undefined ? like : [`${maker}/${ref.model}`]
  const named = theirs.length > 0 ? theirs : near.map((provider) => `${provider}/${ref.model}`)
  const meant = (near.length > 0 ? named : others).slice(0, 3)
  return `There is no provider "${ref.provider}" (in ${ModelRef.format(ref)}).${didYouMean(meant)} ${listed}`
}

const noModelId = (text: string, like: ReadonlyArray<string>): string => {
  const name = text.replace(/^\/+|\/+$/g, "")
  const maker = makerOf(name)
  const meant = maker === undefined ? nearMisses(name, providers).map((id) => `${id}/<model>`) : [`${maker}/${name}`]
  return `"${text}" is no model id: write provider/model, e.g. anthropic/claude-sonnet-4-5.${didYouMean(like.length > 0 ? like : meant)} ${listed}`
}

const readWith = (text: string, like: ReadonlyArray<string>): Result.Result<ModelRef.ModelRef, string> => {
  const ref = ModelRef.parse(text.trim())
  if (ref === undefined) return Result.fail(noModelId(text, like))
  return providers.includes(ref.provider) ? Result.succeed(ref) : Result.fail(unknownProvider(ref, like))
}

/** A model by its id, `provider/model`, or a sentence that says what is wrong with the id and which one may be meant. */
export const read = (text: string): Result.Result<ModelRef.ModelRef, string> => readWith(text, [])

/** The makers' own models, not those that others offer under the makers' names. */
const makersModels = async (): Promise<ReadonlyArray<string>> => {
  const ids = [...new Set(makers.map(([, id]) => id))]
  const all = await Promise.all(
    ids.map(async (id) => Object.keys(await Snapshot.load(id)).map((model) => `${id}/${model}`))
  )
  return all.flat()
}

const modelOf = (id: string): string => id.slice(id.indexOf("/") + 1)

/** The same, and where something is wrong the known models are looked through for one that may be meant. */
export const readNear = async (text: string): Promise<Result.Result<ModelRef.ModelRef, string>> => {
  const found = read(text)
  if (Result.isSuccess(found)) return found
  const ids = await makersModels()
  const wanted = (text.trim().split("/").at(-1) ?? "").trim()
  const names = nearMisses(wanted, ids.map(modelOf))
  return readWith(
    text,
    names.flatMap((name) => ids.find((id) => modelOf(id) === name) ?? [])
  )
}
