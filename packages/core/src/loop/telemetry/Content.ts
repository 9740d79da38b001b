/** Prompts and answers as the conventions write them into spans: JSON, without what has the shape of a key. */
import type { ModelPart } from "../../model/ModelPart.ts"
import type { ModelMessage, ModelRequest } from "../../model/ModelRequest.ts"
import { withoutKeys } from "../../schema/Secrets.ts"
import type { Attributes } from "./Telemetry.ts"

type Content = ModelMessage["content"][number]

const json = (value: unknown): string => withoutKeys(JSON.stringify(value))

const partOf = (content: Content): unknown => {
  switch (content.type) {
    case "text":
    case "reasoning":
      return { type: content.type, content: content.text }
    case "call":
      return { type: "tool_call", id: content.id, name: content.tool, arguments: content.input }
    case "result":
      return { type: "tool_call_response", id: content.id, response: content.output }
    case "file":
      return { type: "file", mime_type: content.mediaType }
  }
}

/** What the model reads. */
export const ofRequest = ({ messages, system }: ModelRequest): Attributes => ({
  "gen_ai.system_instructions": json(system.map((content) => ({ type: "text", content }))),
  "gen_ai.input.messages": json(messages.map(({ content, role }) => ({ role, parts: content.map(partOf) })))
})

const said = (parts: ReadonlyArray<ModelPart>, type: "text-delta" | "reasoning-delta"): string =>
  parts.map((part) => (part.type === type ? part.text : "")).join("")

/** What it said and asked for. */
export const ofAnswer = (parts: ReadonlyArray<ModelPart>, finish: string | undefined): Attributes => {
  const texts = (["reasoning", "text"] as const).flatMap((type) => {
    const content = said(parts, `${type}-delta`)
    return content === "" ? [] : [{ type, content }]
  })
  const calls = parts.flatMap((part) =>
    part.type === "call" ? [{ type: "tool_call", id: part.id, name: part.tool, arguments: part.input }] : []
  )
  return {
    "gen_ai.output.messages": json([{ role: "assistant", parts: [...texts, ...calls], finish_reason: finish }])
  }
}

/** What a call was given. */
export const ofInput = (input: unknown): Attributes => ({ "gen_ai.tool.call.arguments": json(input) })

/** What a call gave. */
export const ofOutput = (output: string): Attributes => ({ "gen_ai.tool.call.result": withoutKeys(output) })
