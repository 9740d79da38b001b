/** What judging a command, or several, gave, and what it is done with. */
import type { CommandJudgement, PathJudgement, Working } from "./Judgement.ts"
import type { Moved } from "./places/Moves.ts"
import type { Names, Scope } from "./Scope.ts"
import type { Verdict } from "./Verdict.ts"
import { known, type Value } from "./words/Value.ts"

/** What judging something gave. */
export interface Outcome extends Moved {
  readonly commands: ReadonlyArray<CommandJudgement>
  readonly paths: ReadonlyArray<PathJudgement>
  /** Names of files that it writes to its output. */
  readonly names?: Names
}

/** What a script inside of a command is judged with. */
export interface Judging {
  readonly context: Working
  /** Judges a text that a shell is given; it moves nothing outside of itself. */
  readonly judgeText: (text: string, scope: Scope, context: Working) => Pick<Outcome, "commands" | "paths">
}

/** One command with its verdict, which leaves the line where it was unless `more` says otherwise. */
export const result = (
  words: ReadonlyArray<Value>,
  verdict: Verdict,
  scope: Scope,
  more: Partial<Outcome> = {}
): Outcome => {
  const { commands = [], paths = [], ...rest } = more
  const { action, origin, rule, why } = verdict
  const own: CommandJudgement = {
    argv: words.map((word) => known(word) ?? word.text),
    text: words.map((word) => word.text).join(" "),
    action,
    why,
    ...(rule === undefined ? {} : { rule }),
    ...(origin === undefined ? {} : { origin })
  }
  return { success: scope.directories, failure: scope.directories, ...rest, commands: [own, ...commands], paths }
}
