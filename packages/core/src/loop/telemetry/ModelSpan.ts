/** The span `chat` and the metrics of one request to a model. */
import { Cause, Clock, Effect, Exit, Stream, Tracer } from "effect"
import { isSemantic, type ModelPart } from "../../model/ModelPart.ts"
import type { ModelRequest } from "../../model/ModelRequest.ts"
import { isUnsent, type ModelError } from "../../schema/ModelError.ts"
import type * as Usage from "../../schema/Usage.ts"
import * as Content from "./Content.ts"
import * as Metrics from "./Metrics.ts"
import * as Telemetry from "./Telemetry.ts"

type Answer = Stream.Stream<ModelPart, ModelError>

const labelsOf = ({ model }: ModelRequest): Metrics.Labels => ({
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": Telemetry.providerName(model.provider),
  "gen_ai.request.model": model.model
})

const known = (count: Usage.Tokens | undefined): number | undefined => (count === "unknown" ? undefined : count)

/** What is remembered of an answer while it is read. */
class Heard {
  firstAt: number | undefined
  response: Extract<ModelPart, { type: "response" }> | undefined
  finish: Extract<ModelPart, { type: "finish" }> | undefined
  readonly #parts: Array<ModelPart> = []
  readonly #keepsParts: boolean
  readonly #clock: Clock.Clock

  constructor(clock: Clock.Clock, keepsParts: boolean) {
    this.#clock = clock
    this.#keepsParts = keepsParts
  }

  hear(batch: ReadonlyArray<ModelPart>): void {
    if (this.#keepsParts) this.#parts.push(...batch)
    for (const part of batch) {
      if (part.type === "response") this.response = part
      if (part.type === "finish") this.finish = part
      if (this.firstAt === undefined && isSemantic(part)) this.firstAt = this.#clock.currentTimeMillisUnsafe()
    }
  }

  attributes(firstSeconds: number | undefined): Telemetry.Attributes {
    const { finish, response } = this
    return {
      "gen_ai.response.model": response?.model,
      "gen_ai.response.id": response?.responseId,
      "gen_ai.response.finish_reasons": finish === undefined ? undefined : [finish.reason],
      "gen_ai.response.time_to_first_chunk": firstSeconds,
      "gen_ai.usage.input_tokens": known(finish?.usage.input),
      "gen_ai.usage.output_tokens": known(finish?.usage.output),
      "gen_ai.usage.cache_read.input_tokens": known(finish?.usage.cacheRead),
      "gen_ai.usage.cache_creation.input_tokens": known(finish?.usage.cacheWrite),
      "gen_ai.usage.reasoning.output_tokens": known(finish?.usage.reasoning),
      ...(this.#keepsParts ? Content.ofAnswer(this.#parts, finish?.reason) : {})
    }
  }
}

/** What breaks behind a finish is only the connection. Providers repeat of the request what they refuse. */
const failureOf = (exit: Exit.Exit<unknown, ModelError>, heard: Heard): Telemetry.Failed | undefined => {
  if (Exit.isSuccess(exit) || heard.finish !== undefined || Cause.hasInterruptsOnly(exit.cause)) return undefined
  const error = exit.cause.reasons.find(Cause.isFailReason)?.error
  if (error === undefined) {
    return { type: "_OTHER", message: "The model layer broke.", content: String(Cause.squash(exit.cause)) }
  }
  const { message: content, reason, status } = error
  const message = status === undefined ? "The request failed." : `The request failed with status ${status}.`
  return { type: reason._tag, message, content }
}

const wasSent = (exit: Exit.Exit<unknown, ModelError>): boolean =>
  Exit.isSuccess(exit) || !exit.cause.reasons.filter(Cause.isFailReason).some(({ error }) => isUnsent(error.reason))

/** Tells how the answer ended. A span that is never ended is exported nowhere: where nobody was asked, nothing is told. */
const tell = (
  request: ModelRequest,
  running: Telemetry.Running,
  heard: Heard,
  exit: Exit.Exit<unknown, ModelError>
) => {
  if (!wasSent(exit)) return Effect.void
  const failed = failureOf(exit, heard)
  const firstSeconds = heard.firstAt === undefined ? undefined : (heard.firstAt - running.began) / 1_000
  const attributes = () => ({
    ...(running.content ? Content.ofRequest(request) : {}),
    ...heard.attributes(firstSeconds)
  })
  return Effect.flatMap(Telemetry.end(running, attributes, failed), (seconds) =>
    Metrics.request(labelsOf(request), { seconds, firstSeconds, usage: heard.finish?.usage, errorType: failed?.type })
  )
}

const observeAnswer = (request: ModelRequest, stream: Answer): Answer =>
  Stream.unwrap(
    Effect.gen(function* () {
      const running = yield* Telemetry.begin(`chat ${request.model.model}`, "client", {
        ...labelsOf(request),
        "gen_ai.conversation.id": request.session,
        "gen_ai.request.max_tokens": request.maxOutputTokens,
        "gen_ai.request.stream": true
      })
      const heard = new Heard(yield* Clock.Clock, running.content)
      const asked = running.span === undefined ? stream : Stream.provideService(stream, Tracer.ParentSpan, running.span)
      return asked.pipe(
        Stream.mapArray((batch) => {
          heard.hear(batch)
          return batch
        }),
        Stream.onExit((exit) => tell(request, running, heard, exit))
      )
    })
  )

/** Watches requests without changing them. One that was never sent is not told of. */
export interface ModelObserver {
  /** The same answer, told of. Its span is above the model layer's own, and beside those of the calls that begin with it. */
  readonly observe: (request: ModelRequest, stream: Answer) => Answer
  /** The request is made again because of the error. */
  readonly retried: (request: ModelRequest, error: ModelError) => Effect.Effect<void>
}

/** For whoever wants to know. */
export const make: Effect.Effect<ModelObserver> = Telemetry.whereWanted<ModelObserver>(
  {
    observe: observeAnswer,
    retried: (request, error) => Metrics.retried(labelsOf(request), error.reason._tag)
  },
  { observe: (_, stream) => stream, retried: () => Effect.void }
)
