/** The providers that the router knows, their settings, and where the environment holds these. */
import { Config, Option, Redacted } from "effect"
import { anthropic, type Family, openai, openaiCompatible, openaiUrl } from "./Families.ts"
import type { ProviderSettings } from "./Provider.ts"

/** Settings of each provider; one that is left out has no key. */
export interface Options {
  readonly anthropic?: ProviderSettings
  readonly openai?: ProviderSettings
  readonly openaiCompatible?: ProviderSettings
  readonly ollama?: ProviderSettings
  readonly lmstudio?: ProviderSettings
  readonly llamacpp?: ProviderSettings
  readonly vllm?: ProviderSettings
}

/** The name of a provider's settings. */
export type Name = keyof Options

interface Known {
  /** As it stands before the slash in `provider/model`. */
  readonly id: string
  readonly name: Name
  /** For people. */
  readonly title: string
  /** What its environment variables begin with. */
  readonly variables: string
  readonly family: Family
  /** Where it usually listens on this machine. */
  readonly local?: string
}

const local = (id: Name, title: string, port: number): Known => {
  const url = `http://127.0.0.1:${port}/v1`
  return { id, name: id, title, variables: id.toUpperCase(), family: openaiCompatible(url), local: url }
}

export const known: ReadonlyArray<Known> = [
  { id: "anthropic", name: "anthropic", title: "Anthropic", variables: "ANTHROPIC", family: anthropic },
  { id: "openai", name: "openai", title: "OpenAI", variables: "OPENAI", family: openai },
  {
    id: "openai-compatible",
    name: "openaiCompatible",
    title: "openai-compatible",
    variables: "OPENAI_COMPATIBLE",
    family: openaiCompatible()
  },
  local("ollama", "Ollama", 11_434),
  local("lmstudio", "LM Studio", 1_234),
  local("llamacpp", "llama.cpp", 8_080),
  local("vllm", "vLLM", 8_000)
]

/** How a person sets a provider's key and address: in the environment, or in the options of a layer. */
export interface Hints {
  readonly key: string
  readonly address: string
}

/** For layers that read the environment. */
export const inEnvironment = ({ variables }: Known): Hints => ({
  key: `set ${variables}_API_KEY`,
  address: `set ${variables}_BASE_URL`
})

/** For layers that read nothing. */
export const inOptions = ({ name }: Known): Hints => ({
  key: `set ${name}.apiKey in the layer's options`,
  address: `set ${name}.baseUrl in the layer's options`
})

/** An empty variable is how shells say that there is none. */
const text = (name: string) =>
  Config.map(Config.option(Config.String(name)), (value) => Option.getOrUndefined(value)?.trim() || undefined)

const settings = (key: string | undefined, baseUrl: string | undefined): ProviderSettings => ({
  ...(key === undefined ? {} : { apiKey: Redacted.make(key) }),
  ...(baseUrl === undefined ? {} : { baseUrl })
})

const settingsOf = ({ variables }: Known): Config.Config<ProviderSettings> =>
  Config.map(
    Config.all({ key: text(`${variables}_API_KEY`), url: text(`${variables}_BASE_URL`) }),
    (found): ProviderSettings => settings(found.key, found.url)
  )

const isEmpty = (found: ProviderSettings | undefined): boolean => Object.keys(found ?? {}).length === 0

/**
 * The settings in the environment. Key and address are taken as a pair: a key for OpenAI must not go to a server that was
 * configured for something else. `openai-compatible` without settings of its own has those of OpenAI.
 */
export const environment: Config.Config<Options> = Config.map(Config.all(known.map(settingsOf)), (found) => {
  const options: Options = Object.fromEntries(known.map(({ name }, index) => [name, found[index]]))
  const { openai, openaiCompatible } = options
  return isEmpty(openaiCompatible) && !isEmpty(openai)
    ? { ...options, openaiCompatible: { baseUrl: openaiUrl, ...openai } }
    : options
})
