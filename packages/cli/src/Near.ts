/** Names that a person may have meant. */

/** How many letters have to be changed, added, left out or swapped to make one text of the other. */
export const distance = (a: string, b: string): number => {
  let before: ReadonlyArray<number> = []
  let row: ReadonlyArray<number> = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const steps = [(next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + (isSame ? 0 : 1)]
      next.push(Math.min(...steps, ...(isSwap ? [(before[j - 2] ?? 0) + 1] : [])))
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}

/** The known names that are like the given one, the nearest first, three at most. */
export const near = (given: string, known: ReadonlyArray<string>): ReadonlyArray<string> => {
  const wanted = given.toLowerCase()
  const most = Math.max(1, Math.floor(wanted.length / 3))
  return known
    .map((name) => ({ name, far: name.startsWith(wanted) ? 0 : distance(wanted, name.toLowerCase()) }))
    .filter(({ far }) => wanted !== "" && far <= most)
    .toSorted((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ name }) => name)
}

/** A sentence to put behind an error, with a blank before it; nothing when no name is near. */
export const didYouMean = (given: string, known: ReadonlyArray<string>): string => {
  const names = near(given, known)
  return names.length === 0 ? "" : ` Did you mean ${names.join(" or ")}?`
}
