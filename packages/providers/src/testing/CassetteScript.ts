/** Turns the recording of a session into the script of a scripted model. */
import type { ModelRequest } from "@rein/core/model/ModelRequest"
import { keyPattern } from "@rein/core/schema/Secrets"
import type { Piece, ScriptedStep } from "@rein/core/testing/ScriptedModel"
import { restoreParts } from "../recording/AnswerParts.ts"
import { canonical } from "../recording/Canonical.ts"
import { type Exchange, load } from "../recording/Cassette.ts"
import * as Difference from "../recording/Difference.ts"
import { Naming, type Rules, rulesOf } from "../recording/Naming.ts"
import { here, type Normaliser, withStandard } from "../recording/Normaliser.ts"
import { errorOf, normalisersOf } from "../recording/Player.ts"

/** Options of `script`; a normaliser that the recording names and that is not here is an error. */
export interface Options {
  /** The real path in which the session works. */
  readonly directory?: string
  /** Those with which it was recorded, beside the standard ones. */
  readonly normalisers?: ReadonlyArray<Normaliser>
}

const pieces = (file: string, exchange: Exchange, naming: Naming): ReadonlyArray<Piece> => {
  const parts = restoreParts(exchange.answer.parts, naming)
  const error = errorOf(file, exchange, naming)
  if (error !== undefined) return [{ parts }, { error }]
  return parts.some((part) => part.type === "finish") ? [{ parts }] : [{ parts }, { end: "cut" }]
}

/** What else was hidden, nobody says in a script. */
const shapes = keyPattern()

const stepOf = (file: string, exchange: Exchange, rules: Rules): ScriptedStep => {
  const named = (request: ModelRequest) => {
    const naming = new Naming(rules, shapes)
    return { naming, asked: canonical(request, naming) }
  }
  return {
    check: (request) => {
      const difference = Difference.first(Difference.leaves(exchange.request), Difference.leaves(named(request).asked))
      return difference === undefined ? undefined : `the request differs ${Difference.describe(difference)}`
    },
    answer: (request) => pieces(file, exchange, named(request).naming)
  }
}

/** One step for each recorded exchange, in their order, each of which checks its request. Throws a `CassetteError`. */
export const script = (file: string, { directory, normalisers = [] }: Options = {}): ReadonlyArray<ScriptedStep> => {
  const cassette = load(file)
  const place = { ...here(), ...(directory === undefined ? {} : { directory }) }
  const rules = rulesOf(normalisersOf(cassette, withStandard(file, normalisers, place)))
  return cassette.exchanges.map((exchange) => stepOf(file, exchange, rules))
}
