/** How models want to be sampled where nobody says otherwise, as their makers write on their cards. */
import { isGemini } from "./Models.ts"
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

const sampled = (name: string, applies: (target: Target) => boolean, wanted: Numbers, source: string): Rule => ({
  name: `sampling-${name}`,
  what: `Sets ${Object.entries(wanted)
    .map(([key, value]) => `${key} ${value}`)
    .join(", ")}, unless the model's options do.`,
  why: "What a server takes by itself makes this model repeat itself or break off.",
  source,
  applies,
  settings: (settings) => withDefaults(settings, wanted)
})

const like =
  (pattern: RegExp, unlike = /(?!)/) =>
  ({ model }: Target): boolean =>
    pattern.test(model) && !unlike.test(model)

const kimiThinks = /kimi-(k2[\w.-]*thinking|k2\.[5-9]|k[3-9])/i

/** Each for models that no other one is for. */
export const rules: ReadonlyArray<Rule> = [
  sampled("gemini", isGemini, { temperature: 1 }, "https://ai.google.dev/gemini-api/docs/gemini-3#temperature"),
  sampled(
    "qwen-coder",
    like(/qwen[\w.-]*coder/i),
    { temperature: 0.7, topP: 0.8 },
    "https://huggingface.co/Qwen/Qwen3-Coder-480B-A35B-Instruct#best-practices"
  ),
  sampled("glm", like(/glm-4\.[5-9]|glm-[5-9]/i), { temperature: 1 }, "https://huggingface.co/zai-org/GLM-4.6"),
  sampled(
    "minimax",
    like(/minimax-m2/i),
    { temperature: 1, topP: 0.95 },
    "https://huggingface.co/MiniMaxAI/MiniMax-M2#inference-parameters"
  ),
  sampled(
    "kimi",
    like(/kimi-k2/i, kimiThinks),
    { temperature: 0.6 },
    "https://huggingface.co/moonshotai/Kimi-K2-Instruct#chat-completion"
  ),
  sampled(
    "kimi-thinking",
    like(kimiThinks),
    { temperature: 1, topP: 0.95 },
    "https://huggingface.co/moonshotai/Kimi-K2-Thinking#4-native-int4-quantization"
  )
]
