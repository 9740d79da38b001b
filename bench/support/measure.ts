// Medians and the table in which they are printed.

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** CPU of this process in milliseconds, user and system, since the mark. */
export const cpuMillis = (since?: NodeJS.CpuUsage): number => {
  const { system, user } = process.cpuUsage(since)
  return (user + system) / 1_000
}

export interface Measured {
  readonly cpu: number
  readonly wall: number
}

export const measure = async (run: () => Promise<unknown>): Promise<Measured> => {
  const cpu = process.cpuUsage()
  const wall = performance.now()
  await run()
  return { cpu: cpuMillis(cpu), wall: performance.now() - wall }
}

/** Runs each program in turn, `rounds` times after one warm-up, and gives the medians. */
export const compare = async (
  programs: Readonly<Record<string, () => Promise<unknown>>>,
  rounds: number
): Promise<Readonly<Record<string, Measured>>> => {
  const seen: Record<string, Array<Measured>> = {}
  for (let round = 0; round <= rounds; round++) {
    for (const [name, program] of Object.entries(programs)) {
      const measured = await measure(program)
      if (round > 0) (seen[name] ??= []).push(measured)
    }
  }
  return Object.fromEntries(
    Object.entries(seen).map(([name, all]) => [
      name,
      { cpu: median(all.map((one) => one.cpu)), wall: median(all.map((one) => one.wall)) }
    ])
  )
}

/** Prints a table: a row a program, its figure per unit, and the ratio to the floor. */
export const report = (
  title: string,
  results: Readonly<Record<string, Measured>>,
  options: { readonly floor: string; readonly units: number; readonly unit: string }
): void => {
  const floor = results[options.floor]?.cpu ?? Number.NaN
  console.log(`\n${title} (medians; CPU includes all threads)`)
  for (const [name, { cpu, wall }] of Object.entries(results)) {
    const each = ((cpu / options.units) * 1_000).toFixed(2)
    const ratio = name === options.floor ? "floor" : `${(cpu / floor).toFixed(1)}x`
    console.log(
      `  ${name.padEnd(44)} ${each.padStart(10)} us CPU/${options.unit} ${wall.toFixed(1).padStart(9)} ms ${ratio.padStart(8)}`
    )
  }
}
