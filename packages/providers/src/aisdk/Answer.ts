/** One answer of an AI SDK provider model, as a stream of model parts. */
import type { LanguageModelV4, LanguageModelV4StreamPart } from "@ai-sdk/provider"
import { fromReadable } from "@rein/core/model/Batching"
import type { ModelPart } from "@rein/core/model/ModelPart"
import type { ModelError } from "@rein/core/schema/ModelError"
import { Effect, Stream } from "effect"
import type { Pull } from "effect"
import { classify } from "../Classify.ts"
import * as Parts from "./Parts.ts"

/** How an answer is asked for. */
export interface Ask {
  /** Sends the request; the signal ends it. Loading the provider belongs to it. */
  readonly open: (signal: AbortSignal) => Promise<ReadableStream<LanguageModelV4StreamPart>>
  /** Keys that must not appear in an error. */
  readonly secrets: ReadonlyArray<string>
}

type NonEmpty<A> = readonly [A, ...Array<A>]

const isNonEmpty = <A>(items: ReadonlyArray<A>): items is NonEmpty<A> => items.length > 0

/** Some providers throw what went wrong, some send it among the parts; both end the stream here, after what came before. */
const convert = (
  upstream: Pull.Pull<NonEmpty<LanguageModelV4StreamPart>, ModelError>,
  parts: Parts.Converter,
  fail: (cause: unknown) => ModelError
): Pull.Pull<NonEmpty<ModelPart>, ModelError> => {
  const next: Pull.Pull<NonEmpty<ModelPart>, ModelError> = Effect.suspend(() => {
    const failure = parts.failure()
    return failure === undefined ? Effect.flatMap(upstream, emit) : Effect.fail(fail(failure.cause))
  })
  const emit = (batch: NonEmpty<LanguageModelV4StreamPart>): Pull.Pull<NonEmpty<ModelPart>, ModelError> => {
    const made = parts.convert(batch)
    return isNonEmpty(made) ? Effect.succeed(made) : next
  }
  return next
}

/** Asks once. The stream ends when the provider closes it, with or without a finish part; none is made up. */
export const stream = (ask: Ask): Stream.Stream<ModelPart, ModelError> =>
  Stream.suspend(() => {
    const parts = Parts.converter()
    const fail = (cause: unknown): ModelError =>
      classify(cause, { phase: parts.begun() ? "after-output" : "before-output", secrets: ask.secrets })
    return Stream.transformPull(fromReadable(ask.open, fail), (upstream) =>
      Effect.succeed(convert(upstream, parts, fail))
    )
  })

/** Sends the request with the provider's own streaming call: no retries and no tool loop of the SDK. */
export const doStream = async (
  model: LanguageModelV4,
  options: Parameters<LanguageModelV4["doStream"]>[0]
): Promise<ReadableStream<LanguageModelV4StreamPart>> => (await model.doStream(options)).stream
