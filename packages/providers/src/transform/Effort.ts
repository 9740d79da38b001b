/**
 * How hard a model should think: the option `reasoning`, from `none` to `max`, in each provider's own words.
 *
 * The packages of makers translate it themselves. Chat completions have no common word for it, and OpenRouter's package
 * passes it over.
 */
import type { Schema } from "effect"
import { isStrict, speaksChat } from "./Models.ts"
import type { Rule, Settings, Target } from "./Rule.ts"

type Effort = NonNullable<Settings["call"]["reasoning"]>

const common: Readonly<Record<Exclude<Effort, "none" | "provider-default">, "low" | "medium" | "high">> = {
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "high",
  max: "high"
}

interface Variant {
  readonly name: string
  readonly applies: (target: Target) => boolean
  readonly what: string
  readonly source: string
  /** What is sent in the provider's own words. Options that somebody has set stay. */
  readonly options: (effort: Exclude<Effort, "provider-default">) => Settings["options"]
}

const isThinking = (effort: Effort): Schema.Json => ({ type: effort === "none" ? "disabled" : "enabled" })

/** The first one that applies is taken. */
const variants: ReadonlyArray<Variant> = [
  {
    name: "openrouter",
    applies: ({ provider }) => provider === "openrouter",
    what: "Sends it as `reasoning`, which OpenRouter translates for each model.",
    source: "https://openrouter.ai/docs/use-cases/reasoning-tokens",
    options: (effort) => ({
      reasoning: effort === "none" ? { enabled: false } : { effort: effort === "max" ? "xhigh" : effort }
    })
  },
  {
    name: "qwen",
    applies: (target) =>
      target.provider === "alibaba" || (!isStrict(target) && /qwen-?3(?![\w.-]*coder)/i.test(target.model)),
    what: "Sends it as `enable_thinking`, yes or no.",
    source: "https://www.alibabacloud.com/help/en/model-studio/deep-thinking",
    options: (effort) => ({ enable_thinking: effort !== "none" })
  },
  {
    name: "switch",
    applies: (target) => !isStrict(target) && /glm-|deepseek|kimi/i.test(target.model),
    what: "Sends it as `thinking`, enabled or disabled.",
    source: "https://docs.z.ai/guides/capabilities/thinking-mode",
    options: (effort) => ({ thinking: isThinking(effort) })
  },
  {
    name: "common",
    applies: () => true,
    what: "Sends it as low, medium or high, and nothing for none.",
    source: "https://platform.openai.com/docs/api-reference/chat/create#chat-create-reasoning_effort",
    options: (effort): Settings["options"] => (effort === "none" ? {} : { reasoningEffort: common[effort] })
  }
]

const ruleOf = ({ name, options, source, what }: Variant, applies: Rule["applies"]): Rule => ({
  name: `effort-${name}`,
  what,
  why: "Servers refuse levels and fields of others.",
  source,
  applies,
  settings: (settings) => {
    const { reasoning, ...call } = settings.call
    if (reasoning === undefined || reasoning === "provider-default") return settings
    return { call, options: { ...options(reasoning), ...settings.options } }
  }
})

/** At most one of them is for a target. */
export const rules: ReadonlyArray<Rule> = variants.map((variant, index) =>
  ruleOf(
    variant,
    (target) =>
      (speaksChat(target) || target.provider === "openrouter") &&
      variant.applies(target) &&
      !variants.slice(0, index).some((earlier) => earlier.applies(target))
  )
)
