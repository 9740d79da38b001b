/** Names that somebody may have meant. */

/** Insertions, deletions, replacements and swaps of neighbours between two short texts. */
const distance = (left: string, right: string): number => {
  let beforeLast: Array<number> = []
  let last = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const row = [i]
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1] ? 0 : 1
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same)
      const isSwap = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]
      if (isSwap) best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1)
      row.push(best)
    }
    beforeLast = last
    last = row
  }
  return last[right.length] ?? 0
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, "")

/** Longer names are compared by their beginning. */
const longest = 80

/** How many characters both begin with. */
const shared = (left: string, right: string): number => {
  let length = 0
  while (length < left.length && left[length] === right[length]) length++
  return length
}

const score = (wanted: string, name: string): number | undefined => {
  const [left, right] = [plain(wanted).slice(0, longest), plain(name).slice(0, longest)]
  if (left === "" || right === "") return undefined
  if (left === right) return 0
  // A version or a date left out or made up is the usual mistake.
  if (left.length >= 3 && right.length >= 3 && (right.startsWith(left) || left.startsWith(right))) return 1
  // So is the middle of a name alone: sonnet, bedrock.
  if (left.length >= 4 && right.includes(left)) return 2
  const found = distance(left, right)
  if (found <= Math.max(1, Math.floor(Math.max(left.length, right.length) / 4))) return found + 1
  const family = shared(left, right)
  return family >= 4 && family >= 0.6 * Math.min(left.length, right.length) ? left.length + found : undefined
}

/** The nearest of the names, best first; none when nothing is near. */
export const nearMisses = (wanted: string, names: ReadonlyArray<string>, most = 3): ReadonlyArray<string> =>
  names
    .flatMap((name) => {
      const points = score(wanted, name)
      return points === undefined ? [] : [{ name, points }]
    })
    .toSorted((a, b) => a.points - b.points)
    .slice(0, most)
    .map(({ name }) => name)

/** "Did you mean a or b?", or nothing. */
export const didYouMean = (names: ReadonlyArray<string>): string => {
  const last = names.at(-1)
  if (last === undefined) return ""
  const listed = names.length === 1 ? last : `${names.slice(0, -1).join(", ")} or ${last}`
  return ` Did you mean ${listed}?`
}
