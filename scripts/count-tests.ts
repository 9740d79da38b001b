// Adds up the reports of several test runs and prints one line; a test that ran in more than one of them counts once.
import { existsSync, readFileSync } from "node:fs"

/** The part of Vitest's JSON report that is read. */
interface Report {
  readonly testResults: ReadonlyArray<{
    readonly name: string
    readonly status: string
    readonly assertionResults: ReadonlyArray<{ readonly fullName: string; readonly status: string }>
  }>
}

/** How many tests passed and failed; a file that could not be loaded is one failed test. */
export const countTests = (reports: ReadonlyArray<Report>): { readonly passed: number; readonly failed: number } => {
  const passed = new Set<string>()
  const failed = new Set<string>()
  for (const { testResults } of reports) {
    for (const { name, status, assertionResults } of testResults) {
      const seen = new Map<string, number>()
      for (const test of assertionResults) {
        // Tests may share a name, for example in a table; their order tells them apart.
        const nth = (seen.get(test.fullName) ?? 0) + 1
        seen.set(test.fullName, nth)
        const key = `${name}\n${test.fullName}\n${nth}`
        if (test.status === "passed") passed.add(key)
        if (test.status === "failed") failed.add(key)
      }
      if (status === "failed" && !assertionResults.some((test) => test.status === "failed")) failed.add(name)
    }
  }
  return { passed: passed.difference(failed).size, failed: failed.size }
}

if (import.meta.main) {
  const reports = process.argv.slice(2).filter((file) => existsSync(file))
  const { passed, failed } = countTests(reports.map((file) => JSON.parse(readFileSync(file, "utf8")) as Report))
  console.log(`${passed} passed, ${failed} failed`)
}
