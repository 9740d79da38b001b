/** The status of a session in a few lines, for people. */
import type { Doing } from "@rein/core/schema/LiveEvent"
import * as Outcome from "@rein/core/schema/Outcome"
import type { Status, StepIn } from "@rein/core/session/Status"
import { count, money } from "../Numbers.ts"
import { oneLine } from "../Visible.ts"

const doing = (what: Doing, now: number): string => {
  switch (what._tag) {
    case "idle":
      return "nothing"
    case "thinking":
      return "waits for the model"
    case "calling":
      return `runs ${what.tool} ${oneLine(what.touches, 120)}`.trimEnd()
    case "retrying":
      return `asks the model again in ${Math.max(0, (what.until - now) / 1_000).toFixed(0)} s (attempt ${what.attempt} failed)`
    case "compacting":
      return "shortens the history"
    case "suspended":
      return `waits until you let it go on: it was cut off ${what.resumes + 1} times and goes on by itself no more`
    case "waiting":
      return `waits for ${what.questions === 1 ? "an answer" : `${what.questions} answers`} of yours`
  }
}

const stepIn = (one: StepIn): string => {
  switch (one._tag) {
    case "prompt":
      return "a line starts a turn"
    case "steer":
      return "a line is delivered between two steps"
    case "interrupt":
      return "Ctrl-C interrupts"
    case "retry":
      return "/retry asks the model again at once"
    case "resume":
      return "a line, or `rein run --continue`, lets it go on"
    case "answer":
      return `y, s or n answers: ${oneLine(one.question.request.title, 100)}`
    case "withdraw":
      return `/withdraw takes back: ${oneLine(one.text, 100)}`
  }
}

/** `now` in milliseconds since 1970. */
export const statusText = (status: Status, now: number): ReadonlyArray<string> => [
  `doing:   ${doing(status.doing, now)}`,
  ...(status.why === undefined ? [] : [`why:     ${oneLine(status.why, 200)}`]),
  `so far:  ${status.steps} ${status.steps === 1 ? "step" : "steps"} in this turn; session: ${count(status.usage.input)} tokens in, ${count(status.usage.output)} out, cost ${money(status.cost, status.knownCost)}`,
  ...(status.last === undefined ? [] : [`before:  the last turn ended as ${Outcome.describe(status.last)}`]),
  ...status.stepIn.map((one, index) => `${index === 0 ? "step in: " : "         "}${stepIn(one)}`)
]
