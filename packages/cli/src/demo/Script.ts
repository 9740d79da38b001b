/**
 * The scripted model of the demo.
 *
 * It answers only what it was asked for: each step says what its request must contain, and takes from there what it
 * needs for its answer.
 */
import type { Answer, WireRequest } from "@rein/core/testing/WireServer"
import * as PromptCache from "./PromptCache.ts"
import { allText, lastResults, lastSaid, toolNames } from "./Request.ts"

/** What the person asks for. */
export const task = "The tests fail. Find the bug and repair it."

/** What the person says while the model works. */
export const steer = "Leave a comment there that says why."

/** What a rule denies. */
export const forbidden = "rm -rf test"

/** The request was not what the step expects. */
class Departure extends Error {
  override readonly name = "Departure"
}

interface Step {
  /** What the model does, for people. */
  readonly name: string
  /** What the request must hold, for people. */
  readonly expects: string
  readonly answer: (request: WireRequest, before: WireRequest | undefined) => Answer
  /** What happens outside before the answer is sent. */
  readonly meanwhile?: keyof Outside
}

/** What the script lets happen while a request waits for its answer. */
export interface Outside {
  /** The person says something. */
  readonly steer: () => Promise<void>
  /** The next test run is held in its middle. */
  readonly hold: () => Promise<void>
}

const failingTest = "exactly ten copies get the discount for ten"

/** The first group of the pattern in the text; without it the script ends here. */
const take = (text: string, pattern: RegExp, what: string): string => {
  const found = pattern.exec(text)?.[1]
  if (found !== undefined) return found
  throw new Departure(`no ${what}; the end of what came: ${text.trim().slice(-400) || "nothing"}`)
}

const says = (text: string): Answer => [{ text: text.split(/(?<= )/) }]

const calls = (text: string, tool: string, input: object): Answer => [...says(text), { call: { tool, input } }]

const runTests = { command: "node --test", description: "Run the tests" }

const checkBeginning = ({ body }: WireRequest) => {
  if (!lastSaid(body).includes(task)) throw new Departure(`the person says ${JSON.stringify(lastSaid(body))}`)
  const missing = ["bash", "edit", "grep", "read"].filter((tool) => !toolNames(body).includes(tool))
  if (missing.length > 0) throw new Departure(`the request does not offer ${missing.join(", ")}`)
}

const beBusy: Step = {
  name: "refuse the first request",
  expects: "the task, and the tools bash, edit, grep and read",
  answer: (request) => {
    checkBeginning(request)
    const error = { type: "rate_limit_error", message: "This server is busy, as scripted." }
    return [{ error: { status: 429, headers: { "retry-after": "1" }, body: { type: "error", error } } }]
  }
}

const findTests: Step = {
  name: "run the tests",
  expects: "the same request again",
  answer: (request, before) => {
    checkBeginning(request)
    if (JSON.stringify(request.body) !== JSON.stringify(before?.body)) throw new Departure("another request")
    return calls("I run the tests first, to see what fails.", "bash", runTests)
  }
}

const beTempted: Step = {
  name: "try what is forbidden",
  expects: `the failing test "${failingTest}"`,
  answer: ({ body }) => {
    take(lastResults(body), new RegExp(`((?:✖|not ok).*${failingTest})`), `failing test "${failingTest}"`)
    return calls(`One fails: "${failingTest}". Without tests nothing would fail:`, "bash", { command: forbidden })
  }
}

const readTest: Step = {
  name: "read the failing test",
  expects: "that a rule denied the command, and where the failing test stands",
  answer: ({ body }) => {
    take(lastResults(body), /(declined by a rule)/, "declined call")
    const path = take(allText(body), /\b(test\/[\w.-]+\.test\.js):\d+/, "place of the failing test")
    return calls("A rule denies that, and rightly so. I read what the test wants.", "read", { path })
  }
}

const findSource: Step = {
  name: "find the code under test",
  expects: "the test with the function that it calls",
  answer: ({ body }) => {
    const called = new RegExp(`${failingTest}[^]*?assert\\.\\w+\\((\\w+)\\(`)
    const name = take(lastResults(body), called, `call in the test "${failingTest}"`)
    return calls(`It is about ${name}.`, "grep", { pattern: `const ${name} =`, path: "src" })
  }
}

const readSource: Step = {
  name: "read the code under test",
  expects: "the line `export const percentFor = (copies) => {` that grep found, with its file",
  answer: ({ body }) => {
    const results = lastResults(body)
    take(results, /(export const percentFor = \(copies\) => \{)/, "line `export const percentFor = (copies) => {`")
    const path = take(results, /\b(src\/[\w.-]+\.js)/, "file in what grep found")
    return calls(`It is in ${path}.`, "read", { path })
  },
  meanwhile: "steer"
}

const repair: Step = {
  name: "repair the line",
  expects: `the line that compares the copies with a tier, and "${steer}" from the person`,
  answer: ({ body }) => {
    const results = lastResults(body)
    const line = take(results, /^ *\d+\t(.*copies > tier\.from.*)$/m, "line that holds `copies > tier.from`")
    if (!lastSaid(body).includes(steer)) throw new Departure(`the person says ${JSON.stringify(lastSaid(body))}`)
    const path = take(allText(body), /\b(src\/[\w.-]+\.js):?/, "file in src")
    const indent = /^\s*/.exec(line)?.[0] ?? ""
    const newString = `${indent}// "From ten copies on" includes ten.\n${line.replace("copies >", "copies >=")}`
    return calls("It begins one copy too late. I repair it, with the comment.", "edit", {
      path,
      oldString: line,
      newString
    })
  }
}

const testAgain: Step = {
  name: "run the tests again",
  expects: "that one place was changed",
  answer: ({ body }) => {
    take(lastResults(body), /(was changed: 1 place)/, "change of one place")
    return calls("Now the tests again.", "bash", runTests)
  },
  meanwhile: "hold"
}

const testOnceMore: Step = {
  name: "run the tests once more",
  expects: "that nobody knows how the test run ended that was cut off by the kill",
  answer: ({ body }) => {
    take(lastResults(body), /(not known whether it took effect)/, "truthful result of the test run that was cut off")
    return calls("I was cut off in the middle of the tests. They change nothing, so once more.", "bash", runTests)
  }
}

const conclude: Step = {
  name: "conclude",
  expects: "a test run without a failure",
  answer: ({ body }) => {
    const results = lastResults(body)
    const passed = take(results, /\bpass (\d+)\b/, "number of tests that passed")
    take(results, /\b(fail 0)\b/, "run without a failing test")
    return says(`All ${passed} tests pass. The discount began one copy too late: \`>\` is \`>=\` now.`)
  }
}

const steps: ReadonlyArray<Step> = [
  beBusy,
  findTests,
  beTempted,
  readTest,
  findSource,
  readSource,
  repair,
  testAgain,
  testOnceMore,
  conclude
]

/** One play of the script; the first departure is kept and refused with 400. */
export interface Script {
  readonly answer: (request: WireRequest) => Answer
  /** What was different from the script, if anything, once the run is over. */
  readonly difference: () => string | undefined
}

const describe = (index: number, came: string): string => {
  const { expects, name } = steps[index] ?? { name: "nothing", expects: "no more requests" }
  return [`step ${index + 1} of ${steps.length}: ${name}`, `expected: ${expects}`, `came: ${came}`].join("\n  ")
}

/** A script that is played once. */
export const make = (outside: Outside): Script => {
  const cache = PromptCache.make()
  let played = 0
  let before: WireRequest | undefined
  let difference: string | undefined

  const depart = (index: number, cause: unknown) => {
    difference ??= describe(index, cause instanceof Error ? cause.message : String(cause))
  }

  const play = (request: WireRequest): Answer => {
    const { index } = request
    const step = steps[index]
    if (step === undefined) throw new Departure("another request")
    const answer = step.answer(request, before)
    before = request
    played++
    if (answer.some((item) => "error" in item)) return answer
    const meanwhile = step.meanwhile && outside[step.meanwhile]().catch((cause: unknown) => depart(index, cause))
    return [...(meanwhile ? [{ after: meanwhile }] : []), ...answer, { usage: cache.use(request.body, answer) }]
  }

  return {
    answer: (request) => {
      try {
        return play(request)
      } catch (cause) {
        depart(request.index, cause)
        return [{ error: { status: 400, body: "the demo departed from its script" } }]
      }
    },
    difference: () => difference ?? (played === steps.length ? undefined : describe(played, "no request"))
  }
}
