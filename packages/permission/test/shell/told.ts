/** What a script says that its line does, to be compared with what it did. */
import type { Redirection, Script, SimpleCommand, Step, Word } from "@rein/permission/shell/Script"

/** All commands and redirections of a script, also in substitutions. */
export interface Told {
  readonly commands: ReadonlyArray<SimpleCommand>
  readonly redirections: ReadonlyArray<Redirection>
}

const join = (all: ReadonlyArray<Told>): Told => ({
  commands: all.flatMap(({ commands }) => commands),
  redirections: all.flatMap(({ redirections }) => redirections)
})

const inWords = (words: ReadonlyArray<Word>): Told =>
  join(
    words.flatMap(({ pieces }) =>
      pieces.map((piece) => (piece._tag === "Substitution" ? inScript(piece.script) : join([])))
    )
  )

const inRedirections = (redirections: ReadonlyArray<Redirection>): Told =>
  join([{ commands: [], redirections }, inWords(redirections.map(({ target }) => target))])

/** What runs behind `time`, which is a program or a word of bash. */
const timed = (step: SimpleCommand): ReadonlyArray<SimpleCommand> => {
  const [first, second] = step.words.map(({ source }) => source)
  return first === "time" ? [{ ...step, words: step.words.slice(second === "-p" ? 2 : 1) }] : []
}

const inParts = (step: Step): ReadonlyArray<Told> => {
  switch (step._tag) {
    case "Command":
      return [
        { commands: [step, ...timed(step)], redirections: [] },
        inWords([...step.words, ...step.assignments.map(({ value }) => value)])
      ]
    case "Sequence":
      return step.items.map((item) => inScript(item.step))
    case "Pipeline":
      return step.steps.map(inScript)
    case "If":
      return [
        ...step.branches.flatMap(({ body, condition }) => [inScript(condition), inScript(body)]),
        ...(step.otherwise === undefined ? [] : [inScript(step.otherwise)])
      ]
    case "Loop":
      return [inScript(step.condition), inScript(step.body)]
    case "For":
      return [inWords(step.words), inScript(step.body)]
    case "Case":
      return [
        inWords([step.word]),
        ...step.arms.flatMap(({ body, patterns }) => [
          inWords(patterns),
          body === undefined ? join([]) : inScript(body)
        ])
      ]
    default:
      return [inScript(step.body)]
  }
}

export const inScript = (script: Script): Told =>
  join([...inParts(script), "redirections" in script ? inRedirections(script.redirections) : join([])])

/** What bash may make of a word: which text, and whether it may be several words or none. */
const expected = ({ pieces }: Word) => {
  const texts = pieces.map((piece) => (piece._tag === "Text" ? RegExp.escape(piece.text) : "[^]*"))
  const isOne = pieces.every(
    (piece) => piece._tag === "Text" || piece._tag === "Tilde" || ("quoted" in piece && piece.quoted)
  )
  return { pattern: new RegExp(`^${texts.join("")}$`, "u"), isOne }
}

/** Whether words that were run are those of a command. */
export const fits = (command: SimpleCommand, ran: ReadonlyArray<string>): boolean => {
  // The places in what ran that the words so far can have reached.
  let reached = new Set([0])
  for (const word of command.words) {
    const { isOne, pattern } = expected(word)
    const next = new Set<number>()
    for (const at of reached) {
      if (isOne && pattern.test(ran[at] ?? "\0")) next.add(at + 1)
      if (!isOne) for (let end = at; end <= ran.length; end++) next.add(end)
    }
    reached = next
  }
  return reached.has(ran.length)
}

/** Whether a redirection may make a file of this name. */
export const makes = ({ operator, target }: Redirection, file: string): boolean =>
  operator.includes(">") && expected(target).pattern.test(file)
