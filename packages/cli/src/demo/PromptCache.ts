/**
 * Counts tokens as a provider with a prompt cache would: four bytes are one, and what stood before a cache mark of an
 * earlier request is read from the cache.
 */
import type { Answer, ScriptedUsage } from "@rein/core/testing/WireServer"
import { type Block, blocks } from "./Request.ts"

/** A marked prefix is looked for so many blocks back, and a shorter one is not kept. */
const lookBack = 20
const minimumTokens = 1_024

const tokensOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4)

const tokens = (some: ReadonlyArray<Block>): number => some.reduce((sum, { text }) => sum + tokensOf(text), 0)

/** The lengths of the prefixes that end with a mark. */
const marked = (all: ReadonlyArray<Block>): ReadonlyArray<number> =>
  all.flatMap(({ isMarked }, index) => (isMarked ? [index + 1] : []))

/** The cache of one provider; nothing in it expires. */
export interface PromptCache {
  /** What a request and its answer use; the request is remembered. */
  readonly use: (body: Readonly<Record<string, unknown>>, answer: Answer) => ScriptedUsage
}

/** An empty cache. */
export const make = (): PromptCache => {
  const kept = new Set<string>()
  const keyOf = (some: ReadonlyArray<Block>): string => some.map(({ text }) => text).join("\n")

  const longestKept = (all: ReadonlyArray<Block>, ends: ReadonlyArray<number>): number => {
    const candidates = ends.flatMap((end) => Array.from({ length: lookBack }, (_, back) => end - back))
    return (
      candidates
        .filter((length) => length > 0)
        .toSorted((a, b) => b - a)
        .find((length) => kept.has(keyOf(all.slice(0, length)))) ?? 0
    )
  }

  return {
    use: (body, answer) => {
      const all = blocks(body)
      const ends = marked(all).filter((end) => tokens(all.slice(0, end)) >= minimumTokens)
      const known = longestKept(all, ends)
      const cacheRead = tokens(all.slice(0, known))
      const cacheWrite = tokens(all.slice(known, Math.max(known, ends.at(-1) ?? 0)))
      for (const end of ends) kept.add(keyOf(all.slice(0, end)))
      return { input: tokens(all), cacheRead, cacheWrite, output: tokensOf(JSON.stringify(answer)) }
    }
  }
}
