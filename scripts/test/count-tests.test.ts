// The count of tests over several runs.
import { expect, it } from "vitest"
import { countTests } from "../count-tests.ts"

const report = (name: string, ...statuses: ReadonlyArray<string>) => ({
  testResults: [
    {
      name,
      status: statuses.includes("failed") ? "failed" : "passed",
      assertionResults: statuses.map((status, index) => ({ fullName: `test ${index}`, status }))
    }
  ]
})

it("counts a test of two runs once, and as failed if one of them failed", () => {
  const reports = [
    report("a", "passed", "passed", "skipped"),
    report("a", "passed", "failed", "passed"),
    report("b", "passed")
  ]
  expect(countTests(reports)).toEqual({ passed: 3, failed: 1 })
})

it("counts a file that could not be loaded", () => {
  expect(countTests([{ testResults: [{ name: "a", status: "failed", assertionResults: [] }] }])).toEqual({
    passed: 0,
    failed: 1
  })
})

it("tells tests of the same name apart", () => {
  const twice = [
    { fullName: "same", status: "passed" },
    { fullName: "same", status: "passed" }
  ]
  expect(countTests([{ testResults: [{ name: "a", status: "passed", assertionResults: twice }] }])).toEqual({
    passed: 2,
    failed: 0
  })
})
