/**
 * A model that plays a script and reads its requests.
 *
 * Each step states what its request must contain, may take values out of it,
 * and departs loudly at the first difference: the request then dies with a
 * `ScriptDeparture`, which ends the turn as `failed`. `requests` and `unused`
 * tell afterwards what was asked and what was never reached.
 */
import { Context, Data, Effect, Layer, Stream } from "effect"
import { Model } from "../model/Model.ts"
import type { ModelPart } from "../model/ModelPart.ts"
import type { ModelMessage, ModelRequest } from "../model/ModelRequest.ts"
import type { ModelError } from "../schema/ModelError.ts"
import type { FinishReason } from "../schema/SessionEvent.ts"
import type { Usage } from "../schema/Usage.ts"

/** One thing that the model does. Without a `finish` or an end of another kind, a fitting finish is added. */
export type Piece =
  /** Comes as several deltas, split at blanks. */
  | { readonly text: string }
  | { readonly reasoning: string; readonly signature?: string }
  | { readonly call: string; readonly input: unknown; readonly id?: string }
  /** Waits on the clock. */
  | { readonly delayMillis: number }
  /** Model parts as they are, in any order. */
  | { readonly parts: ReadonlyArray<ModelPart> }
  | { readonly finish: FinishReason; readonly usage?: Usage }
  /** The attempt fails here. */
  | { readonly error: ModelError }
  /** The stream closes without a finish, or never closes. */
  | { readonly end: "cut" | "never" }

/** One request and its answer. */
export interface ScriptedStep {
  /** Texts or patterns that the request must contain, in its messages or its system text. */
  readonly expects?: ReadonlyArray<string | RegExp>
  /** Any other demand: gives the difference, or nothing. */
  readonly check?: (request: ModelRequest) => string | undefined
  readonly answer: ReadonlyArray<Piece> | ((request: ModelRequest) => ReadonlyArray<Piece>)
}

/** The request was not what the script says. */
export class ScriptDeparture extends Data.TaggedError("ScriptDeparture")<{
  readonly step: number
  readonly detail: string
}> {
  override get message() {
    return `The scripted model departs at step ${this.step}: ${this.detail}`
  }
}

/** What the scripted model has seen, for assertions after the run. */
export class ScriptedModel extends Context.Service<
  ScriptedModel,
  {
    /** Every request so far, attempts that failed among them. */
    readonly requests: () => ReadonlyArray<ModelRequest>
    /** How many steps of the script have not been reached. */
    readonly unused: () => number
    /** Part types that were handed out, to see that a stopped stream was not read on. */
    readonly given: () => ReadonlyArray<string>
    /** How many streams have been closed, by their end or by whoever read them. */
    readonly closed: () => number
  }
>()("@rein/core/testing/ScriptedModel") {}

/** What a usage is when a script says nothing. */
export const defaultUsage: Usage = { input: 100, cacheRead: 0, cacheWrite: 0, output: 10, reasoning: 0 }

/** All text of the request that the model reads, results included. */
export const textOf = (request: ModelRequest): string =>
  [...request.system, ...request.messages.flatMap(messageText)].join("\n")

const messageText = (message: ModelMessage): ReadonlyArray<string> =>
  message.content.map((content) => {
    switch (content.type) {
      case "text":
      case "reasoning":
        return content.text
      case "call":
        return `${content.tool}(${JSON.stringify(content.input)})`
      case "result":
        return content.output
      case "file":
        return content.name ?? content.mediaType
    }
  })

/** The output of the last result of a tool in the request; for values that a later step needs. */
export const lastResult = (request: ModelRequest, tool: string): string | undefined =>
  request.messages
    .flatMap((message) => (message.role === "tool" ? message.content : []))
    .findLast((content) => content.tool === tool)?.output

const difference = (step: ScriptedStep, request: ModelRequest): string | undefined => {
  const text = textOf(request)
  const missing = (step.expects ?? []).find((wanted) =>
    typeof wanted === "string" ? !text.includes(wanted) : !wanted.test(text)
  )
  if (missing !== undefined) return `the request does not contain ${String(missing)}. It ends: ${text.slice(-400)}`
  return step.check?.(request)
}

const deltas = (text: string): ReadonlyArray<string> => text.split(/(?<=\s)/)

const spoken = (kind: "text" | "reasoning", id: string, text: string, signature?: string): ReadonlyArray<ModelPart> => [
  { type: `${kind}-start`, id },
  ...deltas(text).map((delta): ModelPart => ({ type: `${kind}-delta`, id, text: delta })),
  { type: `${kind}-end`, id, ...(signature === undefined ? {} : { provider: { scripted: { signature } } }) }
]

const called = (piece: Extract<Piece, { call: string }>, id: string): ReadonlyArray<ModelPart> => {
  const input = typeof piece.input === "string" ? piece.input : JSON.stringify(piece.input)
  return [
    { type: "call-start", id, tool: piece.call },
    { type: "call-delta", id, text: input },
    { type: "call-end", id },
    { type: "call", id, tool: piece.call, input }
  ]
}

const streamOf = (piece: Piece, id: string): Stream.Stream<ModelPart, ModelError> => {
  if ("text" in piece) return Stream.fromArray(spoken("text", id, piece.text))
  if ("reasoning" in piece) return Stream.fromArray(spoken("reasoning", id, piece.reasoning, piece.signature))
  if ("call" in piece) return Stream.fromArray(called(piece, piece.id ?? id))
  if ("delayMillis" in piece) return Stream.fromEffectDrain(Effect.sleep(piece.delayMillis))
  if ("parts" in piece) return Stream.fromArray(piece.parts)
  if ("error" in piece) return Stream.fail(piece.error)
  if ("finish" in piece) {
    return Stream.make({ type: "finish", reason: piece.finish, usage: piece.usage ?? defaultUsage } as const)
  }
  return piece.end === "never" ? Stream.never : Stream.empty
}

const endsItself = (piece: Piece): boolean => "finish" in piece || "error" in piece || "end" in piece

const withFinish = (pieces: ReadonlyArray<Piece>): ReadonlyArray<Piece> => {
  const ended = pieces.some(
    (piece) => endsItself(piece) || ("parts" in piece && piece.parts.some((part) => part.type === "finish"))
  )
  if (ended) return pieces
  return [...pieces, { finish: pieces.some((piece) => "call" in piece) ? "tool-calls" : "stop" }]
}

/** A `Model` that plays the script, one step for each request, and the service that tells what it saw. */
export const layer = (script: ReadonlyArray<ScriptedStep>): Layer.Layer<Model | ScriptedModel> => {
  const make = Effect.sync(() => {
    const requests: Array<ModelRequest> = []
    const given: Array<string> = []
    let closed = 0
    const play = (request: ModelRequest): Stream.Stream<ModelPart, ModelError> => {
      const number = requests.push(request)
      const step = script[number - 1]
      if (step === undefined) {
        return Stream.die(new ScriptDeparture({ step: number, detail: `the script has only ${script.length} steps` }))
      }
      const detail = difference(step, request)
      if (detail !== undefined) return Stream.die(new ScriptDeparture({ step: number, detail }))
      const pieces = withFinish(typeof step.answer === "function" ? step.answer(request) : step.answer)
      const streams = pieces.map((piece, index) => streamOf(piece, `${number}-${index}`))
      return streams
        .reduce((all, next) => Stream.concat(all, next), Stream.empty as Stream.Stream<ModelPart, ModelError>)
        .pipe(
          Stream.tap((part) => Effect.sync(() => given.push(part.type))),
          Stream.ensuring(Effect.sync(() => closed++))
        )
    }
    return Context.make(Model, Model.of({ stream: (request) => Stream.suspend(() => play(request)) })).pipe(
      Context.add(
        ScriptedModel,
        ScriptedModel.of({
          requests: () => requests,
          unused: () => Math.max(0, script.length - requests.length),
          given: () => given,
          closed: () => closed
        })
      )
    )
  })
  return Layer.effectContext(make)
}
