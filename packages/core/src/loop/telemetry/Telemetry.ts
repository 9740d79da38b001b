/**
 * What is told of turns, model requests and calls to whoever traces: spans and metrics in the words of OpenTelemetry's
 * conventions for generative AI.
 *
 * Whether anybody wants to know is looked at once, when the layers of the loop are made: where no tracer is provided then,
 * nothing of this costs anything.
 */
import { Context, Effect, Exit, Tracer } from "effect"
import { withoutKeys } from "../../schema/Secrets.ts"

/** What is told besides spans. By default neither content nor, without a tracer, metrics. */
export interface Options {
  /** Metrics are counted also where no tracer is. Default: only with one. */
  readonly metrics?: boolean
  /** Spans also hold prompts, answers, and the input and output of calls. What has the shape of a key is taken out. */
  readonly content: boolean
}

/** What holds in this runtime. */
export const Telemetry: Context.Reference<Options> = Context.Reference<Options>("@rein/core/loop/telemetry/Telemetry", {
  defaultValue: () => ({ content: false })
})

/** Attributes of a span; one without a value is left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | ReadonlyArray<string> | undefined>>

/** Something that has begun and will be told when it ends. */
export interface Running {
  readonly span: Tracer.Span | undefined
  readonly began: number
  readonly content: boolean
}

const annotate = (span: Tracer.Span, attributes: Attributes): void => {
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) span.attribute(name, value)
}

const isTraced = Effect.map(Effect.tracer, (tracer) => tracer !== Tracer.nativeTracer)

/** Gives what observes, or what does not where nobody wants to know. */
export const whereWanted = <Observer>(observing: Observer, silent: Observer): Effect.Effect<Observer> =>
  Effect.gen(function* () {
    const { metrics } = yield* Telemetry
    return metrics === true || (yield* isTraced) ? observing : silent
  })

/** Begins a span, if anybody traces. */
export const begin = Effect.fnUntraced(function* (
  name: string,
  kind: Tracer.SpanKind,
  attributes: Attributes
): Effect.fn.Return<Running> {
  const began = yield* Effect.clockWith((clock) => Effect.succeed(clock.currentTimeMillisUnsafe()))
  if (!(yield* isTraced)) return { span: undefined, began, content: false }
  const span = yield* Effect.makeSpan(name, { kind })
  annotate(span, attributes)
  return { span, began, content: (yield* Telemetry).content }
})

/** Runs an effect under the span, so that spans within it are below. */
export const within = <A, E, R>({ span }: Running, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  span === undefined ? effect : Effect.provideService(effect, Tracer.ParentSpan, span)

/** How something ended that is no failure of ours. */
export interface Failed {
  /** `error.type` of the conventions. */
  readonly type: string
  /** A sentence without content. */
  readonly message: string
  /** What is told instead where content may be: the words of a provider or a tool, who repeat what they were given. */
  readonly content: string
}

/** For the status of the span. Where in our code it was made says nothing. */
const errorOf = ({ content, message, type }: Failed, hasContent: boolean): Error => {
  const told = hasContent ? withoutKeys(content) : message
  return Object.assign(new Error(told), { name: type, stack: `${type}: ${told}` })
}

/** Ends the span, and gives how many seconds it took. */
export const end = (running: Running, attributes: () => Attributes, failed?: Failed): Effect.Effect<number> =>
  Effect.clockWith((clock) =>
    Effect.sync(() => {
      const { began, span } = running
      if (span !== undefined) {
        annotate(span, { ...attributes(), "error.type": failed?.type })
        span.end(
          clock.currentTimeNanosUnsafe(),
          failed === undefined ? Exit.void : Exit.fail(errorOf(failed, running.content))
        )
      }
      return (clock.currentTimeMillisUnsafe() - began) / 1_000
    })
  )

/** The conventions' own names of providers, where they differ from ours. */
const providers: Readonly<Record<string, string>> = {
  google: "gcp.gemini",
  vertex: "gcp.vertex_ai",
  "google-vertex": "gcp.vertex_ai",
  bedrock: "aws.bedrock",
  "amazon-bedrock": "aws.bedrock",
  azure: "azure.ai.openai",
  mistral: "mistral_ai",
  moonshot: "moonshot_ai",
  moonshotai: "moonshot_ai",
  xai: "x_ai"
}

/** The provider in the conventions' words. */
export const providerName = (provider: string): string => providers[provider] ?? provider
