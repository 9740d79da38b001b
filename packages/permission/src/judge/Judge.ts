/** Judges a line of shell: the worst of its commands, of its paths, and of what rules say about the line decides. */
import { explain } from "./rules/Explain.ts"
import type { CommandJudgement, Context, Effort, Judgement, Working } from "./Judgement.ts"
import { isOnlyMove } from "./places/Moves.ts"
import { use } from "./programs/Program.ts"
import { tablesOf } from "./programs/Programs.ts"
import { once, remembering } from "./Remembered.ts"
import { start } from "./Scope.ts"
import { doubtOfTraces, noTraces } from "./places/Traces.ts"
import { plain } from "./words/Value.ts"
import type { Action, Rule } from "../Rules.ts"
import { allow, ask, type Verdict, worst } from "./Verdict.ts"
import { type Read, Walk } from "./Walk.ts"

/** Names of files that one line is compared with, at most. */
const maximumEffort = 20_000

/** A rule about a whole line, with what stands between its commands, counts where it forbids. */
const aboutLine = (line: string, context: Working): ReadonlyArray<Verdict> => {
  const { action, origin = "the runtime", rule } = explain(context, "bash", line.trim())
  if (rule === undefined || action === "allow" || !/[|&;<>\n]/.test(rule.pattern)) return []
  return [{ action, rule, origin, why: `a rule of ${origin} ${action === "deny" ? "denies" : "asks for"} the line` }]
}

/** Programs that are only a frame: what they run is a command of its own. */
const frames = /^(?:command|builtin|timeout|nice|nohup|env|stdbuf|xargs)$/

/** Does it only look, as its table says? What it looks at with git is then not the matter of hooks. */
const isLooking = ({ argv }: CommandJudgement): boolean => {
  const [name = "", ...words] = argv
  const [table] = tablesOf(name)
  return (
    frames.test(name) ||
    isOnlyMove(argv) ||
    (table !== undefined && (name !== "git" || use(table, words.map(plain)).why === undefined))
  )
}

/** What a line can touch: a rule that denies one of these may be about what a line hides that is not understood. */
const touched = ["bash", "edit", "read", "external_directory"]

const isAbout = ({ permission }: Rule, permissions: ReadonlyArray<string>): boolean =>
  permissions.some((one) => permission === "*" || permission === one)

/**
 * The yes of somebody who has said it beforehand to whatever would be asked: not to what a rule asks for by itself, and
 * not to what is not understood while anything is denied, which it could hide.
 */
const yesTo = (verdicts: ReadonlyArray<Verdict>, isClear: boolean, { layers }: Context): Verdict | undefined => {
  const yes = layers.find(
    ({ onlyAsks, rules }) =>
      onlyAsks === true &&
      rules.some((rule) => rule.action === "allow" && rule.pattern === "*" && isAbout(rule, ["bash"]))
  )
  if (yes === undefined) return undefined
  const isAsked = ({ action, rule }: Verdict) => action === "ask" && rule?.action === "ask"
  if (verdicts.some((verdict) => verdict.action === "deny" || isAsked(verdict))) return undefined // guard: I7 permission/test/judge/Yes.test.ts
  if (!isClear && layers.some(({ rules }) => rules.some((rule) => rule.action === "deny" && isAbout(rule, touched)))) {
    return undefined
  }
  return { ...allow(`${yes.origin} says yes to all that is asked`), origin: yes.origin }
}

/** What is looked up once for a line, however often it is judged: the answers that are tried say nothing about paths. */
interface Looked {
  readonly facts: Context["facts"]
  readonly read: Read
  readonly effort: Pick<Effort, "below" | "named" | "places" | "risks" | "rules">
}

const look = ({ facts }: Context, read: Read): Looked => ({
  facts: remembering(facts),
  read: once(read),
  effort: { below: new Map(), places: new Map(), risks: new Map(), named: new WeakMap(), rules: new WeakMap() }
})

/** Where the rules are from that have decided; what is allowed was allowed by all that speak of its parts. */
const originsOf = (action: Action, decided: Verdict, parts: ReadonlyArray<Verdict>): ReadonlyArray<string> => {
  const deciding = action === "allow" ? parts : [decided]
  return [
    ...new Set(deciding.flatMap(({ origin, rule }) => (rule === undefined || origin === undefined ? [] : [origin])))
  ]
}

const judgeOnce = (line: string, context: Context, { effort, facts, read }: Looked): Omit<Judgement, "offers"> => {
  const working: Working = {
    ...context,
    facts,
    effort: { ...effort, left: maximumEffort, decisions: new WeakMap(), traces: noTraces() }
  }
  const { commands, paths } = new Walk(working, read, 0).text(line, start(working))
  const isUnruled = commands.every(({ action, rule }) => action === "allow" && rule === undefined)
  const first: Verdict = { action: "allow", why: "rules allow all of it" }
  const verdicts: Array<Verdict> = []
  if (isUnruled) verdicts.push(ask("no command in it is allowed by a rule")) // guard: I7 permission/test/judge/Certain.test.ts #only moves
  verdicts.push(...aboutLine(line, working)) // guard: I7 permission/test/judge/Certain.test.ts #stands between
  verdicts.push(...commands) // guard: I7 permission/test/judge/Judge.test.ts #when a rule names all of it
  verdicts.push(...paths) // guard: I7 permission/test/judge/Judge.test.ts #leaves the project
  const doubt = doubtOfTraces(working.effort.traces)
  if (doubt !== undefined) verdicts.push(ask(doubt)) // guard: I7 permission/test/judge/Judge.test.ts #does more than rules allow
  const decided = worst<Verdict>(first, verdicts)
  const isClear = commands.every(({ argv }) => argv.length > 0)
  const yes = decided.action === "ask" ? yesTo(verdicts, isClear, context) : undefined
  const { action, why } = yes ?? decided
  return {
    action,
    why,
    origins: yes?.origin === undefined ? originsOf(action, decided, [...commands, ...paths]) : [yes.origin],
    commands,
    paths,
    onlyLooks: commands.length > 0 && commands.every(isLooking)
  }
}

/** Words of a command of which a beginning is offered. */
const maximumOffered = 200

/** The rules that people could add, so that commands like the asked ones are not asked any more. Only those that would do so. */
const offersFor = (
  line: string,
  judged: Omit<Judgement, "offers">,
  context: Context,
  looked: Looked
): ReadonlyArray<string> => {
  // No rule makes a line understood.
  if (judged.commands[0]?.argv.length === 0 && judged.commands[0].text === line) return []
  const asked = judged.commands.map(({ action, argv }) => {
    const words = action === "ask" && argv.length <= maximumOffered ? context.savable?.(argv) : undefined
    const isPlain = words !== undefined && words.length > 0 && words.every((word) => /^[^\s*?]+$/.test(word))
    return isPlain ? `${words.join(" ")} *` : undefined
  })
  const patterns = [...new Set(asked.filter((pattern) => pattern !== undefined))]
  if (patterns.length === 0) return []
  const rules = patterns.map((pattern) => ({ permission: "bash", pattern, action: "allow" as const }))
  const layers = [...context.layers, { origin: "an answer", onlyAsks: "asked" as const, rules }]
  const then = judgeOnce(line, { ...context, layers }, looked)
  return patterns.filter((pattern) =>
    then.commands.some(({ action }, at) => action === "allow" && asked[at] === pattern)
  )
}

/** Judges a line as bash reads it. */
export const judge = (line: string, context: Context, read: Read): Judgement => {
  const looked = look(context, read)
  const judged = judgeOnce(line, context, looked)
  return { ...judged, offers: judged.action === "ask" ? offersFor(line, judged, context, looked) : [] }
}
