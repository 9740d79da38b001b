/** How models want to be sampled where nobody says otherwise, as their makers write on their cards. */
import { isGemini, isKimi, isThinkingKimi } from "./Models.ts"
import { isFields } from "./Reasoning.ts"
import type { Rule, Settings, Target } from "./Rule.ts"

type Numbers = Pick<Settings["call"], "temperature" | "topP" | "topK">

const spellings = {
  temperature: ["temperature"],
  topP: ["topP", "top_p"],
  topK: ["topK", "top_k"]
} as const

/** What somebody has set stays, in whichever words. */
const withDefaults = (settings: Settings, wanted: Numbers): Settings => {
  const isFree = (name: keyof Numbers) =>
    wanted[name] !== undefined &&
    settings.call[name] === undefined &&
    !spellings[name].some((spelling) => spelling in settings.options)
  const taken = (["temperature", "topP", "topK"] as const).filter(isFree)
  if (taken.length === 0) return settings
  return { ...settings, call: { ...settings.call, ...Object.fromEntries(taken.map((name) => [name, wanted[name]])) } }
}

/** Has somebody turned thinking off, in whichever words? */
const isOff = ({ call, options: { enable_thinking, thinking } }: Settings): boolean =>
  call.reasoning === "none" || enable_thinking === false || (isFields(thinking) && thinking["type"] === "disabled")

const told = (wanted: Numbers): string =>
  Object.entries(wanted)
    .map(([key, value]) => `${key} ${value}`)
    .join(", ")

const sampled = (
  name: string,
  applies: (target: Target) => boolean,
  wanted: Numbers,
  source: string,
  withoutThinking = wanted
): Rule => ({
  name: `sampling-${name}`,
  what: `Sets ${told(wanted)}${withoutThinking === wanted ? "" : ` (without thinking ${told(withoutThinking)})`}, unless the model's options do.`,
  why: "What a server takes by itself makes this model repeat itself or break off.",
  source,
  applies,
  settings: (settings) => withDefaults(settings, isOff(settings) ? withoutThinking : wanted)
})

const like =
  (pattern: RegExp) =>
  ({ model }: Target): boolean =>
    pattern.test(model)

/** Each for models that no other one is for. */
export const rules: ReadonlyArray<Rule> = [
  sampled("gemini", isGemini, { temperature: 1 }, "https://ai.google.dev/gemini-api/docs/gemini-3#temperature"),
  sampled(
    "qwen-coder",
    like(/qwen[\w.-]*coder/i),
    { temperature: 0.7, topP: 0.8 },
    "https://huggingface.co/Qwen/Qwen3-Coder-480B-A35B-Instruct#best-practices"
  ),
  sampled("glm", like(/glm-(4[.p-])?[5-9]/i), { temperature: 1 }, "https://huggingface.co/zai-org/GLM-4.6"),
  sampled(
    "minimax",
    like(/minimax-m2/i),
    { temperature: 1, topP: 0.95 },
    "https://huggingface.co/MiniMaxAI/MiniMax-M2#inference-parameters"
  ),
  sampled(
    "kimi",
    (target) => isKimi(target) && !isThinkingKimi(target),
    { temperature: 0.6 },
    "https://huggingface.co/moonshotai/Kimi-K2-Instruct#chat-completion"
  ),
  sampled(
    "kimi-thinking",
    isThinkingKimi,
    { temperature: 1, topP: 0.95 },
    "https://platform.moonshot.ai/docs/guide/kimi-k2-5-quickstart#parameters-differences-in-request-body",
    { temperature: 0.6, topP: 0.95 }
  )
]
