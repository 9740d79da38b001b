/** Scripted answers as OpenAI's Responses API streams them. */
import {
  type Answer,
  deltas,
  finishOf,
  inputDeltas,
  type ScriptedFinish,
  type ScriptedUsage,
  usageOf
} from "./Answer.ts"

type Item = Answer[number]
type Call = Extract<Item, { readonly call: unknown }>["call"]
type Thought = Extract<Item, { readonly reasoning: unknown }>

/** An event without its number, which it gets when all are there. */
interface Event {
  readonly type: string
  readonly data: object
}

const event = (type: string, data: object): Event => ({ type, data })

/** Why an answer is incomplete, in the wire's words; nothing when it is complete. */
const incomplete = (finish: ScriptedFinish): string | undefined => {
  if (typeof finish === "object") return finish.raw
  if (finish === "length") return "max_output_tokens"
  return finish === "content-filter" ? "content_filter" : undefined
}

const wireUsage = (usage: ScriptedUsage) => ({
  input_tokens: usage.input,
  output_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  ...(usage.cacheRead === undefined ? {} : { input_tokens_details: { cached_tokens: usage.cacheRead } }),
  ...(usage.reasoning === undefined ? {} : { output_tokens_details: { reasoning_tokens: usage.reasoning } })
})

/** An item of the output: it is added, changed by deltas, and done. */
const item = (index: number, added: object, changes: ReadonlyArray<Event>, done: object = {}): ReadonlyArray<Event> => [
  event("response.output_item.added", { output_index: index, item: added }),
  ...changes.map(({ data, type }) => event(type, { ...data, output_index: index })),
  event("response.output_item.done", { output_index: index, item: { ...added, ...done } })
]

const message = (id: string, index: number, texts: ReadonlyArray<string>): ReadonlyArray<Event> => {
  const at = { item_id: `msg_${id}_${index}`, content_index: 0 }
  const text = texts.join("")
  const part = { type: "output_text", annotations: [], logprobs: [] }
  return item(
    index,
    { id: at.item_id, type: "message", status: "in_progress", role: "assistant", content: [] },
    [
      event("response.content_part.added", { ...at, part: { ...part, text: "" } }),
      ...texts.map((delta) => event("response.output_text.delta", { ...at, delta })),
      event("response.output_text.done", { ...at, text }),
      event("response.content_part.done", { ...at, part: { ...part, text } })
    ],
    { status: "completed", content: [{ ...part, text }] }
  )
}

const reasoning = (id: string, index: number, thought: Thought): ReadonlyArray<Event> => {
  const at = { item_id: `rs_${id}_${index}`, summary_index: 0 }
  const texts = deltas(thought.reasoning)
  const part = { type: "summary_text", text: texts.join("") }
  return item(
    index,
    { id: at.item_id, type: "reasoning", summary: [] },
    [
      event("response.reasoning_summary_part.added", { ...at, part: { ...part, text: "" } }),
      ...texts.map((delta) => event("response.reasoning_summary_text.delta", { ...at, delta })),
      event("response.reasoning_summary_text.done", { ...at, text: part.text }),
      event("response.reasoning_summary_part.done", { ...at, part })
    ],
    {
      summary: [part],
      ...(thought.signature === undefined ? {} : { encrypted_content: thought.signature })
    }
  )
}

const functionCall = (id: string, index: number, call: Call): ReadonlyArray<Event> => {
  const at = { item_id: `fc_${id}_${index}` }
  const pieces = inputDeltas(call)
  const added = {
    id: at.item_id,
    type: "function_call",
    call_id: call.id ?? `call_${id}_${index}`,
    name: call.tool,
    arguments: ""
  }
  const whole = pieces.join("")
  return item(
    index,
    { ...added, status: "in_progress" },
    [
      ...pieces.map((delta) => event("response.function_call_arguments.delta", { ...at, delta })),
      event("response.function_call_arguments.done", { ...at, arguments: whole })
    ],
    { arguments: whole, status: "completed" }
  )
}

/** The events of an item of the script that is an item of the output; nothing of any other. */
const output = (scripted: Item, id: string, index: number): ReadonlyArray<Event> | undefined => {
  if ("text" in scripted) return message(id, index, deltas(scripted.text))
  if ("reasoning" in scripted) return reasoning(id, index, scripted)
  return "call" in scripted ? functionCall(id, index, scripted.call) : undefined
}

/** The events of one answer. `id` names the request; calls without an id get one from it. */
export const encode = (
  answer: Answer,
  { id, model }: { readonly id: string; readonly model: string }
): ReadonlyArray<string> => {
  const response = { id: `resp_${id}`, object: "response", created_at: 1_790_000_000, model, output: [] }
  const sent: Array<string> = []
  let number = 0
  const send = ({ data, type }: Event): void => {
    sent.push(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number++, ...data })}\n\n`)
  }
  send(event("response.created", { response: { ...response, status: "in_progress" } }))
  send(event("response.in_progress", { response: { ...response, status: "in_progress" } }))
  let index = 0
  for (const scripted of answer) {
    const events = output(scripted, id, index)
    if (events !== undefined) {
      index++
      events.forEach(send)
    } else if ("ping" in scripted) sent.push(": keep-alive\n\n")
    else if ("streamError" in scripted) {
      const { message: text, type } = scripted.streamError
      send(event("error", { error: { type, code: type, message: text, param: null } }))
    } else if ("rawEvent" in scripted) sent.push(scripted.rawEvent)
  }
  const finish = finishOf(answer)
  if (finish === "none") return sent
  const reason = incomplete(finish)
  send(
    event(reason === undefined ? "response.completed" : "response.incomplete", {
      response: {
        ...response,
        status: reason === undefined ? "completed" : "incomplete",
        incomplete_details: reason === undefined ? null : { reason },
        usage: wireUsage(usageOf(answer))
      }
    })
  )
  return sent
}
