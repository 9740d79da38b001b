/** What is asked for beside the messages: options in the SDK's words and in the provider's, and its cache. */
import { anthropic } from "../aisdk/Dialect.ts"
import { isClaude } from "./Models.ts"
import type { Rule, Settings, Target } from "./Rule.ts"

const efforts = ["provider-default", "none", "minimal", "low", "medium", "high", "xhigh", "max"] as const

/** The options of a model that all packages know under one name. A value of another type is the provider's own. */
const lifted = (settings: Settings): Settings => {
  const { call, options } = settings
  const { reasoning, temperature, topK, topP, ...own } = options
  const effort = efforts.find((one) => one === reasoning)
  const numbers = Object.entries({ temperature, topP, topK }).filter(([, value]) => value !== undefined)
  const known = numbers.filter(([, value]) => typeof value === "number")
  const rest = Object.fromEntries(numbers.filter(([, value]) => typeof value !== "number"))
  if (known.length === 0 && effort === undefined) return settings
  return {
    call: { ...call, ...Object.fromEntries(known), ...(effort === undefined ? {} : { reasoning: effort }) },
    options: { ...own, ...rest, ...(effort === undefined && reasoning !== undefined ? { reasoning } : {}) }
  }
}

const common: Rule = {
  name: "common-options",
  what: "Takes temperature, topP, topK and reasoning out of the model's options.",
  why: "Each API spells them otherwise or puts them elsewhere; the packages know where.",
  source: "https://ai-sdk.dev/docs/ai-sdk-core/settings",
  applies: () => true,
  settings: lifted
}

const defaults: Rule = {
  name: "provider-options",
  what: "Adds what the provider should always be told, unless the model's options say otherwise.",
  why: "OpenAI would store each answer and then expect that requests name what is stored.",
  source: "https://platform.openai.com/docs/guides/your-data",
  applies: ({ dialect }) => dialect.options !== undefined,
  settings: ({ call, options }, _request, { dialect }) => ({ call, options: { ...dialect.options, ...options } })
}

const unstored: Rule = {
  name: "xai-unstored",
  what: "Asks xAI to store nothing and to send its reasoning along, encrypted.",
  why: "A request would depend on what a server remembers, for thirty days.",
  source: "https://docs.x.ai/docs/guides/responses-api",
  applies: ({ dialect }) => dialect.optionsKey === "xai",
  settings: ({ call, options }) => ({ call, options: { store: false, ...options } })
}

const cacheKey: Rule = {
  name: "cache-key",
  what: "Names the session to the provider's cache.",
  why: "Requests of one session would be spread over caches that do not know each other.",
  source: "https://platform.openai.com/docs/guides/prompt-caching",
  applies: ({ dialect }) => dialect.cacheKey !== undefined,
  settings: ({ call, options }, { session }, { dialect: { cacheKey: key = "" } }) => ({
    call,
    options: { [key]: session, ...options }
  })
}

const cost: Rule = {
  name: "openrouter-usage",
  what: "Asks OpenRouter to report what an answer has cost.",
  why: "Its prices depend on who answered, so nobody else knows them.",
  source: "https://openrouter.ai/docs/use-cases/usage-accounting",
  applies: ({ provider }) => provider === "openrouter",
  settings: ({ call, options }) => ({ call, options: { usage: { include: true }, ...options } })
}

/** Gateways whose packages hand marks on to Claude. */
const handsMarksOn = (target: Target): boolean =>
  isClaude(target) && /^(openrouter|gateway)$/.test(target.dialect.optionsKey)

const marks: Rule = {
  name: "cache-marks",
  what: "Marks the places up to which the provider should cache.",
  why: "Anthropic and Bedrock cache nothing that is not marked, also behind a gateway.",
  source: "https://docs.claude.com/en/docs/build-with-claude/prompt-caching",
  applies: (target) => target.dialect.cacheMark !== undefined || handsMarksOn(target),
  mark: ({ dialect }) => dialect.cacheMark ?? anthropic.cacheMark
}

/** In this order. */
export const rules: ReadonlyArray<Rule> = [common, defaults, unstored, cacheKey, cost, marks]
