/** What is said of a request that a recording does not answer. */
import type { Canonical } from "./Canonical.ts"
import { type Cassette, type Exchange, lineOf } from "./Cassette.ts"
import * as Difference from "./Difference.ts"

const nearest = (exchanges: ReadonlyArray<Exchange>, asked: Canonical) => {
  const wanted = Difference.leaves(asked)
  let best: { readonly exchange: Exchange; readonly alike: number } | undefined
  for (const exchange of exchanges) {
    const alike = Difference.alike(Difference.leaves(exchange.request), wanted)
    if (best === undefined || alike > best.alike) best = { exchange, alike }
  }
  return best?.exchange
}

const record = "Record the session again, or name a normaliser for what may differ."

/** The nearest recorded request, and where it differs first. */
export const describe = ({ exchanges, file }: Cassette, asked: Canonical): string => {
  const near = nearest(exchanges, asked)
  if (near === undefined) return `The recording ${file} holds no exchange, so it answers nothing. ${record}`
  const difference = Difference.first(Difference.leaves(near.request), Difference.leaves(asked))
  const where = `The nearest is exchange ${near.number} (line ${lineOf(near)})`
  const how =
    difference === undefined ? "whose values are the same" : `which differs first ${Difference.describe(difference)}`
  return `The recording ${file} does not answer this request. ${where}, ${how}. ${record}`
}

/** Each recorded answer is given once. */
export const describeUsedUp = ({ exchanges, file }: Cassette, key: string): string => {
  const lines = exchanges.filter((exchange) => exchange.key === key).map(lineOf)
  return (
    `The recording ${file} has answered this request ${lines.length === 1 ? "once" : `${lines.length} times`} already ` +
    `(line ${lines.join(", ")}), as often as it was asked when it was recorded. ${record}`
  )
}
