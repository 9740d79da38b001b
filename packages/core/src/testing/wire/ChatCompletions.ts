/** Scripted answers as chat completions, the wire of OpenAI and of all that are compatible with it. */
import {
  type Answer,
  deltas,
  finishOf,
  inputDeltas,
  type ScriptedFinish,
  type ScriptedUsage,
  usageOf
} from "./Answer.ts"

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`

const finishReason = (finish: ScriptedFinish): string => {
  if (typeof finish === "object") return finish.raw
  const names = {
    stop: "stop",
    "tool-calls": "tool_calls",
    length: "length",
    "content-filter": "content_filter",
    none: ""
  }
  return names[finish]
}

const wireUsage = (usage: ScriptedUsage) => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  ...(usage.cacheRead === undefined
    ? {}
    : { prompt_tokens_details: { cached_tokens: usage.cacheRead, audio_tokens: 0 } }),
  ...(usage.reasoning === undefined ? {} : { completion_tokens_details: { reasoning_tokens: usage.reasoning } })
})

/** The events of one answer. `usage` says whether the request asked for a usage chunk. */
export const encode = (
  answer: Answer,
  { id, model, usage }: { readonly id: string; readonly model: string; readonly usage: boolean }
): ReadonlyArray<string> => {
  const envelope = {
    id: `chatcmpl-${id}`,
    object: "chat.completion.chunk",
    created: 1_790_000_000,
    model,
    service_tier: "default",
    system_fingerprint: "fp_scripted"
  }
  const chunk = (delta: object, finish: string | null = null): string =>
    data({
      ...envelope,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(usage ? { usage: null } : {})
    })

  const call = (index: number, item: Extract<Answer[number], { readonly call: unknown }>): ReadonlyArray<string> => {
    const named = { name: item.call.tool, arguments: "" }
    const opened = { index, id: item.call.id ?? `call_${id}_${index}`, type: "function", function: named }
    return [
      chunk({ tool_calls: [opened] }),
      ...inputDeltas(item.call).map((text) => chunk({ tool_calls: [{ index, function: { arguments: text } }] }))
    ]
  }

  const events: Array<string> = [chunk({ role: "assistant", content: "", refusal: null })]
  let calls = 0
  for (const item of answer) {
    if ("text" in item) events.push(...deltas(item.text).map((content) => chunk({ content })))
    else if ("reasoning" in item)
      events.push(...deltas(item.reasoning).map((text) => chunk({ reasoning_content: text })))
    else if ("call" in item) events.push(...call(calls++, item))
    else if ("ping" in item) events.push(": keep-alive\n\n")
    else if ("streamError" in item) events.push(data({ error: { ...item.streamError, code: null, param: null } }))
    else if ("rawEvent" in item) events.push(item.rawEvent)
  }
  const finish = finishOf(answer)
  if (finish === "none") return events
  events.push(chunk({}, finishReason(finish)))
  if (usage) events.push(data({ ...envelope, choices: [], usage: wireUsage(usageOf(answer)) }))
  return [...events, "data: [DONE]\n\n"]
}

/** The body of an error without one in the script, as the API words it. */
export const errorBody = (status: number, message = "scripted error"): unknown => {
  const types: Readonly<Record<number, string>> = {
    400: "invalid_request_error",
    401: "invalid_request_error",
    404: "invalid_request_error",
    429: "requests"
  }
  const codes: Readonly<Record<number, string>> = {
    401: "invalid_api_key",
    404: "model_not_found",
    429: "rate_limit_exceeded"
  }
  return { error: { message, type: types[status] ?? "server_error", param: null, code: codes[status] ?? null } }
}
