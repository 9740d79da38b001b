/**
 * Records what goes between an agent and its model, and replays it: the same session again, without a model.
 *
 * A recording is a file of JSON lines. When it is replayed, the tools really run, and each request must be one that was
 * recorded; one that was not fails and is sent nowhere. Both layers read from the system where home and the folder for
 * temporary files are, and the keys of the environment, so that these can be left out.
 */
import { Model } from "@rein/core/model/Model"
import type { ModelPart } from "@rein/core/model/ModelPart"
import type { ModelRequest } from "@rein/core/model/ModelRequest"
import type { ModelSource } from "@rein/core/model/ModelSource"
import { isUnsent, type ModelError } from "@rein/core/schema/ModelError"
import type { ModelRef } from "@rein/core/schema/ModelRef"
import { keyPattern, keysOf } from "@rein/core/schema/Secrets"
import { Cause, Clock, Context, Effect, Exit, Layer, Redacted, Stream } from "effect"
import * as Catalogue from "../Catalogue.ts"
import { nameParts } from "./AnswerParts.ts"
import { canonical } from "./Canonical.ts"
import { type Answer, type Cassette, load } from "./Cassette.ts"
import { CassetteError } from "./CassetteError.ts"
import * as CassetteWriter from "./CassetteWriter.ts"
import { Naming, rulesOf } from "./Naming.ts"
import { here, type Normaliser, withStandard } from "./Normaliser.ts"
import * as Player from "./Player.ts"

export { CassetteError } from "./CassetteError.ts"
/** For text that only the host knows to differ between runs. */
export type { Normaliser } from "./Normaliser.ts"

interface Common {
  /** The real path in which the session works. */
  readonly directory?: string
  /** For what else differs between runs; in front of the standard ones. */
  readonly normalisers?: ReadonlyArray<Normaliser>
  /** Neither written nor compared, beside the keys of the environment and what has the shape of a key. */
  readonly secrets?: ReadonlyArray<Redacted.Redacted>
}

/** Options of `record`; a file that is there already is an error, unless `existing` says otherwise. */
export interface RecordOptions extends Common {
  /** What to do with a file that is there already. Default: refuse. */
  readonly existing?: CassetteWriter.Existing
  /** Also writes when each part came. */
  readonly times?: boolean
}

/** Options of `replay`; without each normaliser with which it was recorded it fails. */
export interface ReplayOptions extends Common {
  /** Gives the parts in the times in which they came, where these were recorded; else at once. */
  readonly inTime?: boolean
}

/** Throws a `CassetteError`. */
const normalisersOf = (file: string, { directory, normalisers = [] }: Common): ReadonlyArray<Normaliser> =>
  withStandard(file, normalisers, { ...here(), ...(directory === undefined ? {} : { directory }) })

const attempt = <A>(run: () => A): Effect.Effect<A, CassetteError> =>
  Effect.try({
    try: run,
    // Nothing else is thrown where recordings are read.
    catch: (error) => error as CassetteError
  })

const secretsOf = ({ secrets = [] }: Common): RegExp =>
  keyPattern([...keysOf(process.env).map(([, value]) => value), ...secrets.map(Redacted.value)])

const errorOf = (exit: Exit.Exit<unknown, ModelError>): ModelError | undefined =>
  Exit.isFailure(exit) ? exit.cause.reasons.find(Cause.isFailReason)?.error : undefined

const isHeldBack = (exit: Exit.Exit<unknown, ModelError>): boolean => {
  const error = errorOf(exit)
  return error !== undefined && isUnsent(error.reason)
}

/** One answer as it is read. */
const listen = Effect.fnUntraced(function* () {
  const clock = yield* Clock.Clock
  const began = clock.currentTimeMillisUnsafe()
  const parts: Array<ModelPart> = []
  const times: Array<number> = []
  let isWhole = false
  return {
    hear: <Batch extends ReadonlyArray<ModelPart>>(batch: Batch): Batch => {
      const at = clock.currentTimeMillisUnsafe() - began
      for (const part of batch) {
        parts.push(part)
        times.push(at)
      }
      return batch
    },
    end: Effect.sync(() => {
      isWhole = true
    }),
    answer: (exit: Exit.Exit<unknown, ModelError>, naming: Naming, withTimes: boolean): Answer => {
      const error = errorOf(exit)
      return {
        parts: nameParts(parts, naming),
        ...(withTimes ? { times } : {}),
        ...(error === undefined ? {} : { error: namedError(error, naming) }),
        ...(error === undefined && !isWhole ? { stopped: true as const } : {})
      }
    }
  }
})

const namedError = ({ message, reason, status, usage }: ModelError, naming: Naming): NonNullable<Answer["error"]> => ({
  reason,
  message: naming.answer([message], "plain").join(""),
  ...(status === undefined ? {} : { status }),
  ...(usage === undefined ? {} : { usage })
})

/**
 * Records around a model. An exchange is written when its answer ends, also when it fails; that it cannot be written is a
 * defect of the runtime, which ends the turn. What a limiter below has held back was never asked.
 */
export const record = (file: string, options: RecordOptions = {}): Layer.Layer<Model, CassetteError, Model> =>
  Layer.effect(
    Model,
    Effect.gen(function* () {
      const model = yield* Model
      const normalisers = yield* attempt(() => normalisersOf(file, options))
      const names = normalisers.map(({ name }) => name)
      const writer = yield* CassetteWriter.make(file, names, options.existing ?? "refuse")
      const rules = rulesOf(normalisers)
      const secrets = secretsOf(options)

      const stream = (request: ModelRequest): Stream.Stream<ModelPart, ModelError> =>
        Stream.unwrap(
          Effect.map(listen(), (answer) => {
            const naming = new Naming(rules, secrets)
            const asked = canonical(request, naming)
            const place = writer.ask()
            return model.stream(request).pipe(
              Stream.mapArray(answer.hear),
              Stream.onEnd(answer.end),
              Stream.onExit((exit) =>
                isHeldBack(exit)
                  ? Effect.void
                  : Effect.orDie(writer.append(place, asked, answer.answer(exit, naming, options.times === true)))
              )
            )
          })
        )
      return Model.of({ ...model, stream })
    })
  )

/** How far a replay has come. */
export class Replayed extends Context.Service<
  Replayed,
  {
    /** How many recorded answers nobody has asked for; none when the session went as it was recorded. */
    readonly unused: () => number
  }
>()("@rein/providers/recording/Recording/Replayed") {}

const playing = (cassette: Cassette, options: ReplayOptions): Layer.Layer<Model | Replayed, CassetteError> =>
  Layer.effectContext(
    Effect.map(
      attempt(() =>
        Player.make(cassette, {
          normalisers: normalisersOf(cassette.file, options),
          secrets: secretsOf(options),
          isInTime: options.inTime === true
        })
      ),
      ({ stream, unused }) =>
        Context.make(Model, Model.of({ stream })).pipe(Context.add(Replayed, Replayed.of({ unused })))
    )
  )

/** Answers from a recording, equal requests in the order of their answers, and asks no model. */
export const replay = (file: string, options: ReplayOptions = {}): Layer.Layer<Model | Replayed, CassetteError> =>
  Layer.unwrap(
    Effect.map(
      attempt(() => load(file)),
      (cassette) => playing(cassette, options)
    )
  )

const firstModel = ({ exchanges, file }: Cassette): ModelRef => {
  const [first] = exchanges
  if (first === undefined) throw new CassetteError({ file, problem: "holds no exchange, so it answers nothing" })
  return first.request.model
}

/** The model that was asked first when it was recorded: a session that names it asks the same requests. */
export const modelOf = (file: string): Effect.Effect<ModelRef, CassetteError> => attempt(() => firstModel(load(file)))

/** `record` for `createAgent`: the same model, recorded. A file that cannot be written is a defect. */
export const recordModel = (source: ModelSource, file: string, options: RecordOptions = {}): ModelSource => ({
  ...source,
  layer: Layer.orDie(Layer.provide(record(file, options), source.layer))
})

/**
 * `replay` for `createAgent`. It knows of models what the router knows, because budgets and compaction ask for that when
 * they make requests. Throws a `CassetteError` when the recording cannot be read.
 */
export const replayModel = (file: string, options: ReplayOptions = {}): ModelSource => {
  const cassette = load(file)
  return { ref: firstModel(cassette), layer: Layer.orDie(playing(cassette, options)), catalog: Catalogue.layer }
}
