/** Numbers of tokens and money, for people. */
import type { Cost, Tokens } from "@rein/core/schema/Usage"

/** Groups of three digits; by hand, since the locales of `Intl` take milliseconds to load. */
export const count = (tokens: Tokens): string => String(tokens).replace(/\B(?=(\d{3})+$)/g, ",")

const dollars = (microDollars: number): string => `$${(microDollars / 1_000_000).toFixed(4)}`

/** In dollars. Of a sum that is not known, the part that is. */
export const money = (cost: Cost, known = 0): string => {
  if (cost !== "unknown") return dollars(cost)
  return known > 0 ? `unknown (at least ${dollars(known)})` : "unknown"
}

/** A limit in few letters: `200k`, `1.05M`. */
export const size = (tokens: Tokens): string => {
  if (tokens === "unknown") return "unknown"
  if (tokens >= 1_000_000) return `${Number((tokens / 1_000_000).toFixed(2))}M`
  return tokens >= 1_000 ? `${Math.round(tokens / 1_000)}k` : String(tokens)
}

/** Rows as columns of equal width, two blanks apart. */
export const columns = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths: Array<number> = []
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)))
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd()
  )
}
