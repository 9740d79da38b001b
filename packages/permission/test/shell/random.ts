/** Random choices that are the same for the same seed. */
export interface Random {
  readonly below: (limit: number) => number
  readonly pick: <A>(values: ReadonlyArray<A>) => A
}

export const makeRandom = (seed: number): Random => {
  let state = seed
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  const pick = <A>(values: ReadonlyArray<A>): A => {
    const value = values[below(values.length)]
    if (value === undefined) throw new Error("nothing to pick from")
    return value
  }
  return { below, pick }
}
