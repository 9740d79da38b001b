/** Goes through a script: each command is judged in each directory that it may run in. */
import type { Reading } from "../shell/Reading.ts"
import type { Redirection, Script, SimpleCommand, Step, Word } from "../shell/Script.ts"
import { assignedIn, isAssigned, ownAssigned, withoutKnown } from "./words/Assigned.ts"
import { withCommits, withNumbers } from "./words/Commits.ts"
import { isPart } from "./words/Outputs.ts"
import { accessOf, judgeWords } from "./Command.ts"
import type { Judging, Outcome } from "./Outcome.ts"
import { maximumTried } from "./rules/Forms.ts"
import type { CommandJudgement, PathJudgement, Working } from "./Judgement.ts"
import { judgePaths } from "./places/Paths.ts"
import { tablesOf } from "./programs/Programs.ts"
import { deniedWithAll, strictest } from "./rules/Ruling.ts"
import { either, isFreeName, type Scope, withVariable } from "./Scope.ts"
import { known, plain, resolve, type Value } from "./words/Value.ts"
import { judgePlacesIn } from "./places/Untabled.ts"
import { runsInput } from "./places/Runs.ts"
import { ask, type Verdict, worst } from "./Verdict.ts"
import { isHarmlessVariable, isShell, runsItsWords } from "./programs/Wrappers.ts"
import { baseName } from "./Locations.ts"
import { seeCommands } from "../shell/Sightings.ts"
import { givesInput, mixesErrors, textOf } from "../shell/Script.ts"

/** Scripts in scripts, at most. */
const maximumDepth = 8

/** Commands of a line that is not understood whose words are tried one by one, and which are told. */
const maximumSeen = 100

/** Longer texts have no command whose words are tried one by one. */
const maximumTextTried = 8_192

/** Words of a line that is not understood which may be paths, at most. */
const maximumSeenWords = 400

/** Reads a text as shell: the line itself, and each text in it that is run as a script. */
export type Read = (text: string) => Reading

const nothing = ({ directories }: Scope): Outcome => ({
  commands: [],
  paths: [],
  success: directories,
  failure: directories
})

const after = ({ failure, isCertain, success }: Outcome): Scope["directories"] =>
  isCertain === true ? success : either(success, failure)

/** Several things that happen one after the other or not at all; where they leave off is told besides. */
const together = (outcomes: ReadonlyArray<Pick<Outcome, "commands" | "paths">>) => ({
  commands: outcomes.flatMap(({ commands }) => commands),
  paths: outcomes.flatMap(({ paths }) => paths)
})

const noWord: Word = { pieces: [], source: "" }

const remark = (text: string, why: string): CommandJudgement => ({ argv: [], text, action: "ask", why })

/** Scripts whose output becomes a part of a word. */
const scriptsIn = (word: Word): ReadonlyArray<Script> =>
  word.pieces.flatMap((piece) => (piece._tag === "Substitution" ? [piece.script] : []))

/** Names of variables of the environment that usually hold secrets. */
const holdsSecret =
  /(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|API_?KEY|(?:PRIVATE|ACCESS|ENCRYPTION)_?KEY|_KEY)(?:_|$)/i

/** What comes in is what another command prints. */
const isMadeInput = ({ body, operator, target }: Redirection): boolean =>
  operator.startsWith("<") && (body ?? target).pieces.some(({ _tag }) => _tag === "Substitution")

const wordsOf = (command: SimpleCommand): ReadonlyArray<Word> => [
  ...command.words,
  ...command.assignments.map(({ value }) => value),
  ...command.redirections.flatMap(({ body, target }) => (body === undefined ? [target] : [target, body]))
]

/** One way through a script. */
export class Walk {
  readonly context: Working
  readonly read: Read
  readonly depth: number

  constructor(context: Working, read: Read, depth: number) {
    this.context = context
    this.read = read
    this.depth = depth
  }

  step(step: Step, scope: Scope): Outcome {
    switch (step._tag) {
      case "Command":
        return this.command(step, scope)
      case "Sequence": {
        let state: Outcome = nothing(scope)
        let before: "&&" | "||" | ";" = ";"
        const all: Array<Outcome> = []
        let held = scope
        for (const { step: next, next: then } of step.items) {
          const directories = before === "&&" ? state.success : before === "||" ? state.failure : after(state)
          const outcome = this.step(next, withoutKnown({ ...held, directories }, ownAssigned(next)))
          held = withoutKnown({ ...held, directories }, assignedIn(next))
          all.push(outcome)
          state =
            before === "&&"
              ? { ...outcome, failure: either(state.failure, outcome.failure), isCertain: false }
              : before === "||"
                ? { ...outcome, success: either(state.success, outcome.success), isCertain: false }
                : outcome
          before = then === "end" ? ";" : then
        }
        return { ...state, ...together(all) }
      }
      case "Pipeline": {
        const { input: _, ...bare } = scope
        let names: Outcome["names"]
        let printed: ReadonlyArray<string> = []
        const all = step.steps.map((one, at) => {
          const piped: Scope = at === 0 ? bare : { ...bare, isPiped: true }
          const outcome = this.step(
            one,
            names === undefined || one._tag !== "Command" ? piped : { ...piped, input: names }
          )
          // What an error says is no name of a file.
          names = one._tag === "Command" && !mixesErrors(one.redirections) ? outcome.names : undefined
          const given = this.scripts(one, printed)
          printed = one._tag === "Command" ? one.words.flatMap((word) => textOf(word) ?? []) : []
          return { ...outcome, commands: [...outcome.commands, ...given] }
        })
        return { ...nothing(scope), ...together(all) }
      }
      case "Not": {
        const { failure, success, ...rest } = this.step(step.body, scope)
        return { ...rest, failure: success, success: failure, isCertain: false }
      }
      case "Subshell": {
        const inner = this.step(step.body, scope)
        return { ...nothing(scope), ...together([inner, this.redirections(step.redirections, scope)]) }
      }
      case "Group": {
        const inner = this.step(step.body, scope)
        return { ...inner, ...together([inner, this.redirections(step.redirections, scope)]) }
      }
      case "If":
        return this.branches(step, scope)
      case "Loop":
        return this.repeated(step, withoutKnown(scope, assignedIn(step)), (inside) => {
          const condition = this.step(step.condition, inside)
          const body = this.step(step.body, { ...inside, directories: after(condition) })
          return { ...body, ...together([condition, body]), failure: either(after(condition), body.failure) }
        })
      case "For":
        return this.forEach(step, scope)
      case "Case": {
        const arms = step.arms.map(({ body }) => (body === undefined ? nothing(scope) : this.step(body, scope)))
        const words = [step.word, ...step.arms.flatMap(({ patterns }) => patterns)].flatMap((word) =>
          this.substitutions(word, scope)
        )
        const end = arms.reduce<Scope["directories"]>((all, arm) => either(all, after(arm)), scope.directories)
        return {
          ...together([...words, ...arms, this.redirections(step.redirections, scope)]),
          success: end,
          failure: end
        }
      }
    }
  }

  branches(step: Extract<Step, { readonly _tag: "If" }>, scope: Scope): Outcome {
    const all: Array<Outcome> = []
    const ends: Array<Scope["directories"]> = []
    let inside = scope
    for (const { body, condition } of step.branches) {
      const tested = this.step(condition, inside)
      const done = this.step(body, { ...inside, directories: tested.success })
      all.push(tested, done)
      ends.push(after(done))
      inside = { ...inside, directories: tested.failure }
    }
    const otherwise = step.otherwise === undefined ? nothing(inside) : this.step(step.otherwise, inside)
    const end = ends.reduce(either, after(otherwise))
    return { ...together([...all, otherwise, this.redirections(step.redirections, scope)]), success: end, failure: end }
  }

  /** What is repeated may start where it has left off. */
  repeated(
    step: { readonly redirections: ReadonlyArray<Redirection> },
    scope: Scope,
    once: (scope: Scope) => Outcome
  ): Outcome {
    const { input: _, ...bare } = scope
    const first = once(bare)
    const again = either(bare.directories, after(first))
    const isSteady =
      again?.length === bare.directories?.length && (again === undefined) === (bare.directories === undefined)
    const last = isSteady ? first : once({ ...bare, directories: undefined })
    const end = isSteady ? again : undefined
    return { ...together([last, this.redirections(step.redirections, scope)]), success: end, failure: end }
  }

  forEach(step: Extract<Step, { readonly _tag: "For" }>, scope: Scope): Outcome {
    const words = step.words.map((word) => resolve(word, scope, this.context))
    const isKnown = words.every(
      ({ single, values }) => values !== undefined && (single || values.every((value) => value !== ""))
    )
    const assigned = assignedIn(step.body)
    const values =
      isKnown && !isAssigned(assigned, step.variable) ? words.flatMap((word) => word.values ?? []) : undefined
    const given = step.words.flatMap((word) => this.substitutions(word, scope))
    const bad = isFreeName(step.variable)
      ? []
      : [remark(`for ${step.variable}`, `the variable ${step.variable} may mean something to bash`)]
    const body = this.repeated(step, withoutKnown(scope, assigned), (inside) =>
      this.step(step.body, withVariable(inside, step.variable, values))
    )
    return { ...body, ...together([...given, { commands: bad, paths: [] }, body]) }
  }

  substitutions(word: Word, scope: Scope): ReadonlyArray<Outcome> {
    const { input: _, ...bare } = scope
    return scriptsIn(word).map((script) =>
      this.step(script, isPart(script, scope, this.context) ? { ...bare, isKnown: true } : bare)
    )
  }

  redirections(redirections: ReadonlyArray<Redirection>, scope: Scope): Pick<Outcome, "commands" | "paths"> {
    const paths = redirections.flatMap((one) => this.redirection(one, scope))
    const inner = redirections
      .flatMap(({ body, target }) => [target, ...(body === undefined ? [] : [body])])
      .flatMap((word) => this.substitutions(word, scope))
    return together([{ commands: [], paths }, ...inner])
  }

  redirection({ operator, target }: Redirection, scope: Scope): ReadonlyArray<PathJudgement> {
    if (operator.startsWith("<<")) return []
    const value = resolve(target, scope, this.context)
    const text = known(value)
    if ((operator === ">&" || operator === "<&") && text !== undefined && /^(?:\d+-?|-)$/.test(text)) return []
    const isOne = value.single && value.values?.every((one) => one !== "" && (one !== "-" || one === text)) === true
    // A word of a redirection that is `-` is a file of this name.
    const place = text === "-" ? plain("./-") : value
    return judgePaths(isOne ? place : { ...value, values: undefined }, accessOf(operator), scope, this.context)
  }

  command(command: SimpleCommand, scope: Scope): Outcome {
    const inner = wordsOf(command).flatMap((word) => this.substitutions(word, scope))
    const paths = command.redirections.flatMap((one) => this.redirection(one, scope))
    const own = this.ownWords(command, scope)
    if (runsInput(this.resolved(command.words, scope)))
      for (const { access, path } of paths) if (access === "read") this.context.effort.traces.ran.add(path)
    const bodies = command.redirections.flatMap(({ body }) => (body === undefined ? [] : (textOf(body) ?? [])))
    const scripts = { commands: [...this.scripts(command, bodies), ...this.withInput(command, scope)], paths: [] }
    return { ...own, ...together([own, { commands: [], paths }, scripts, ...inner]) }
  }

  resolved(words: ReadonlyArray<Word>, scope: Scope): ReadonlyArray<Value> {
    return words.map((word) => resolve(word, scope, this.context))
  }

  ownWords(command: SimpleCommand, scope: Scope): Outcome {
    const words = withNumbers(command.words, withCommits(command.words, this.resolved(command.words, scope)))
    const prefix = command.assignments.map(({ name, value }) => ({ name, value: resolve(value, scope, this.context) }))
    const isReading = known(words[0]) === "read"
    const wrong = prefix.find(
      ({ name, value }) =>
        !isHarmlessVariable(name, known(value), words) && !(isReading && name === "IFS" && known(value) !== undefined)
    )
    const doubts: Array<Verdict> =
      wrong === undefined ? [] : [ask(`it sets ${wrong.name}, which may change what programs do`)]
    const secret = wordsOf(command)
      .flatMap(({ pieces }) => pieces)
      .find((piece) => piece._tag === "Variable" && holdsSecret.test(piece.name) && !scope.variables.has(piece.name))
    if (secret?._tag === "Variable") doubts.push(ask(`$${secret.name} usually holds a secret`))
    if (runsInput(words) && command.redirections.some(isMadeInput))
      doubts.push(ask("what it runs is not known before it runs"))
    const shown = prefix.map(({ name, value }): Value => ({ ...value, text: `${name}=${value.text}` }))
    const judging: Judging = {
      context: this.context,
      judgeText: (text, inside, context) => new Walk(context, this.read, this.depth + 1).text(text, inside)
    }
    const { input: _, isPiped: __, ...bare } = scope
    const outcome = judgeWords(words, shown, givesInput(command.redirections) ? bare : scope, judging)
    const [own, ...others] = outcome.commands
    // The words of a command give at least the judgement of themselves.
    const first = own ?? remark("", "")
    return { ...outcome, commands: [{ ...first, ...worst<Verdict>(first, doubts) }, ...others] }
  }

  /** What is denied of a program with the file that it reads from its input, as if the file were named: `cat < x` is `cat x`. */
  withInput(command: SimpleCommand, scope: Scope): ReadonlyArray<CommandJudgement> {
    const words = command.words.map((word) => resolve(word, scope, this.context))
    if (tablesOf(baseName(known(words[0]) ?? "")).length === 0) return []
    const files = command.redirections.flatMap(({ operator, target }) =>
      operator === "<" ? (resolve(target, scope, this.context).values ?? []) : []
    )
    return files.flatMap((file): ReadonlyArray<CommandJudgement> => {
      const argv = [...words.map((word) => word.text), file]
      const strict = strictest(argv, this.context)
      return strict === undefined ? [] : [{ argv, text: argv.join(" "), ...strict }]
    })
  }

  /** What is denied in the texts that a program is given which runs what it reads. */
  scripts(step: Step, texts: ReadonlyArray<string>): ReadonlyArray<CommandJudgement> {
    const name = step._tag === "Command" ? baseName(textOf(step.words[0] ?? noWord) ?? "") : ""
    if (!isShell(name) && !runsItsWords(name)) return []
    return texts.flatMap(seeCommands).flatMap((argv): ReadonlyArray<CommandJudgement> => {
      const strict = strictest(argv, this.context)
      return strict === undefined ? [] : [{ argv, text: argv.join(" "), ...strict }]
    })
  }

  /** A whole text: what is not understood is looked through for what is denied. */
  text(text: string, scope: Scope): Pick<Outcome, "commands" | "paths"> {
    if (this.depth > maximumDepth)
      return { commands: [remark(text, "too many scripts are inside of each other")], paths: [] }
    const reading = this.read(text)
    if (reading._tag === "Understood") return this.step(reading.script, scope)
    const isLong = text.length > maximumTextTried || reading.commands.length > maximumSeen
    const seen = reading.commands.map((argv): CommandJudgement => {
      const verdicts: Array<Verdict> = []
      const strict = strictest(argv, this.context, isLong ? 1 : maximumTried)
      if (strict !== undefined) verdicts.push(strict) // guard: I7 permission/test/judge/Bounds.test.ts #at its end
      verdicts.push(...deniedWithAll(argv.join(" "), this.context)) // guard: I7 permission/test/judge/Certain.test.ts #rule for everything
      const verdict = worst<Verdict>(ask(`the line is not understood: ${reading.why}`), verdicts)
      return { argv, text: argv.join(" "), ...verdict }
    })
    // What a rule speaks of is told first, and the others only as many as anybody looks at.
    const told =
      seen.length > maximumSeen
        ? seen.toSorted((a, b) => Number(b.rule !== undefined) - Number(a.rule !== undefined)).slice(0, maximumSeen)
        : seen
    const whole = remark(text, `it is not understood: ${reading.why}`)
    return {
      commands: [{ ...whole, ...worst<Verdict>(whole, deniedWithAll(text.trim(), this.context)) }, ...told],
      paths: [...this.seenPaths(reading.commands.flat(), scope), ...this.seenWrites(text, scope)]
    }
  }

  /** What is denied of the paths that stand in a line which is not understood. */
  seenPaths(words: ReadonlyArray<string>, scope: Scope): ReadonlyArray<PathJudgement> {
    return [...new Set(words)]
      .slice(0, maximumSeenWords)
      .flatMap((word) => judgePlacesIn(plain(word), scope, this.context))
      .filter(({ action }) => action === "deny")
  }

  /** The same for files that redirections open, however they are written. */
  seenWrites(text: string, scope: Scope): ReadonlyArray<PathJudgement> {
    return [...text.matchAll(/([<>]{1,3})[&|]?\s*([^\s<>;&|()]+)/g)]
      .slice(0, maximumSeenWords)
      .flatMap(([, operator = "", target = ""]) =>
        judgePaths(plain(target.replace(/["'\\]/g, "")), accessOf(operator), scope, this.context)
      )
      .filter(({ action }) => action === "deny")
  }
}
