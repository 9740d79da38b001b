import type { Answer, Options, Server, Wire } from "@rein/core/testing/WireServer"
import * as WireServer from "@rein/core/testing/WireServer"
import { Model } from "@rein/core/model/Model"
import type { ModelPart } from "@rein/core/model/ModelPart"
import type { ModelRequest } from "@rein/core/model/ModelRequest"
import { make as makeId } from "@rein/core/schema/Ids"
import type { ModelError } from "@rein/core/schema/ModelError"
import * as Tool from "@rein/core/tool/Tool"
import { Effect, Redacted, Stream } from "effect"
import { z } from "zod"
import type { Layer, Scope } from "effect"
import * as AiSdk from "../src/AiSdk.ts"

export const wires: ReadonlyArray<Wire> = ["anthropic", "responses", "chat-completions"]

/** The two layers that ask. */
export const ways = ["doStream", "streamText"] as const
export type Way = (typeof ways)[number]

/** Both layers over each wire. */
export const cases: ReadonlyArray<readonly [Wire, Way]> = wires.flatMap((wire) =>
  ways.map((way) => [wire, way] as const)
)

/** A key that is shaped like no key, so that only knowing it can hide it. */
export const key = "the-very-secret-value"

const refs = {
  anthropic: { provider: "anthropic", model: "claude-sonnet-4-5" },
  responses: { provider: "openai", model: "gpt-5" },
  "chat-completions": { provider: "openai-compatible", model: "some-model" }
} as const

const session = makeId.session()

export const request = (wire: Wire, changes: Partial<ModelRequest> = {}): ModelRequest => ({
  session,
  model: refs[wire],
  system: ["You are a test."],
  tools: [],
  messages: [{ role: "user", content: [{ type: "text", text: "hello" }] }],
  cache: { tools: false, system: false, messages: [] },
  ...changes
})

/** All three families at one address. */
export const options = (url: string, apiKey: string = key): AiSdk.Options => {
  const settings = { apiKey: Redacted.make(apiKey), baseUrl: url }
  return { anthropic: settings, openai: settings, openaiCompatible: settings }
}

export const layer = (url: string, apiKey: string = key, way: Way = "doStream"): Layer.Layer<Model> =>
  way === "doStream" ? AiSdk.layerWith(options(url, apiKey)) : AiSdk.layerStreamTextWith(options(url, apiKey))

export interface Outcome {
  readonly parts: ReadonlyArray<ModelPart>
  readonly error: ModelError | undefined
}

/** All parts up to the end, and the error if it ended with one. */
export const collect = (stream: Stream.Stream<ModelPart, ModelError>): Effect.Effect<Outcome> =>
  Effect.suspend(() => {
    const parts: Array<ModelPart> = []
    return Stream.runForEachArray(stream, (items) => Effect.sync(() => void parts.push(...items))).pipe(
      Effect.match({ onFailure: (error) => ({ parts, error }), onSuccess: () => ({ parts, error: undefined }) })
    )
  })

/** Asks a model layer once. */
export const ask = (model: Layer.Layer<Model>, asked: ModelRequest): Effect.Effect<Outcome> =>
  Effect.provide(
    Effect.gen(function* () {
      return yield* collect((yield* Model).stream(asked))
    }),
    model
  )

/** A server with one answer for all requests, or with a whole set of options. */
export const serve = (answer: Answer | Options): Effect.Effect<Server, never, Scope.Scope> =>
  WireServer.make("script" in answer ? answer : { script: () => answer })

/** Plays one answer over a wire and gives what the layer made of it. */
export const play = (
  wire: Wire,
  answer: Answer,
  way: Way = "doStream",
  changes?: Partial<ModelRequest>
): Effect.Effect<Outcome, never, Scope.Scope> =>
  Effect.gen(function* () {
    const server = yield* serve(answer)
    return yield* ask(layer(server.url, key, way), request(wire, changes))
  })

/** Adjacent deltas of a part as one: how many there are says nothing. */
export const joined = (parts: ReadonlyArray<ModelPart>): ReadonlyArray<ModelPart> => {
  const out: Array<ModelPart> = []
  for (const part of parts) {
    const last = out.at(-1)
    if (last !== undefined && "text" in last && "text" in part && last.type === part.type && last.id === part.id) {
      out[out.length - 1] = { ...last, ...part, text: last.text + part.text }
    } else out.push(part)
  }
  return out
}

/** Without the ids that packages make up for parts, to compare two readings of one answer. */
export const plain = ({ error, parts }: Outcome) => {
  const ids = new Map<string, number>()
  const named = joined(parts).map((part: ModelPart) => {
    if (!("id" in part) || part.id === undefined) return part
    if (!ids.has(part.id)) ids.set(part.id, ids.size)
    return { ...part, id: String(ids.get(part.id)) }
  })
  return { error: error?.reason, parts: named }
}

/** The texts of a kind of delta, together. */
export const textOf = (parts: ReadonlyArray<ModelPart>, type: "text-delta" | "reasoning-delta"): string =>
  parts.map((part) => (part.type === type ? part.text : "")).join("")

export const finishOf = (parts: ReadonlyArray<ModelPart>) => parts.find((part) => part.type === "finish")

/** A tool that may run at any time and says what it was asked. */
export const lookTool = Tool.make("look", {
  description: "Looks.",
  parameters: z.object({ at: z.string().optional(), lines: z.array(z.number()).optional() }),
  safety: "read",
  execute: (input) => Effect.succeed({ output: JSON.stringify(input), title: "look" })
})
