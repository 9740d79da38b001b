import type { Doing } from "@rein/core/schema/LiveEvent"
import * as Ids from "@rein/core/schema/Ids"
import type { Status } from "@rein/core/session/Status"
import { expect, it } from "vitest"
import { statusText } from "../../src/chat/StatusText.ts"

const status = (doing: Doing): Status => ({
  doing,
  why: "First I look.",
  calls: [],
  questions: [],
  stepIn: [
    { _tag: "steer" },
    { _tag: "interrupt" },
    { _tag: "withdraw", input: Ids.make.input(), text: "later \x1b[8m" }
  ],
  waiting: 1,
  steps: 2,
  usage: { input: 1_234, cacheRead: 0, cacheWrite: 0, output: 5, reasoning: 0 },
  cost: "unknown",
  knownCost: 1_500_000,
  last: { _tag: "completed" }
})

it.each([
  [{ _tag: "idle" }, "nothing"],
  [{ _tag: "thinking" }, "waits for the model"],
  [{ _tag: "calling", call: Ids.make.call(), tool: "bash", touches: "npm test" }, "runs bash npm test"],
  [
    { _tag: "retrying", attempt: 1, inMillis: 4_000, until: 10_000, reason: { _tag: "Overloaded" } },
    "asks the model again in 3 s (attempt 1 failed)"
  ],
  [{ _tag: "compacting" }, "shortens the history"],
  [{ _tag: "waiting", questions: 1 }, "waits for an answer of yours"]
] satisfies ReadonlyArray<readonly [Doing, string]>)("says of %j that it %s", (doing, says) => {
  const [first] = statusText(status(doing), 7_000)
  expect(first).toBe(`doing:   ${says}`)
})

it("says why, what was used and how to step in, and shows no control character", () => {
  const text = statusText(status({ _tag: "thinking" }), 0).join("\n")
  expect(text).toContain("First I look.")
  expect(text).toMatch(/2 steps .* 1,234 tokens in, 5 out, cost unknown \(at least \$1\.5000\)/)
  expect(text).toContain("completed")
  expect(text).toMatch(/\/withdraw takes back: later \\x1b/)
})
