/** Finds the texts that look most like another one. */

/** Longer texts are compared by their beginning, so that the work stays small. */
const comparedLength = 200

/** The pairs of neighbouring characters, without case. */
const pairs = (text: string): ReadonlySet<string> => {
  const lower = text.slice(0, comparedLength).toLowerCase()
  return new Set(Array.from({ length: Math.max(lower.length - 1, 0) }, (_, at) => lower.slice(at, at + 2)))
}

/** From 0 (nothing in common) to 1, as a function of the second text. */
export const similarityTo = (text: string): ((other: string) => number) => {
  const wanted = pairs(text)
  return (other) => {
    if (text === other) return 1
    const found = pairs(other)
    const common = [...wanted].filter((pair) => found.has(pair)).length
    return wanted.size + found.size === 0 ? 0 : (2 * common) / (wanted.size + found.size)
  }
}

/** Below this a text is no help. */
const threshold = 0.4
/** More are not looked at. */
const maximumCandidates = 10_000

/** The texts that look like this one, the best first. */
export const nearest = (text: string, candidates: ReadonlyArray<string>, count: number): ReadonlyArray<string> => {
  const similarity = similarityTo(text)
  return candidates
    .slice(0, maximumCandidates)
    .map((candidate) => ({ candidate, score: similarity(candidate) }))
    .filter(({ score }) => score >= threshold)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ candidate }) => candidate)
}
