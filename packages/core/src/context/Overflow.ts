/** Is the next request too large for its model? Known only when the limit is; the provider has the last word. */
import type { ModelFacts } from "../model/ModelCatalog.ts"
import type { Tokens } from "../schema/Usage.ts"

/** Tokens kept free for the answer. */
export const keptFree = 20_000

/** How much of the model's window is used, and how large it is. Either may be unknown. */
export interface Fill {
  /** Tokens of the last request and answer, as the provider counted them. */
  readonly used: Tokens
  readonly limit: number | "unknown"
}

/** How full the window is after the last step. */
export const measure = (filled: Tokens, facts: ModelFacts): Fill => ({ used: filled, limit: facts.contextTokens })

/** False where either number is unknown. */
export const isOver = ({ limit, used }: Fill): boolean =>
  limit !== "unknown" && used !== "unknown" && used >= limit - Math.min(keptFree, Math.floor(limit / 4))

/** The numbers for people. */
export const describe = ({ limit, used }: Fill): string =>
  `${used === "unknown" ? "an unknown number of" : used} tokens used of ${limit === "unknown" ? "an unknown limit" : limit}`
