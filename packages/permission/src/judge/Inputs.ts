/** Which steps may take a part of the input that others in the same pipe read from. */
import type { SimpleCommand, Step, Word } from "../shell/Script.ts"
import { givesInput, textOf } from "../shell/Script.ts"
import { usesOf } from "./Uses.ts"
import { known, plain, type Value } from "./Value.ts"

/** They read nothing, or only files that stand in their words. */
const readsNothing =
  /^(?:echo|printf|test|\[|\[\[|true|false|:|cd|basename|dirname|ls|stat|du|rm|mkdir|touch|mv|cp|break|continue|exit|pwd|date|sleep|export|realpath|readlink|set)$/

/** A word that is not known before it runs: a name of a file, where one may stand. */
const valueOf = (word: Word): Value => {
  const text = textOf(word)
  return text === undefined
    ? { text: word.source, beginning: "name", values: undefined, single: true, literal: false }
    : plain(text)
}

/** By its table: is there a file that it reads, and none that is the input itself? */
const readsFiles = (words: ReadonlyArray<Word>): boolean => {
  const found = usesOf(words.map(valueOf))
  return (
    found !== undefined &&
    found.use.why === undefined &&
    found.use.paths.length > 0 &&
    found.use.paths.every(({ value }) => value.literal !== true || known(value)?.startsWith("-") !== true)
  )
}

const takes = ({ redirections, words }: SimpleCommand): boolean =>
  words.length > 0 &&
  !givesInput(redirections) &&
  !readsNothing.test(textOf(words[0] ?? { pieces: [], source: "" }) ?? "") &&
  !readsFiles(words)

const takeInput = (words: ReadonlyArray<Word>): boolean =>
  words.some(({ pieces }) => pieces.some((piece) => piece._tag === "Substitution" && mayTakeInput(piece.script)))

/** May it take a part of its input, so that what is left begins in the middle of a line? */
export const mayTakeInput = (step: Step): boolean => {
  if ("redirections" in step && givesInput(step.redirections)) return false
  switch (step._tag) {
    case "Command":
      return takes(step) || takeInput([...step.words, ...step.assignments.map(({ value }) => value)])
    case "Sequence":
      return step.items.some((item) => mayTakeInput(item.step))
    case "Pipeline":
      return step.steps.slice(0, 1).some(mayTakeInput)
    case "Subshell":
    case "Group":
    case "Not":
      return mayTakeInput(step.body)
    case "For":
      return takeInput(step.words) || mayTakeInput(step.body)
    case "If":
      return [
        ...step.branches.flatMap(({ body, condition }) => [condition, body]),
        ...(step.otherwise === undefined ? [] : [step.otherwise])
      ].some(mayTakeInput)
    case "Loop":
      return mayTakeInput(step.condition) || mayTakeInput(step.body)
    case "Case":
      return takeInput([step.word]) || step.arms.some(({ body }) => body !== undefined && mayTakeInput(body))
  }
}
