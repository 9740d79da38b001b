/** Gives the recorded answers to the requests of one run. */
import { isSemantic, type ModelPart } from "@rein/core/model/ModelPart"
import type { ModelRequest } from "@rein/core/model/ModelRequest"
import { ModelError } from "@rein/core/schema/ModelError"
import { Clock, Effect, Stream } from "effect"
import { restoreParts } from "./AnswerParts.ts"
import { type Canonical, canonical, keyOf } from "./Canonical.ts"
import { type Cassette, type Exchange, lineOf } from "./Cassette.ts"
import { CassetteError } from "./CassetteError.ts"
import * as Miss from "./Miss.ts"
import { Naming, rulesOf } from "./Naming.ts"
import type { Normaliser } from "./Normaliser.ts"

/** Asking again cannot help, and nothing is asked anywhere else. */
const refusal = (message: string): ModelError => new ModelError({ reason: { _tag: "InvalidRequest" }, message })

/** The normalisers with which it was recorded. Throws a `CassetteError` when one is not known here. */
export const normalisersOf = (
  { file, header }: Cassette,
  known: ReadonlyArray<Normaliser>
): ReadonlyArray<Normaliser> =>
  header.normalisers.map((name) => {
    const found = known.find((one) => one.name === name)
    if (found !== undefined) return found
    throw new CassetteError({
      file,
      line: 1,
      problem: `names the normaliser "${name}", which is not known here. Give it to the replay, too`
    })
  })

/**
 * The error with which an answer ended when it was recorded. Whoever stopped reading had waited for too long, or will stop
 * again by itself.
 */
export const errorOf = (file: string, exchange: Exchange, naming: Naming): ModelError | undefined => {
  const { error, parts, stopped } = exchange.answer
  if (error !== undefined) return new ModelError({ ...error, message: naming.restore(error.message, "plain") })
  if (stopped === undefined || parts.some((part) => part.type === "finish")) return undefined
  return new ModelError({
    reason: { _tag: "Timeout", waitingFor: parts.some(isSemantic) ? "next-part" : "first-byte" },
    message: `The answer at line ${lineOf(exchange)} of the recording ${file} ends here: whoever read it did not wait for more.`
  })
}

/** Parts that came together, and when. */
const batchesOf = (parts: ReadonlyArray<ModelPart>, times: ReadonlyArray<number>) => {
  const batches: Array<{ readonly at: number; readonly parts: Array<ModelPart> }> = []
  parts.forEach((part, index) => {
    const at = times[index] ?? 0
    const last = batches.at(-1)
    if (last?.at === at) last.parts.push(part)
    else batches.push({ at, parts: [part] })
  })
  return batches
}

const inTime = (parts: ReadonlyArray<ModelPart>, times: ReadonlyArray<number>): Stream.Stream<ModelPart> =>
  Stream.unwrap(
    Effect.map(Clock.currentTimeMillis, (began) =>
      Stream.fromIterable(batchesOf(parts, times)).pipe(
        Stream.mapEffect(({ at, parts }) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.as(Effect.sleep(began + at - now), parts))
        ),
        Stream.flatMap((batch) => Stream.fromArray(batch))
      )
    )
  )

/** Gives each recorded answer once, to a request that equals its own; others are refused. */
export interface Player {
  readonly stream: (request: ModelRequest) => Stream.Stream<ModelPart, ModelError>
  /** How many recorded answers nobody has asked for. */
  readonly unused: () => number
}

/** Options of `make`; the header of the recording says which of the normalisers are used. */
export interface Options {
  readonly normalisers: ReadonlyArray<Normaliser>
  readonly secrets: RegExp
  /** Gives the parts in the times in which they were recorded, not at once. */
  readonly isInTime: boolean
}

/** Throws a `CassetteError` when the recording names a normaliser that is not among these. */
export const make = (cassette: Cassette, { isInTime, normalisers, secrets }: Options): Player => {
  const rules = rulesOf(normalisersOf(cassette, normalisers))
  const left = Map.groupBy(cassette.exchanges, ({ key }) => key)

  const find = (asked: Canonical): Exchange | ModelError => {
    const key = keyOf(asked)
    const waiting = left.get(key)
    const exchange = waiting?.[0]
    if (waiting === undefined) return refusal(Miss.describe(cassette, asked))
    if (exchange === undefined) return refusal(Miss.describeUsedUp(cassette, key))
    left.set(key, waiting.slice(1))
    return exchange
  }

  const play = (exchange: Exchange, naming: Naming): Stream.Stream<ModelPart, ModelError> => {
    const { times } = exchange.answer
    const parts = restoreParts(exchange.answer.parts, naming)
    const end = errorOf(cassette.file, exchange, naming)
    const said = isInTime && times !== undefined ? inTime(parts, times) : Stream.fromArray(parts)
    return end === undefined ? said : Stream.concat(said, Stream.fail(end))
  }

  return {
    stream: (request) =>
      Stream.suspend(() => {
        const naming = new Naming(rules, secrets)
        const found = find(canonical(request, naming))
        return found instanceof ModelError ? Stream.fail(found) : play(found, naming)
      }),
    unused: () => [...left.values()].reduce((sum, waiting) => sum + waiting.length, 0)
  }
}
