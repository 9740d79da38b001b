/** How much a script runs: what is too much for a person to look through is too much to decide about. */
import type { Redirection, Script, Step, Word } from "./Script.ts"
import { unclear } from "./Unclear.ts"

/** Simple commands of a line, also in substitutions. Lines of agents have fewer than 20. */
const maximumCommands = 100

/** Words of all its commands together, each word of a brace list counted. */
const maximumWords = 600

/** What was counted so far. */
interface Count {
  commands: number
  words: number
}

/** Refuses a script with more commands or words than these. */
export const checkSize = (script: Script): void => countStep(script, { commands: 0, words: 0 })

/** Refuses so many commands. A parser sees that there are as many before anything is made of them. */
export const checkCommands = (count: number): void => {
  if (count > maximumCommands) unclear(`it has more than ${maximumCommands} commands`)
}

/** The same for words. */
export const checkWords = (count: number): void => {
  if (count > maximumWords) unclear(`it has more than ${maximumWords} words`)
}

const countWords = (words: ReadonlyArray<Word>, count: Count): void => {
  count.words += words.length
  checkWords(count.words)
  for (const { pieces } of words)
    for (const piece of pieces) if (piece._tag === "Substitution") countStep(piece.script, count)
}

const countRedirections = (redirections: ReadonlyArray<Redirection>, count: Count): void =>
  countWords(
    redirections.map(({ target }) => target),
    count
  )

const countStep = (step: Step, count: Count): void => {
  if (step._tag === "Command") checkCommands(++count.commands)
  if ("redirections" in step) countRedirections(step.redirections, count)
  switch (step._tag) {
    case "Command":
      countWords(step.words, count)
      return countWords(
        step.assignments.map(({ value }) => value),
        count
      )
    case "Sequence":
      return step.items.forEach((item) => countStep(item.step, count))
    case "Pipeline":
      return step.steps.forEach((one) => countStep(one, count))
    case "Subshell":
    case "Group":
    case "Not":
      return countStep(step.body, count)
    case "If":
      for (const { body, condition } of step.branches) {
        countStep(condition, count)
        countStep(body, count)
      }
      return step.otherwise === undefined ? undefined : countStep(step.otherwise, count)
    case "Loop":
      countStep(step.condition, count)
      return countStep(step.body, count)
    case "For":
      countWords(step.words, count)
      return countStep(step.body, count)
    case "Case":
      countWords([step.word, ...step.arms.flatMap(({ patterns }) => patterns)], count)
      return step.arms.forEach(({ body }) => (body === undefined ? undefined : countStep(body, count)))
  }
}
