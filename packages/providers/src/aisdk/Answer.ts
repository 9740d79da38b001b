/** One answer of an AI SDK provider model, as a stream of model parts. */
import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider"
import { fromReadable } from "@rein/core/model/Batching"
import type { ModelPart } from "@rein/core/model/ModelPart"
import type { ModelError } from "@rein/core/schema/ModelError"
import { Cause, Effect, Stream } from "effect"
import type { Pull } from "effect"
import { classify } from "../Classify.ts"
import type { Asked } from "../classify/Describe.ts"
import type { Dialect } from "./Dialect.ts"
import * as Parts from "./Parts.ts"

type Source = ReadableStream<LanguageModelV4StreamPart>

/** How a provider model is asked: with its own streaming call, or through more of the SDK. */
export type Asker = (model: LanguageModelV4, options: LanguageModelV4CallOptions) => Promise<Source>

/** How an answer is asked for. */
export interface Ask {
  /** Sends the request; the signal ends it. Loading the provider belongs to it. */
  readonly open: (signal: AbortSignal) => Promise<Source>
  /** Keys that must not appear in an error. */
  readonly secrets: ReadonlyArray<string>
  readonly dialect?: Dialect
  /** For messages. */
  readonly asked?: Asked
}

type NonEmpty<A> = readonly [A, ...Array<A>]

const isNonEmpty = <A>(items: ReadonlyArray<A>): items is NonEmpty<A> => items.length > 0

/** Some providers throw what went wrong, some send it among the parts; both end the stream here, after what came before. */
const convert = (
  upstream: Pull.Pull<NonEmpty<LanguageModelV4StreamPart>, ModelError>,
  parts: Parts.Converter,
  fail: (cause: unknown) => ModelError
): Pull.Pull<NonEmpty<ModelPart>, ModelError> => {
  const ended = Effect.suspend((): Pull.Pull<never, ModelError> =>
    parts.isEmpty() ? Effect.fail(fail(new Error("No output generated"))) : Cause.done()
  )
  const source = Effect.catchIf(upstream, Cause.isDone, () => ended)
  const next: Pull.Pull<NonEmpty<ModelPart>, ModelError> = Effect.suspend(() => {
    const failure = parts.failure()
    return failure === undefined ? Effect.flatMap(source, emit) : Effect.fail(fail(failure.cause))
  })
  const emit = (batch: NonEmpty<LanguageModelV4StreamPart>): Pull.Pull<NonEmpty<ModelPart>, ModelError> => {
    const made = parts.convert(batch)
    return isNonEmpty(made) ? Effect.succeed(made) : next
  }
  return next
}

/**
 * Asks once. The stream ends when the provider closes it, with or without a finish part; none is made up. An answer in
 * which nothing came, not even its end, is an error.
 */
export const stream = ({ asked, dialect, open, secrets }: Ask): Stream.Stream<ModelPart, ModelError> =>
  Stream.suspend(() => {
    const parts = Parts.converter(dialect)
    const fail = (cause: unknown): ModelError => {
      const usage = parts.counted()
      return classify(cause, {
        phase: parts.begun() ? "after-output" : "before-output",
        secrets,
        ...(usage === undefined ? {} : { usage }),
        ...(asked === undefined ? {} : { asked })
      })
    }
    return Stream.transformPull(fromReadable(open, fail), (upstream) => Effect.succeed(convert(upstream, parts, fail)))
  })

/** Sends the request with the provider's own streaming call: no retries and no tool loop of the SDK. */
export const doStream: Asker = async (model, options) => (await model.doStream(options)).stream
