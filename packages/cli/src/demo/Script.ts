/**
 * The scripted model of the demo.
 *
 * It answers only what it was asked for: each step says what its request must
 * contain, and takes from there what it needs for its answer.
 */
import type { Answer, WireRequest } from "@rein/core/testing/WireServer"
import { allText, lastResults, toolNames } from "./Request.ts"

/** What the person asks for. */
export const task = "The tests fail. Find the bug and repair it."

/** The request was not what the step expects. */
export class Departure extends Error {
  override readonly name = "Departure"
}

interface Step {
  /** What the request must hold, for people. */
  readonly expects: string
  readonly answer: (request: WireRequest) => Answer
}

const failingTest = "exactly ten copies get the discount for ten"

/** The first group of the pattern in the text; without it the script ends here. */
const take = (text: string, pattern: RegExp, what: string): string => {
  const found = pattern.exec(text)?.[1]
  if (found !== undefined) return found
  throw new Departure(`the request does not hold ${what}. What it ends with: ${text.slice(-300).trim() || "nothing"}`)
}

const answers = (text: string, tool: string, input: object): Answer => [
  { text: text.split(/(?<= )/) },
  { call: { tool, input } }
]

const runTests = { command: "node --test", description: "Run the tests" }

const findTests: Step = {
  expects: "the task, and the tools read, edit and bash",
  answer: ({ body }) => {
    take(allText(body), new RegExp(`(${task})`), `the task "${task}"`)
    for (const tool of ["bash", "edit", "read"]) {
      if (!toolNames(body).includes(tool)) throw new Departure(`the request does not offer the tool ${tool}`)
    }
    return answers("I run the tests first, to see what fails.", "bash", runTests)
  }
}

const readTest: Step = {
  expects: `the failing test "${failingTest}" and where it stands`,
  answer: ({ body }) => {
    const output = lastResults(body)
    take(output, new RegExp(`((?:✖|not ok).*${failingTest})`), `the failing test "${failingTest}"`)
    const path = take(output, /\b(test\/[\w.-]+\.test\.js):\d+/, "the file of the failing test")
    return answers(`One test fails: "${failingTest}". I read it.`, "read", { path })
  }
}

const readSource: Step = {
  expects: "the test's import of the code under test",
  answer: ({ body }) => {
    const path = take(lastResults(body), /from "\.\.\/(src\/[\w.-]+\.js)"/, "an import from src")
    return answers(`The test is about ${path}.`, "read", { path })
  }
}

const repair: Step = {
  expects: "the line that compares the copies with a tier",
  answer: ({ body }) => {
    const results = lastResults(body)
    const oldString = take(results, /(if \(copies > tier\.from\)[^\n]*)/, "the line `if (copies > tier.from)`")
    const path = take(allText(body), /from "\.\.\/(src\/[\w.-]+\.js)"/, "an import from src")
    const newString = oldString.replace("copies >", "copies >=")
    return answers('"From ten copies on" includes ten, so the comparison is off by one.', "edit", {
      path,
      oldString,
      newString
    })
  }
}

const testAgain: Step = {
  expects: "that the file was changed",
  answer: ({ body }) => {
    take(lastResults(body), /(was changed: 1 place)/, "that one place was changed")
    return answers("Now the tests again.", "bash", runTests)
  }
}

const conclude: Step = {
  expects: "a test run without a failure",
  answer: ({ body }) => {
    const passed = take(lastResults(body), /\bpass (\d+)\b/, "how many tests passed")
    take(lastResults(body), /\b(fail 0)\b/, "a run without a failing test")
    const text = `All ${passed} tests pass. The discount began one copy too late: \`>\` is now \`>=\` in percentFor.`
    return [{ text: text.split(/(?<= )/) }]
  }
}

const steps: ReadonlyArray<Step> = [findTests, readTest, readSource, repair, testAgain, conclude]

export interface Script {
  readonly answer: (request: WireRequest) => Answer
  /** What was different from the script, if anything, once the run is over. */
  readonly difference: () => string | undefined
}

/** A script that is played once. */
export const make = (): Script => {
  let played = 0
  let difference: string | undefined
  const depart = (index: number, why: string): Answer => {
    const step = steps[index]
    const expected = step === undefined ? "" : ` (expected: ${step.expects})`
    difference ??= `request ${index + 1} of ${steps.length}${expected}: ${why}`
    return [{ error: { status: 400 } }]
  }
  return {
    answer: (request) => {
      const step = steps[request.index]
      if (step === undefined) return depart(request.index, "the script is over")
      try {
        const answer = step.answer(request)
        played++
        return answer
      } catch (error) {
        if (error instanceof Departure) return depart(request.index, error.message)
        throw error
      }
    },
    difference: () =>
      difference ?? (played === steps.length ? undefined : `only ${played} of ${steps.length} requests came`)
  }
}
