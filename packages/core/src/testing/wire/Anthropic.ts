/** Scripted answers as Anthropic's Messages API streams them. */
import {
  type Answer,
  deltas,
  finishOf,
  inputDeltas,
  type ScriptedFinish,
  type ScriptedUsage,
  usageOf
} from "./Answer.ts"

const event = (type: string, data: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`

const stopReason = (finish: ScriptedFinish): string => {
  if (typeof finish === "object") return finish.raw
  const names = {
    stop: "end_turn",
    "tool-calls": "tool_use",
    length: "max_tokens",
    "content-filter": "refusal",
    none: ""
  }
  return names[finish]
}

/** Anthropic counts what was cached beside the input, not in it. */
const inputUsage = ({ cacheRead = 0, cacheWrite = 0, input }: ScriptedUsage) => ({
  input_tokens: input - cacheRead - cacheWrite,
  cache_creation_input_tokens: cacheWrite,
  cache_read_input_tokens: cacheRead
})

const start = (id: string, model: string, usage: ScriptedUsage): string =>
  event("message_start", {
    message: {
      id,
      type: "message",
      role: "assistant",
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        ...inputUsage(usage),
        cache_creation: { ephemeral_5m_input_tokens: usage.cacheWrite ?? 0, ephemeral_1h_input_tokens: 0 },
        output_tokens: 1,
        service_tier: "standard"
      }
    }
  })

const end = (finish: ScriptedFinish, usage: ScriptedUsage): ReadonlyArray<string> => {
  if (finish === "none") return []
  const counts = {
    ...inputUsage(usage),
    output_tokens: usage.output,
    ...(usage.reasoning === undefined ? {} : { output_tokens_details: { thinking_tokens: usage.reasoning } })
  }
  return [
    event("message_delta", { delta: { stop_reason: stopReason(finish), stop_sequence: null }, usage: counts }),
    event("message_stop")
  ]
}

const block = (index: number, content: object, changes: ReadonlyArray<object>): ReadonlyArray<string> => [
  event("content_block_start", { index, content_block: content }),
  ...changes.map((delta) => event("content_block_delta", { index, delta })),
  event("content_block_stop", { index })
]

/** The events of one answer. `id` names the request; calls without an id get one from it. */
export const encode = (
  answer: Answer,
  { id, model }: { readonly id: string; readonly model: string }
): ReadonlyArray<string> => {
  const usage = usageOf(answer)
  const events: Array<string> = [start(`msg_${id}`, model, usage)]
  let index = 0
  for (const item of answer) {
    if ("text" in item) {
      const changes = deltas(item.text).map((text) => ({ type: "text_delta", text }))
      events.push(...block(index++, { type: "text", text: "" }, changes))
    } else if ("reasoning" in item) {
      const thoughts = deltas(item.reasoning).map((thinking) => ({ type: "thinking_delta", thinking }))
      const signed = item.signature === undefined ? [] : [{ type: "signature_delta", signature: item.signature }]
      events.push(...block(index++, { type: "thinking", thinking: "", signature: "" }, [...thoughts, ...signed]))
    } else if ("redacted" in item) {
      events.push(...block(index++, { type: "redacted_thinking", data: item.redacted }, []))
    } else if ("call" in item) {
      const content = { type: "tool_use", id: item.call.id ?? `toolu_${id}_${index}`, name: item.call.tool, input: {} }
      const pieces = ["", ...inputDeltas(item.call)]
      events.push(
        ...block(
          index++,
          content,
          pieces.map((partial_json) => ({ type: "input_json_delta", partial_json }))
        )
      )
    } else if ("ping" in item) {
      events.push(event("ping"))
    } else if ("streamError" in item) {
      events.push(event("error", { error: item.streamError }))
    } else if ("rawEvent" in item) {
      events.push(item.rawEvent)
    }
  }
  return [...events, ...end(finishOf(answer), usage)]
}

/** The body of an error without one in the script, as the API words it. */
export const errorBody = (status: number, message = "scripted error"): unknown => {
  const types: Readonly<Record<number, string>> = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error"
  }
  return { type: "error", error: { type: types[status] ?? "api_error", message }, request_id: "req_scripted" }
}
