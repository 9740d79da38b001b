/** How a line of shell is judged: the contract, and the plainest judge that keeps it. */
import { type Action, type Layer, type Rule, Rules } from "@rein/permission"
import { Effect } from "effect"

/** Where a line would run, and under which rules. */
export interface Context {
  /** The project's directory as a real path; the line begins there. */
  readonly directory: string
  readonly home: string
  readonly layers: ReadonlyArray<Layer>
}

/** What was decided about one simple command. */
export interface CommandJudgement {
  readonly argv: ReadonlyArray<string>
  /** What the rules see. */
  readonly text: string
  readonly action: Action
  readonly rule?: Rule
  readonly origin?: string
  readonly why: string
}

/** A path that is read or written, as it really is. */
export interface PathJudgement {
  readonly path: string
  readonly access: "read" | "write"
  readonly outside: boolean
}

/** What was decided about a whole line: the worst of its commands and paths. */
export interface LineJudgement {
  readonly action: Action
  readonly why: string
  readonly commands: ReadonlyArray<CommandJudgement>
  readonly paths: ReadonlyArray<PathJudgement>
}

/** Judges one line. */
export type LineJudge = (line: string, context: Context) => Effect.Effect<LineJudgement>

/** Words that every shell takes as they are. */
const plainLine = /^[\w@%+=:,./-]+(?: [\w@%+=:,./-]+)*$/

/** In a few words, which rule decided. */
export const reasonOf = ({ origin, rule }: Pick<Rules.Decision, "origin" | "rule">): string =>
  rule === undefined
    ? "no rule matches, so it is asked"
    : `rule ${rule.permission} ${rule.pattern} of ${origin ?? "the runtime"}`

const notPlain = "it is more than one command of plain words, so it is asked"

/** Takes a line as one value. More than a list of plain words is asked, unless a rule denies it. */
export const plainWords: LineJudge = (line, { home, layers }) =>
  Effect.sync(() => {
    const { action, value: _line, ...by } = Rules.explain(layers, "bash", line, { home })
    const isPlain = plainLine.test(line) && !/^(?:-|\w+=)/.test(line)
    if (!isPlain && action !== "deny") return { action: "ask", why: notPlain, commands: [], paths: [] }
    const judged = { action, ...by, why: reasonOf(by) }
    return { action, why: judged.why, commands: [{ argv: line.split(" "), text: line, ...judged }], paths: [] }
  })
