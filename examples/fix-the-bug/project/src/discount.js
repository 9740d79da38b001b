/** Discounts by quantity, the highest first: from so many copies on, so many percent. */
export const tiers = [
  { from: 50, percent: 20 },
  { from: 10, percent: 10 }
]

/** The discount in percent for a number of copies of one book. */
export const percentFor = (copies) => {
  for (const tier of tiers) {
    if (copies > tier.from) return tier.percent
  }
  return 0
}
