/** What tests of large values need. */

/** The length of a long value. */
export const large = 100_000

/** Processor time, which other programs on the machine do not lengthen. */
export const cpuMillis = (work: () => void): number => {
  const begin = process.cpuUsage()
  work()
  const { system, user } = process.cpuUsage(begin)
  return (system + user) / 1_000
}
