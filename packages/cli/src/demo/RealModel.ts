/** `rein demo --model`: the same task for a real model, and a look at what came of it. */
import { Effect } from "effect"
import { Ended, failureCode } from "../Failure.ts"
import * as Place from "./Place.ts"
import { attend } from "./Programs.ts"
import * as Project from "./Project.ts"
import * as Report from "./Report.ts"
import * as Script from "./Script.ts"

/** What the task needs. Everything else is asked, and declined where nobody can answer. */
const permissions = ["--allow", "edit:*", "--allow", "bash:node --test", "--allow", "bash:npm test"]

/** Of a run that could not ask anybody: it may have done its task all the same. */
const deniedCode = 10

/** Why the task is not done, if it is not. Tests that were changed prove nothing. */
const verdict = Effect.fnUntraced(function* ({ project }: Place.Place, testCode: number | undefined) {
  const changed = yield* Project.changedTests(project)
  if (changed.length > 0) return `The model changed the tests: ${changed.join(", ")}.`
  return testCode === 0 ? undefined : "The tests still fail."
})

/** Gives the task to the model. Exit code 0 when the tests pass, and are the same tests. */
export const play = Effect.fnUntraced(function* (given: string | undefined, model: string) {
  const report = Report.make()
  const place = yield* Place.prepare(given)
  report.say(`The project: ${place.project}`)
  const before = yield* Project.runTests(place.project)
  const args = ["run", Script.task, "--model", model, ...permissions]
  report.command(Place.typed(args))
  const { code = failureCode } = yield* attend(Place.rein(place, args))
  if (code !== 0 && code !== deniedCode) {
    report.say(`\nrein run ended with exit code ${code}. Left to look at: ${place.project}`)
    return yield* new Ended({ code })
  }
  const after = yield* Project.runTests(place.project)
  report.printed(Report.testHeading("before", before), before.output)
  report.printed(Report.testHeading("after", after), after.output)
  report.printed("git diff", yield* Project.diff(place.project))
  const wrong = yield* verdict(place, after.code)
  report.say(`\n${wrong ?? "Repaired: the same tests pass now."} Left to look at: ${place.project}`)
  if (wrong !== undefined) return yield* new Ended({ code: failureCode })
})
